# Files and manifest; a second run with other names leaves none of the first behind, and no file of the user goes.
source "$(dirname "$0")/common.bash"
package=$DATA/taichi/a_square_grad/package
try $TINSMITH metal $package -o out --single square
ls out
echo mine > out/notes.metal
try $TINSMITH metal $package -o out --emit metal,metallib,air --per-task --numbering auto --target macos14
ls out
head -14 out/manifest.json
grep -h 'kernel void' out/square_sum*.metal
try $TINSMITH metal $package -o again --emit metal,metallib,air --per-task --numbering auto --target macos14
diff -r out again || true
# A bundle is inspected like a package, and needs no package any more.
try $TINSMITH metal $DATA/taichi/e_graph/package -o graph --single all --emit metallib
try $TINSMITH inspect graph
try $TINSMITH exec graph set_ramp a=zeros:6 start=1 smooth_c82_0 src=@a dst=zeros:6 k=0.5 --out dst=dst.npy
/usr/bin/python3 -c "import numpy; print(numpy.load('dst.npy'))"
try $TINSMITH exec graph set_ramp a=zeros:6 start=1 --device vulkan
try $TINSMITH inspect graph --kernel move_c84_0 --json
try $TINSMITH metal graph -o again
# Metal text is for people: where it cannot be written, the library can.
try $TINSMITH metal $DATA/taichi/j_launched_first/package -o launched
ls launched
$TINSMITH metal $DATA/taichi/j_launched_first/package -o launched --emit air >/dev/null
grep -c 'air.atomic.global.cmpxchg' launched/add_up.ll
$TINSMITH metal $DATA/taichi/j_launched_first/package -o launched --emit air --target ios16+atomics >/dev/null
grep -o '@air.atomic.global.add.f32' launched/add_up.ll | head -1
grep native launched/manifest.json
try $TINSMITH metal $DATA/taichi/i_archive/package.tcm -o archive --emit metal --kernels add,add_c80_0 --json
# Several systems: a folder each and an index; then one alone, and nothing of the others is left.
try $TINSMITH metal $DATA/taichi/e_graph/package -o several --target ios16,ios-sim16,ios16+atomics --emit metallib --single all
find several -type f | LC_ALL=C sort
grep -v sha256 several/manifest.json | head -9
try $TINSMITH inspect several | head -5
try $TINSMITH exec several set_ramp a=zeros:6 start=1
try $TINSMITH metal $DATA/taichi/e_graph/package -o several --target ios16 --emit metallib --single all
find several | LC_ALL=C sort
try $TINSMITH metal $DATA/taichi/e_graph/package -o several --target ios16,ios16
# The cpu device takes libraries of any system, those for newer GPUs alone too.
try $TINSMITH metal $DATA/taichi/e_graph/package -o atomics --target ios16+atomics --emit metallib --single all
try $TINSMITH exec atomics set_ramp a=zeros:6 start=1
