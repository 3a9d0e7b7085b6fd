# A kernel of a bare Metal library: everything is known from the library alone.
source "$(dirname "$0")/common.bash"
show() { /usr/bin/python3 -c "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.ravel()[:8])" "$1"; }
save() { /usr/bin/python3 -c "import numpy, sys; numpy.save(sys.argv[1], eval(sys.argv[2], {'np': numpy}))" "$1" "$2"; }
$TINSMITH metal $DATA/taichi/a_square_grad/package -o out --single square --emit metallib >/dev/null
library=out/square.metallib
save args.npy "np.array([0.5, 0.25], dtype=np.float32)"
save root.npy "np.zeros(64, dtype=np.float32)"
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy --grid 16,1,1 --group 16,1,1 --out buffer2=after.npy
show after.npy
# Under all debug switches the same comes out.
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy --grid 16 --group 16 --debug serial,nans,loops,barriers --out buffer2=one.npy
cmp after.npy one.npy
# What is missing, too small or unknown is answered with what there is.
try $TINSMITH exec $library fill_rump --grid 1 --group 1
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy
try $TINSMITH exec $library fill_ramp buffer0=args.npy --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=zeros:3 buffer2=root.npy --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy buffer5=zeros:4 --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy constant0=1 --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy buffer2+8=buffer7 --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2 --grid 16 --group 16
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=root.npy --grid 16 --group 0
save short.npy "np.zeros(10, dtype=np.float32)"
try $TINSMITH exec $library fill_ramp buffer0=args.npy buffer2=short.npy --grid 16 --group 16 --debug bounds
head -c 5000 $library > cut.metallib
try $TINSMITH exec cut.metallib fill_ramp --grid 16 --group 16
