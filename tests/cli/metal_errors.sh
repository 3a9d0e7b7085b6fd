# What Metal cannot run is refused by name, and the output folder stays as it was.
source "$(dirname "$0")/common.bash"
mkdir out; echo kept > out/manifest.json
try $TINSMITH metal $DATA/taichi/b_ndarray_wide/package -o out
cat > wide.py <<'END'
import taichi as ti
ti.init(arch=ti.metal)
x = ti.field(ti.f64, 4)
y = ti.field(ti.f32, 4)
@ti.kernel
def halve():
    for i in x:
        x[i] = x[i] * 0.5
@ti.kernel
def narrow():
    for i in y:
        y[i] = 1.0
@ti.kernel
def copy():
    for i in x:
        y[i] = ti.cast(x[i], ti.f32)
module = ti.aot.Module(arch=ti.metal)
for kernel in (halve, narrow, copy):
    module.add_kernel(kernel)
module.save("wide")
END
$TINSMITH run wide.py >/dev/null
try $TINSMITH metal wide -o out
try $TINSMITH metal wide -o narrow --kernels narrow
try $TINSMITH metal $DATA/taichi/j_launched_first/package -o out --emit metal
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --target ios15
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --single ../up
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --single a --per-task
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --kernels square_sum,cube
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o out --emit gold
ls out; cat out/manifest.json
touch file
try $TINSMITH metal $DATA/taichi/a_square_grad/package -o file/below --emit metal
