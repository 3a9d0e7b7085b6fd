# Argument block, ndarrays with a gradient, a result, and bounds that come from a shape.
cat > kernel.ir <<'END'
kernel @k(scale: f32, m: i32 matrix 2x2, x: f32[?, ?] grad, flag: u1) -> f32, i32 vector 2 {
  %0:i32 = const 0
  %n:i32 = array_dim 2.0
  %c:i32 = array_dim 2.1
  parallel_for %0 %n %0 %c { (%i:i32, %j:i32)
    %p:*f32 = array_ptr 2 %i %j
    %v:f32 = load %p
    %s:f32 = arg 0
    %w:f32 = mul %v %s
    %g:*f32 = array_ptr 2.grad %i %j
    store %g %w
  }
  %flag:u1 = arg 3
  %m01:i32 = arg 1.1
  %m10:i32 = arg 1.2
  %a:i32 = select %flag %m01 %m10
  return 1 %a
  return 2 %m10
  %scale:f32 = arg 0
  return 0 %scale
}
END
$TINSMITH opt kernel.ir --pass to_tasks,merge_equal,spirv
