; ModuleID = 'module'
source_filename = "grid_loop"
target datalayout = "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-v512:512:512-v1024:1024:1024-n8:16:32"
target triple = "air64-apple-ios16.0.0"

; Function Attrs: nounwind
define void @grid_loop(i32 addrspace(1)* "air-buffer-no-alias" %0, <3 x i32> %1, <3 x i32> %2) local_unnamed_addr #0 {
  %4 = extractelement <3 x i32> %2, i64 0
  %5 = extractelement <3 x i32> %1, i64 0
  %6 = mul i32 %5, 64
  br label %7

7:                                                ; preds = %10, %3
  %8 = phi i32 [ %15, %10 ], [ %4, %3 ]
  %9 = icmp slt i32 %8, 1000
  br i1 %9, label %10, label %16

10:                                               ; preds = %7
  %11 = sext i32 %8 to i64
  %12 = getelementptr inbounds i32, i32 addrspace(1)* %0, i64 %11
  %13 = load i32, i32 addrspace(1)* %12, align 4
  %14 = add i32 %13, %13
  store i32 %14, i32 addrspace(1)* %12, align 4
  %15 = add i32 %8, %6
  br label %7

16:                                               ; preds = %7
  ret void
}

attributes #0 = { nounwind "frame-pointer"="all" "max-work-group-size"="64" "no-builtins" "stack-protector-buffer-size"="8" }

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
!14 = !{void (i32 addrspace(1)*, <3 x i32>, <3 x i32>)* @grid_loop, !15, !16, !20}
!15 = !{}
!16 = !{!17, !18, !19}
!17 = !{i32 0, !"air.buffer", !"air.location_index", i32 0, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.arg_type_size", i32 4, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"uint", !"air.arg_name", !"root_buffer_0_u32"}
!18 = !{i32 1, !"air.threadgroups_per_grid", !"air.arg_type_name", !"uint3", !"air.arg_name", !"threadgroups_per_grid"}
!19 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint3", !"air.arg_name", !"gl_GlobalInvocationID"}
!20 = !{!"air.max_work_group_size", i32 64}
