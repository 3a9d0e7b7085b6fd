# The targets of the Makefile that write libraries: what lies where, and the same bytes the second time.
source "$(dirname "$0")/common.bash"
here=$PWD
targets() {
  make -s -C "$DATA/../.." ready= TINSMITH="$TINSMITH" MNIST="${TINSMITH%/*}/mnist" OUTPUT_DIR="$here/$1/autodiff" \
    OUT="$here/$1" IOS_ASSETS="$here/$1/assets" BINDINGS="$here/$1/bindings" MNIST_TRAIN_COUNT=40 MNIST_TEST_COUNT=20 SIZE=8 BASE=1 \
    metal-lib ios-shaders metal-lib-mnist ios-mnist-assets >"$1.log" 2>&1 || cat "$1.log"
}
targets first
find first -name '*.spv' -prune -o -name '*.metal' -prune -o -type f -print | LC_ALL=C sort
targets second
diff -r first second && echo "the same bytes"
for folder in first/autodiff/metal first/assets/MNIST/mlp/ios-sim16; do
  $TINSMITH inspect $folder | head -2
done
$TINSMITH inspect first/assets/MNIST/mlp | head -3
$TINSMITH lint first/assets
# Knobs are checked before anything is done.
make -s -C "$DATA/../.." ready= TINSMITH="$TINSMITH" OUTPUT_DIR="$here/first/autodiff" IOS_ASSETS="$here/first.log" ios-shaders \
  2>&1 | grep -v '^wrote\|^\[Taichi\]' | sed "s|$here|HERE|; s|^make.*Error|make: Error|" || true
