# Metal libraries: their functions and parameters. What the lowering decides (sizes, hashes) is masked.
source "$(dirname "$0")/common.bash"
mask() { sed -E 's/[0-9a-f]{12}( *)$/HASH\1/; s/ +[0-9]+  HASH/  BYTES  HASH/; s/[0-9]+,[0-9]+ bytes/N bytes/'; }
$TINSMITH metal $DATA/taichi/d_tasks/package -o out --target macos14 --single tasks --kernels blur,serial_control_flow >/dev/null
try $TINSMITH inspect out/tasks.metallib | mask
try $TINSMITH inspect out/tasks.metallib --kernel blur_t01 | mask
try $TINSMITH inspect out/tasks.metallib --kernel serial_control_flow --json |
  sed -E 's/("sha256": ").*"/\1…"/; s/("bytes": )[0-9]+/\1N/'
$TINSMITH inspect out/tasks.metallib --kernel blur_t01 --dis | grep -oE "^(; function.*|target triple.*|define[^(]*)"
try $TINSMITH inspect out/tasks.metallib --kernel blur
head -c 1000 out/tasks.metallib > cut.metallib
try $TINSMITH inspect cut.metallib | sed -E 's/found [0-9]+/found N/'
