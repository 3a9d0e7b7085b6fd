# What is written passes; a warning is no error; damage, native atomics and wrong files are told.
source "$(dirname "$0")/common.bash"
$TINSMITH metal $DATA/taichi/a_square_grad/package -o out --single square --emit metallib >/dev/null
try $TINSMITH lint out/square.metallib
try $TINSMITH lint --json out/square.metallib
$TINSMITH metal $DATA/taichi/j_launched_first/package -o native --single add --emit metallib --target ios16+atomics >/dev/null
try $TINSMITH lint native/add.metallib
try $TINSMITH lint --json native/add.metallib
# A bit of the code flipped: its hash is wrong.
/usr/bin/python3 -c "
data = bytearray(open('out/square.metallib', 'rb').read())
data[-100] ^= 1
open('flipped.metallib', 'wb').write(data)"
try $TINSMITH lint flipped.metallib out/square.metallib
try $TINSMITH lint missing.metallib
