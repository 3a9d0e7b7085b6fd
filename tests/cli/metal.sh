# Files and manifest; a second run with other names leaves none of the first behind, and no file of the user goes.
source "$(dirname "$0")/common.bash"
package=$DATA/taichi/a_square_grad/package
try $TINSMITH metal $package -o out --emit metal
ls out
echo mine > out/notes.metal
try $TINSMITH metal $package -o out --emit metal --per-task --numbering auto --target macos14
ls out
head -14 out/manifest.json
grep -h 'kernel void' out/square_sum*
try $TINSMITH metal $DATA/taichi/i_archive/package.tcm -o archive --emit metal --kernels add,add_c80_0 --json
