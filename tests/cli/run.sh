# The script gets its arguments and the terminal; its exit code is ours.
source "$(dirname "$0")/common.bash"
cat > ends.py <<'PY'
import sys
import taichi as ti
print(sys.argv, ti.__name__, __name__)
sys.exit(7)
PY
try $TINSMITH run ends.py --help -o x
try $TINSMITH run missing.py
try $TINSMITH run --device tpu ends.py
try $TINSMITH run --debug speed ends.py
