# Tables of packages that genuine Taichi exported.
source "$(dirname "$0")/common.bash"
for name in a_square_grad c_arguments b_ndarray; do try $TINSMITH inspect $DATA/taichi/$name/package; done
try $TINSMITH inspect $DATA/taichi/i_archive/package.tcm
try $TINSMITH inspect $DATA/taichi/i_archive/package.tcm --kernel add
try $TINSMITH inspect $DATA/taichi/a_square_grad/package --json
