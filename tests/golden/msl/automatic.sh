# The same numbered as the spirv-cross program numbers, for macOS; and its manifest.
$TINSMITH metal $DATA/taichi/b_ndarray/package -o out --emit metal --numbering auto --target macos15 >/dev/null
cat out/saxpy.metal
sed -n 1,70p out/manifest.json
