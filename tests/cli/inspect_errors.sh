# What is no package, and packages that are not for us.
source "$(dirname "$0")/common.bash"
try $TINSMITH inspect nowhere
try $TINSMITH inspect nowhere.spv
try $TINSMITH inspect library.metallib
try $TINSMITH inspect $DATA/taichi/k_llvm_package/package
try $TINSMITH inspect $DATA/taichi/a_square_grad/package --kernel backward
printf 'abc' > odd.spv
try $TINSMITH inspect odd.spv
printf 'not SPIR-V at all!!!' > text.spv
try $TINSMITH inspect text.spv
