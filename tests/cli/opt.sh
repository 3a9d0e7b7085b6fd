# Passes on IR text: what is not IR, and passes that do not exist.
source "$(dirname "$0")/common.bash"
echo 'kernel' > broken.ir
try $TINSMITH opt broken.ir
try $TINSMITH opt missing.ir
