# What Metal cannot run is refused by name, and the output folder stays as it was.
source "$(dirname "$0")/common.bash"
mkdir out; echo kept > out/manifest.json
try $TINSMITH metal $DATA/taichi/b_ndarray_wide/package -o out
try $TINSMITH metal $DATA/taichi/j_launched_first/package -o out
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --target ios15
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --emit metal,metallib
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --emit gold
ls out; cat out/manifest.json
touch file
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o file/below
