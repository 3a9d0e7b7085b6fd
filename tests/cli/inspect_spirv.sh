# A module alone, with its needs, bindings and text.
source "$(dirname "$0")/common.bash"
module=$DATA/taichi/d_tasks/package/dynamic_range_c80_0_3_t03.spv
try $TINSMITH inspect $module
try $TINSMITH inspect $module --json
$TINSMITH inspect $module --dis | grep -E 'OpCapability|OpEntryPoint|LocalSize'
$TINSMITH inspect $DATA/taichi/d_tasks/package --kernel dynamic_range --dis | grep '^; kernel'
