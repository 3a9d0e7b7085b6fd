; ModuleID = 'module'
source_filename = "calls_and_switch"
target datalayout = "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-v512:512:512-v1024:1024:1024-n8:16:32"
target triple = "air64-apple-ios16.0.0"

; Function Attrs: nounwind
define void @calls_and_switch(i32 addrspace(1)* "air-buffer-no-alias" %0, <3 x i32> %1) local_unnamed_addr #0 {
  %3 = alloca [4 x i8], align 1
  %4 = extractelement <3 x i32> %1, i64 0
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds [4 x i8], [4 x i8]* %3, i64 0, i64 %5
  store i8 1, i8* %6, align 1
  %7 = getelementptr inbounds [4 x i8], [4 x i8]* %3, i64 0, i64 1
  %8 = load i8, i8* %7, align 1
  %9 = icmp ne i8 %8, 0
  switch i32 %4, label %14 [
    i32 1, label %10
    i32 2, label %10
    i32 9, label %11
  ]

10:                                               ; preds = %2, %2
  br label %11

11:                                               ; preds = %10, %2
  %12 = phi i32 [ 7, %2 ], [ %4, %10 ]
  %13 = phi i32 [ 7, %10 ], [ 1, %2 ]
  br label %14

14:                                               ; preds = %11, %2
  %15 = phi i32 [ %12, %11 ], [ 7, %2 ]
  %16 = phi i32 [ %13, %11 ], [ 4, %2 ]
  switch i32 %16, label %18 [
    i32 1, label %17
    i32 2, label %17
  ]

17:                                               ; preds = %14, %14
  br label %18

18:                                               ; preds = %17, %14
  %19 = phi i32 [ %15, %17 ], [ 4, %14 ]
  %20 = getelementptr inbounds i32, i32 addrspace(1)* %0, i64 %5
  br i1 %9, label %21, label %22

21:                                               ; preds = %18
  store i32 %19, i32 addrspace(1)* %20, align 4
  br label %22

22:                                               ; preds = %21, %18
  ret void
}

attributes #0 = { nounwind "frame-pointer"="all" "max-work-group-size"="1" "no-builtins" "stack-protector-buffer-size"="8" }

!llvm.module.flags = !{!0, !1, !2, !3, !4, !5, !6, !7}
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
!8 = !{!"Tinsmith"}
!9 = !{i32 2, i32 5, i32 0}
!10 = !{!"Metal", i32 3, i32 0, i32 0}
!11 = !{!"air.compile.denorms_disable"}
!12 = !{!"air.compile.fast_math_disable"}
!13 = !{!"air.compile.framebuffer_fetch_enable"}
!14 = !{void (i32 addrspace(1)*, <3 x i32>)* @calls_and_switch, !15, !16, !19}
!15 = !{}
!16 = !{!17, !18}
!17 = !{i32 0, !"air.buffer", !"air.location_index", i32 3, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"uint", !"air.arg_name", !"out"}
!18 = !{i32 1, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint3", !"air.arg_name", !"thread_position_in_grid"}
!19 = !{!"air.max_work_group_size", i32 1}
