# Bad usage ends with 2 and one line that says what is wrong.
source "$(dirname "$0")/common.bash"
try $TINSMITH
try $TINSMITH polish
try $TINSMITH run
try $TINSMITH run --frobnicate script.py
try $TINSMITH run --dump-after=lunch script.py
try $TINSMITH metal package
try $TINSMITH metal package -o out --numbering roman
try $TINSMITH inspect
try $TINSMITH exec package
try $TINSMITH opt kernel.ir --pass
try $TINSMITH opt kernel.ir --pass polish
try $TINSMITH opt kernel.ir --pass spirv,simplify
