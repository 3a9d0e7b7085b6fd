# Everything is checked against the package before it runs.
source "$(dirname "$0")/common.bash"
square=$DATA/taichi/a_square_grad/package
save() { /usr/bin/python3 -c "import numpy, sys; numpy.save(sys.argv[1], eval(sys.argv[2], {'np': numpy}))" "$1" "$2"; }
try $TINSMITH exec $square polish
try $TINSMITH exec $square fill_ramp volume=3
try $TINSMITH exec $square fill_ramp
try $TINSMITH exec $square zero_loss --device tpu
try $TINSMITH exec $square zero_loss --debug bounds,speed
try $TINSMITH exec $square zero_loss --device vulkan --debug bounds
try $TINSMITH exec $square zero_loss --out loss
try $TINSMITH exec $square zero_loss --out lost=a.npy
save x.npy "np.arange(15, dtype=np.float32)"
try $TINSMITH exec $square zero_loss --field x=x.npy
save x.npy "np.arange(16, dtype=np.float64)"
try $TINSMITH exec $square zero_loss --field x=x.npy
try $TINSMITH exec $square zero_loss --field x=missing.npy
save f.npy "np.asfortranarray(np.ones((2, 2), dtype=np.float32))"
try $TINSMITH exec $DATA/taichi/b_ndarray/package saxpy a=2 x=f.npy y=zeros:4
try $TINSMITH exec $DATA/taichi/b_ndarray/package saxpy a=two x=zeros:4 y=zeros:4
try $TINSMITH exec $DATA/taichi/b_ndarray/package saxpy a=2 x=zeros:4,4 y=zeros:4
try $TINSMITH exec $DATA/taichi/b_ndarray/package saxpy a=2 x=zeros:4 y=@z
try $TINSMITH exec --debug bounds $DATA/taichi/b_ndarray/package saxpy a=2 x=zeros:8 y=zeros:4
