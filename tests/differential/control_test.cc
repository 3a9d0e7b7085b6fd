// SPDX-License-Identifier: Apache-2.0
// Control flow and tasks: device against interpreter.
#include "harness.h"

namespace tinsmith::differential {
namespace {

double ramp(const Field&, uint32_t cell, uint32_t component) { return cell * 1.0 + component; }

TEST(Control, BranchesYieldValues) {
  compare({R"(
field @x: i32[64] at 0
field @y: f32[64] at 256
kernel @k {
  %0:i32 = const 0  %64:i32 = const 64
  parallel_for %0 %64 { (%i:i32)
    %p:*i32 = field_ptr @x %i
    %v:i32 = load %p
    %30:i32 = const 30  %3:i32 = const 3
    %big:u1 = gt %v %30
    %r:i32, %f:f32 = if %big {
      %r3:i32 = rem %v %3
      %none:u1 = eq %r3 %0
      %inner:i32 = if %none { yield %30 } else { %m:i32 = mul %v %3 yield %m }
      %h:f32 = const 0.5
      yield %inner %h
    } else {
      %c:f32 = cast %v
      yield %v %c
    }
    store %p %r
    %q:*f32 = field_ptr @y %i
    store %q %f
    if %big { continue }
    %f2:f32 = add %f %f
    store %q %f2
  }
})",
           {},
           ramp});
}

TEST(Control, LoopsBreakAndContinue) {
  compare({R"(
field @x: i32[50] at 0
kernel @k {
  %0:i32 = const 0  %1:i32 = const 1  %50:i32 = const 50
  parallel_for %0 %50 { (%i:i32)
    %sum:*i32 = var
    store %sum %0
    for %0 %i { (%j:i32)
      %3:i32 = const 3
      %m:i32 = rem %j %3
      %skip:u1 = eq %m %0
      if %skip { continue }
      for %j %50 { (%l:i32)
        %product:i32 = mul %l %j
        %100:i32 = const 100
        %far:u1 = gt %product %100
        if %far { break }
        atomic_add %sum %product
      }
      %s:i32 = load %sum
      %300:i32 = const 300
      %done:u1 = gt %s %300
      if %done { break } else { atomic_add %sum %1 }
    }
    %n:*i32 = var
    store %n %i
    while {
      %a:i32 = load %n
      %end:u1 = le %a %1
      if %end { break }
      %bit:i32 = and %a %1
      %odd:u1 = ne %bit %0
      %one_more:i32 = load %sum
      %t:i32 = add %one_more %1
      store %sum %t
      if %odd {
        %3b:i32 = const 3
        %up:i32 = mul %a %3b
        %up1:i32 = add %up %1
        store %n %up1
        continue
      }
      %half:i32 = shr %a %1
      store %n %half
    }
    %p:*i32 = field_ptr @x %i
    %total:i32 = load %sum
    store %p %total
  }
})"});
}

TEST(Control, BothBranchesMayLeave) {
  compare({R"(
field @x: i32[20] at 0
kernel @k {
  %0:i32 = const 0  %20:i32 = const 20
  parallel_for %0 %20 { (%i:i32)
    %p:*i32 = field_ptr @x %i
    for %0 %20 { (%j:i32)
      %9:i32 = const 9
      %c:u1 = gt %j %9
      atomic_add %p %j
      if %c { break } else { continue }
    }
  }
})"});
}

TEST(Control, SerialLoopsAndResults) {
  compare(
      {R"(
kernel @k(n: i32, m: f32 matrix 2x2, flag: u1) -> i32, f32 vector 3, u1 {
  %0:i32 = const 0  %1:i32 = const 1
  %n:i32 = arg 0
  %steps:*i32 = var
  store %steps %0
  %v:*i32 = var
  store %v %n
  while {
    %a:i32 = load %v
    %end:u1 = eq %a %1
    if %end { break }
    %2:i32 = const 2  %3:i32 = const 3
    %r:i32 = mod %a %2
    %even:u1 = eq %r %0
    %next:i32 = if %even { %h:i32 = floor_div %a %2 yield %h } else { %t:i32 = mul %a %3 %t1:i32 = add %t %1 yield %t1 }
    store %v %next
    atomic_add %steps %1
  }
  %total:i32 = load %steps
  return 0 %total
  %m00:f32 = arg 1.0  %m01:f32 = arg 1.1  %m11:f32 = arg 1.3
  %d:f32 = sub %m00 %m11
  return 1 %d
  return 2 %m01
  return 3 %m11
  %flag:u1 = arg 2
  %not:u1 = not %flag
  return 4 %not
})",
       {scalar_argument(DType::I32, 27),
        {{const_bits(DType::F32, 1.5), const_bits(DType::F32, -2), 0, const_bits(DType::F32, 0.25)},
         {},
         {},
         {}},
        scalar_argument(DType::U1, 0)}});
}

TEST(Tasks, SumsOfLoopsReachTheResult) {
  compare({R"(
kernel @k(n: i32) -> i32 {
  %0:i32 = const 0
  %n:i32 = arg 0
  %sum:*i32 = var
  store %sum %0
  parallel_for %0 %n { (%i:i32) atomic_add %sum %i }
  %total:i32 = load %sum
  return 0 %total
})",
           {scalar_argument(DType::I32, 1000)}});
}

TEST(Tasks, ReductionsBesideOtherAccessesToTheSameField) {
  compare({R"(
field @sum: i32[4] at 0
field @seen: i32[40] at 16
field @flags: u1[2] at 176
field @count: i32 at 184
kernel @k {
  %0:i32 = const 0  %1:i32 = const 1  %3:i32 = const 3  %40:i32 = const 40
  parallel_for %0 %40 { (%i:i32)
    %p:*i32 = field_ptr @sum %1
    atomic_add %p %i
    %q:*i32 = field_ptr @sum %3
    atomic_add %q %1
    %r:*i32 = field_ptr @seen %0
    atomic_add %r %i
    %s:*i32 = field_ptr @seen %i
    atomic_add %s %1
    %f:*u1 = field_ptr @flags %1
    %late:u1 = gt %i %3
    atomic_or %f %late
    for %0 %i { (%j:i32)
      %odd:i32 = and %j %1
      %c:u1 = eq %odd %0
      if %c { continue }
      %n:*i32 = field_ptr @count
      atomic_max %n %j
    }
  }
})",
           {},
           ramp});
}

