# Kernels of genuine packages run with numbers and arrays in and out.
source "$(dirname "$0")/common.bash"
show() { /usr/bin/python3 -c "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.ravel()[:8])" "$1"; }
save() { /usr/bin/python3 -c "import numpy, sys; numpy.save(sys.argv[1], eval(sys.argv[2], {'np': numpy}))" "$1" "$2"; }
square=$DATA/taichi/a_square_grad/package
try $TINSMITH exec $square fill_ramp start=0.5 step=0.25 zero_loss square_sum --out loss=loss.npy --out x=x.npy
show loss.npy
show x.npy
save x.npy "np.arange(16, dtype=np.float32)"
try $TINSMITH exec $square square_sum --field x=x.npy --out loss=loss.npy
show loss.npy
save a.npy "np.arange(8, dtype=np.float32)"
try $TINSMITH exec $DATA/taichi/b_ndarray/package saxpy a=2 x=a.npy y=zeros:8 saxpy a=10 x=@y y=@y --out y=y.npy
show y.npy
