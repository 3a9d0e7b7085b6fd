; Kernels for the fake's own tests, in the form of Apple's compiler: two buffers, arguments in constant memory, memory
; of the threadgroup.
target datalayout = "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-v512:512:512-v1024:1024:1024-n8:16:32"
target triple = "air64-apple-ios16.0.0"

%Arguments = type { float, float, i32, i32 }

; data[i] = data[i] * arguments.x + arguments.y
define void @scale(float addrspace(1)* %data, %Arguments addrspace(2)* %arguments, i32 %i) {
  %at = zext i32 %i to i64
  %x = getelementptr %Arguments, %Arguments addrspace(2)* %arguments, i64 0, i32 0
  %y = getelementptr %Arguments, %Arguments addrspace(2)* %arguments, i64 0, i32 1
  %factor = load float, float addrspace(2)* %x, align 4
  %offset = load float, float addrspace(2)* %y, align 4
  %where = getelementptr float, float addrspace(1)* %data, i64 %at
  %old = load float, float addrspace(1)* %where, align 4
  %scaled = fmul float %old, %factor
  %new = fadd float %scaled, %offset
  store float %new, float addrspace(1)* %where, align 4
  ret void
}

; to[i] = from[i] + 1
define void @increment(float addrspace(1)* %from, float addrspace(1)* %to, i32 %i) {
  %at = zext i32 %i to i64
  %source = getelementptr float, float addrspace(1)* %from, i64 %at
  %old = load float, float addrspace(1)* %source, align 4
  %new = fadd float %old, 1.0
  %target = getelementptr float, float addrspace(1)* %to, i64 %at
  store float %new, float addrspace(1)* %target, align 4
  ret void
}

; to[i] = i, by way of the threadgroup's memory
define void @through_threadgroup(float addrspace(1)* %to, float addrspace(3)* %shared, i32 %i, i32 %j) {
  %local = zext i32 %j to i64
  %slot = getelementptr float, float addrspace(3)* %shared, i64 %local
  %number = uitofp i32 %i to float
  store float %number, float addrspace(3)* %slot, align 4
  %back = load float, float addrspace(3)* %slot, align 4
  %at = zext i32 %i to i64
  %target = getelementptr float, float addrspace(1)* %to, i64 %at
  store float %back, float addrspace(1)* %target, align 4
  ret void
}

; sum += data[i], by the instruction of newer GPUs
declare float @air.atomic.global.add.f32(float addrspace(1)*, float, i32, i32, i1)
define void @accumulate(float addrspace(1)* %data, float addrspace(1)* %sum, i32 %i) {
  %at = zext i32 %i to i64
  %where = getelementptr float, float addrspace(1)* %data, i64 %at
  %number = load float, float addrspace(1)* %where, align 4
  %old = call float @air.atomic.global.add.f32(float addrspace(1)* %sum, float %number, i32 0, i32 2, i1 true)
  ret void
}

!air.version = !{!0}
!air.language_version = !{!1}
!air.kernel = !{!10, !20, !30, !40}
!0 = !{i32 2, i32 5, i32 0}
!1 = !{!"Metal", i32 3, i32 0, i32 0}
!2 = !{}

!10 = !{void (float addrspace(1)*, %Arguments addrspace(2)*, i32)* @scale, !2, !11}
!11 = !{!12, !13, !14}
!12 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"data"}
!13 = !{i32 1, !"air.buffer", !"air.buffer_size", i32 16, !"air.location_index", i32 1, i32 1, !"air.read", !"air.address_space", i32 2, !"air.arg_type_size", i32 16, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"Arguments", !"air.arg_name", !"arguments"}
!14 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint", !"air.arg_name", !"i"}

!20 = !{void (float addrspace(1)*, float addrspace(1)*, i32)* @increment, !2, !21}
!21 = !{!22, !23, !24}
!22 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"from"}
!23 = !{i32 1, !"air.buffer", !"air.location_index", i32 1, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"to"}
!24 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint", !"air.arg_name", !"i"}

!30 = !{void (float addrspace(1)*, float addrspace(3)*, i32, i32)* @through_threadgroup, !2, !31}
!31 = !{!32, !33, !34, !35}
!32 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"to"}
!33 = !{i32 1, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read_write", !"air.address_space", i32 3, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"shared"}
!34 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint", !"air.arg_name", !"i"}
!35 = !{i32 3, !"air.thread_position_in_threadgroup", !"air.arg_type_name", !"uint", !"air.arg_name", !"j"}

!40 = !{void (float addrspace(1)*, float addrspace(1)*, i32)* @accumulate, !2, !41}
!41 = !{!42, !43, !44}
!42 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"data"}
!43 = !{i32 1, !"air.buffer", !"air.location_index", i32 1, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"sum"}
!44 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint", !"air.arg_name", !"i"}
