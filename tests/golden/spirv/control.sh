# A branch with a result, loops with break and continue, a local array.
cat > kernel.ir <<'END'
field @x: i32[8] at 0
kernel @k {
  %0:i32 = const 0  %1:i32 = const 1  %8:i32 = const 8
  parallel_for %0 %8 over_field { (%i:i32)
    %list:*i32 = var 4
    for %0 %i { (%j:i32)
      %3:i32 = const 3
      %low:i32 = and %j %3
      %e:*i32 = elem %list %low
      %odd:i32 = and %j %1
      %skip:u1 = ne %odd %0
      if %skip { continue }
      store %e %j
    }
    while {
      %first:*i32 = elem %list %0
      %v:i32 = load %first
      %big:u1 = gt %v %8
      if %big { break }
      %next:i32 = if %big { yield %0 } else { %more:i32 = add %v %8 yield %more }
      store %first %next
    }
    %p:*i32 = field_ptr @x %i
    %f:*i32 = elem %list %0
    %w:i32 = load %f
    store %p %w
  }
}
END
$TINSMITH opt kernel.ir --pass to_tasks,merge_equal,spirv
