; A kernel as Apple's compiler would write it, for the tests of the lint. Words in capitals differ between targets:
; src/air/lint_fixture_test.cc fills them in.
source_filename = "scale"
target datalayout = "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-v512:512:512-v1024:1024:1024-n8:16:32"
target triple = "TRIPLE"

@tile = internal unnamed_addr addrspace(3) global [64 x float] undef, align 4

define void @scale(float addrspace(1)* PARAMETER "air-buffer-no-alias" %0, i32 addrspace(1)* PARAMETER "air-buffer-no-alias" %1, i32 addrspace(2)* PARAMETER align 4 dereferenceable(4) "air-buffer-no-alias" %2, <3 x i32> PARAMETER %3, i32 PARAMETER %4) local_unnamed_addr #0 {
  %6 = extractelement <3 x i32> %3, i64 0
  %7 = load i32, i32 addrspace(2)* %2, align 4
  %8 = icmp ult i32 %6, %7
  br i1 %8, label %9, label %26

9:
  %10 = zext i32 %6 to i64
  %11 = getelementptr inbounds float, float addrspace(1)* %0, i64 %10
  %12 = load float, float addrspace(1)* %11, align 4
  %13 = tail call float @air.sin.f32(float %12) #1
  %14 = fadd float %13, 1.000000e+00
  %15 = fsub float -0.000000e+00, %14
  %16 = zext i32 %4 to i64
  %17 = getelementptr inbounds [64 x float], [64 x float] addrspace(3)* @tile, i64 0, i64 %16
  store float %15, float addrspace(3)* %17, align 4
  tail call void @air.wg.barrier(i32 2, i32 1) #2
  tail call void @air.simdgroup.barrier(i32 2, i32 SCOPE) #2
  %18 = tail call i32 @air.convert.s.i32.f.f32(float %15) #1
  %19 = getelementptr inbounds i32, i32 addrspace(1)* %1, i64 %10
  %20 = tail call i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* %19, i32 %18, i32 0, i32 2, i1 true) #3
  br label %21

21:
  %22 = phi float [ %15, %9 ], [ %23, %21 ]
  %23 = tail call fastcc float @half_of(float %22)
  %24 = fcmp ogt float %23, 1.000000e+00
  br i1 %24, label %21, label %25

25:
  store float %23, float addrspace(1)* %11, align 4
  br label %26

26:
  ret void
}

define internal fastcc float @half_of(float PARAMETER %0) unnamed_addr #4 {
  %2 = fmul float %0, 5.000000e-01
  ret float %2
}

declare float @air.sin.f32(float) local_unnamed_addr #5

declare void @air.wg.barrier(i32, i32) local_unnamed_addr #6

declare void @air.simdgroup.barrier(i32, i32) local_unnamed_addr #6

declare i32 @air.convert.s.i32.f.f32(float) local_unnamed_addr #5

declare i32 @air.atomic.global.add.s.i32(i32 addrspace(1)* nocapture, i32, i32, i32, i1) local_unnamed_addr #7

attributes #0 = { convergent KERNEL nounwind "max-work-group-size"="64" STRINGS "stack-protector-buffer-size"="8" }
attributes #1 = { nounwind readnone }
attributes #2 = { convergent nounwind }
attributes #3 = { nounwind }
attributes #4 = { KERNEL nounwind STRINGS "stack-protector-buffer-size"="8" }
attributes #5 = { PURE nounwind readnone }
attributes #6 = { convergent LATER nounwind }
attributes #7 = { ATOMIC nounwind }

!llvm.module.flags = !{!0, !1, FRAME!2, !3, !4, !5, !6, !7}
!llvm.ident = !{!8}
!air.version = !{!9}
!air.language_version = !{!10}
!air.compile_options = !{!11, !12, !13}
!air.kernel = !{!14}

!0 = !{i32 2, !"SDK Version", [2 x i32] [i32 16, i32 0]}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 7, !"air.max_device_buffers", i32 31}
!3 = !{i32 7, !"air.max_constant_buffers", i32 31}
!4 = !{i32 7, !"air.max_threadgroup_buffers", i32 31}
!5 = !{i32 7, !"air.max_textures", i32 128}
!6 = !{i32 7, !"air.max_read_write_textures", i32 8}
!7 = !{i32 7, !"air.max_samplers", i32 16}
!8 = !{!"made by hand"}
!9 = !{i32 2, i32 AIR, i32 0}
!10 = !{!"Metal", i32 MAJOR, i32 MINOR, i32 0}
!11 = !{!"air.compile.denorms_disable"}
!12 = !{!"air.compile.fast_math_disable"}
!13 = !{!"air.compile.framebuffer_fetch_enable"}
!14 = !{void (float addrspace(1)*, i32 addrspace(1)*, i32 addrspace(2)*, <3 x i32>, i32)* @scale, !15, !16, !17}
!15 = !{}
!16 = !{!18, !19, !20, !21, !22}
!17 = !{!"air.max_work_group_size", i32 64}
!18 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"float", !"air.arg_name", !"x"}
!19 = !{i32 1, !"air.buffer", !"air.location_index", i32 1, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"int", !"air.arg_name", !"sum"}
!20 = !{i32 2, !"air.buffer", !"air.buffer_size", i32 4, !"air.location_index", i32 2, i32 1, !"air.read", !"air.address_space", i32 2, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"uint", !"air.arg_name", !"n"}
!21 = !{i32 3, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint3", !"air.arg_name", !"where"}
!22 = !{i32 4, !"air.thread_index_in_threadgroup", !"air.arg_type_name", !"uint", !"air.arg_name", !"lane"}
!23 = !{i32 7, !"frame-pointer", i32 2}
