// SPDX-License-Identifier: Apache-2.0
// Addresses of every kind: device against interpreter.
#include "harness.h"

namespace tinsmith::differential {
namespace {

double ramp(const Field& field, uint32_t cell, uint32_t component) {
  return static_cast<double>(field.name.size() * 100 + cell * 4 + component);
}

TEST(Memory, NestedNodesAndInterleavedComponents) {
  compare({R"(
field @a: f32[32, 3] at 8 terms(axis 0 div 8 mod 4 stride 288, axis 0 div 1 mod 8 stride 36, axis 1 div 1 mod 3 stride 12)
field @b: i32[6] vector 4 at 1160
field @c: f32[5] matrix 2x2 at 1256 terms(axis 0 div 1 mod 5 stride 4) components(0, 60, 20, 40)
kernel @k(n: i32) {
  %0:i32 = const 0  %1:i32 = const 1  %3:i32 = const 3  %4:i32 = const 4  %5:i32 = const 5  %6:i32 = const 6
  %n:i32 = arg 0
  %32:i32 = const 32
  parallel_for %0 %32 %0 %3 { (%i:i32, %j:i32)
    %p:*f32 = field_ptr @a %i %j
    %v:f32 = load %p
    %31:i32 = const 31
    %back:i32 = sub %31 %i
    %w:f32 = cast %back
    %s:f32 = add %v %w
    store %p %s
  }
  parallel_for %0 %5 %0 %3 { (%k:i32, %l:i32)
    %q:*i32 = field_ptr @b %k %l
    %x:i32 = load %q
    %q2:*i32 = field_ptr @b %k %3
    atomic_add %q2 %x
    %five:*i32 = field_ptr @b %5 %n
    atomic_max %five %x
  }
  parallel_for %0 %5 %0 %4 { (%m:i32, %o:i32)
    %r:*f32 = field_ptr @c %m %o
    %y:f32 = load %r
    %z:f32 = mul %y %y
    store %r %z
    %r2:*f32 = field_ptr @c %m %n
  }
})",
           {scalar_argument(DType::I32, 2)},
           ramp});
}

TEST(Memory, ScalarsThatAreNotAlignedToTheirSize) {
  compare({R"(
field @bytes: u8[3] at 0
field @halves: i16[2] at 3
field @words: i32[4] at 6
field @reals: f32[4] at 23
field @wide: f64[4] at 44
field @odd: i64[4] at 77
kernel @k {
  %0:i32 = const 0  %4:i32 = const 4
  parallel_for %0 %4 { (%i:i32)
    %p:*i32 = field_ptr @words %i
    %a:i32 = load %p
    %q:*f32 = field_ptr @reals %i
    %b:f32 = load %q
    %r:*f64 = field_ptr @wide %i
    %c:f64 = load %r
    %s:*i64 = field_ptr @odd %i
    %d:i64 = load %s
    %b2:f32 = cast %a
    %b3:f32 = sub %b %b2
    store %q %b3
    %c2:f64 = cast %d
    %c3:f64 = div %c %c2
    store %r %c3
    %d2:i64 = mul %d %d
    %d3:i64 = neg %d2
    store %s %d3
    %neg:i32 = neg %a
    store %p %neg
  }
  %2:i32 = const 1
  %h:*i16 = field_ptr @halves %2
  %v:i16 = const -300
  store %h %v
  %e:*u8 = field_ptr @bytes %2
  %w:u8 = const 200
  store %e %w
})",
           {},
           ramp});
}

TEST(Memory, ArraysOfElementsAndTheirGradients) {
  Param x;
  x.kind = ParamKind::Array;
  x.ndim = 2;
  x.rows = 3;
  x.element_dims = 1;
  x.needs_grad = true;
  Param y = x;
  y.dtype = DType::I64;
  y.ndim = 1;
  y.rows = y.cols = 2;
  y.element_dims = 2;
  y.needs_grad = false;
  Param z;
  z.kind = ParamKind::Array;
  z.dtype = DType::U1;
  z.ndim = 1;
  compare({R"(
kernel @k(scale: f32, x: f32[?, ?] vector 3 grad, y: i64[?] matrix 2x2, z: u1[?]) {
  %0:i32 = const 0  %1:i32 = const 1  %3:i32 = const 3
  %n:i32 = array_dim 1.0  %m:i32 = array_dim 1.1
  %scale:f32 = arg 0
  parallel_for %0 %n %0 %m %0 %3 { (%i:i32, %j:i32, %c:i32)
    %p:*f32 = array_ptr 1 %i %j %c
    %ij:i32 = mul %i %j
    %ijc:i32 = sub %ij %c
    %f:f32 = cast %ijc
    %v:f32 = mul %f %scale
    store %p %v
    %g:*f32 = array_ptr 1.grad %i %j %1
    atomic_add %g %f
    %q:*i64 = array_ptr 2 %i %c
    %w:i64 = cast %j
    atomic_max %q %w
    %r:*u1 = array_ptr 3 %j
    %odd:i32 = and %j %1
    %o:u1 = cast %odd
    store %r %o
  }
})",
           {scalar_argument(DType::F32, 0.5), array_argument(x, {4, 5}), array_argument(y, {4}),
            array_argument(z, {5})}});
}

TEST(Memory, LocalArraysAndValuesThatCrossTasks) {
  compare({R"(
field @x: f32[16] at 0
field @total: f32 at 64
kernel @k {
  %0:i32 = const 0  %4:i32 = const 4  %16:i32 = const 16
  %shared:*f32 = var 5
  for %0 %4 { (%i:i32)
    %s:*f32 = elem %shared %i
    %v:f32 = cast %i
    store %s %v
  }
  %last0:*f32 = elem %shared %4
  %none:f32 = const 0.0
  store %last0 %none
  %t:*f32 = field_ptr @total
  %before:f32 = load %t
  parallel_for %0 %16 { (%j:i32)
    %local:*f32 = var 4
    for %0 %4 { (%k:i32)
      %a:*f32 = elem %shared %k
      %av:f32 = load %a
      %b:*f32 = elem %local %k
      %jf:f32 = cast %j
      %w:f32 = mul %av %jf
      store %b %w
    }
    %r:i32 = rem %j %4
    %pick:*f32 = elem %local %r
    %got:f32 = load %pick
    %p:*f32 = field_ptr @x %j
    %sum:f32 = add %got %before
    store %p %sum
    %last:i32 = const 4
    %acc:*f32 = elem %shared %last
    %jf2:f32 = cast %j
    atomic_add %acc %jf2
  }
  %e:i32 = const 4
  %f:*f32 = elem %shared %e
  %g:f32 = load %f
  store %t %g
})",
           {},
           ramp});
}

}  // namespace
}  // namespace tinsmith::differential
