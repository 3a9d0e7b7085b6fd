# A genuine task with arguments, arrays and an index by binding.
$TINSMITH metal $DATA/taichi/b_ndarray/package -o out --emit metal >/dev/null
cat out/saxpy.metal
