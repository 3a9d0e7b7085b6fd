# Views of several widths of one buffer, an address from nested nodes, a scalar that is not aligned, native and exchanged atomics.
cat > kernel.ir <<'END'
field @bytes: u8[2] at 0
field @grid: f32[8, 3] at 4 terms(axis 0 div 4 mod 2 stride 48, axis 0 div 1 mod 4 stride 12, axis 1 div 1 mod 3 stride 4)
field @wide: f64[2] at 100
kernel @k(n: i32) {
  %0:i32 = const 0  %2:i32 = const 2  %8:i32 = const 8
  parallel_for %0 %8 { (%i:i32)
    %p:*f32 = field_ptr @grid %i %2
    %one:f32 = const 1.0
    atomic_add %p %one
    %q:*u8 = field_ptr @bytes %0
    %b:u8 = cast %i
    %old:u8 = atomic_max %q %b
    %r:*f64 = field_ptr @wide %0
    %d:f64 = cast %old
    store %r %d
  }
}
END
$TINSMITH opt kernel.ir --pass to_tasks,merge_equal,spirv
