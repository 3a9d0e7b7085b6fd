# Sourced by the cases: runs a command and says what it ended with where that is not 0.
try() {
  echo "\$ ${*/#$TINSMITH/tinsmith}" | sed "s|$DATA|DATA|g"
  local code=0
  "$@" 2>&1 | sed "s|$DATA|DATA|g" || code=${PIPESTATUS[0]}
  [ "$code" -eq 0 ] || echo "(ends with $code)"
}
set -o pipefail