TEST(Tasks, BoundsMayBeNegativeOrEmpty) {
  for (int first : {-20, 5, 30})
    compare({R"(
field @x: i32[64] at 0
kernel @k(first: i32) {
  %1:i32 = const 1  %20:i32 = const 20
  %first:i32 = arg 0
  parallel_for %first %20 { (%i:i32)
    %32:i32 = const 32
    %j:i32 = add %i %32
    %p:*i32 = field_ptr @x %j
    store %p %i
  }
  %last:i32 = neg %first
  parallel_for %1 %last %first %1 { (%k:i32, %l:i32)
    %32b:i32 = const 32
    %j2:i32 = add %l %32b
    %q:*i32 = field_ptr @x %j2
    atomic_add %q %k
  }
})",
             {scalar_argument(DType::I32, first)}});
}

TEST(Random, DrawsTheBitsOfTheReferenceGenerator) {
  compare({R"(
field @a: u32[1] at 0
field @b: f32[1] at 4
field @c: i32[1] at 8
field @d: f64[1] at 16
field @e: u64[1] at 24
kernel @k {
  %0:i32 = const 0
  %a:*u32 = field_ptr @a %0
  %1:u32 = random
  store %a %1
  %b:*f32 = field_ptr @b %0
  %2:f32 = random
  store %b %2
  %c:*i32 = field_ptr @c %0
  %3:i32 = random
  store %c %3
  %d:*f64 = field_ptr @d %0
  %4:f64 = random
  store %d %4
  %e:*u64 = field_ptr @e %0
  %5:u64 = random
  store %e %5
})"});
}

}  // namespace
}  // namespace tinsmith::differential
