; ModuleID = 'module'
source_filename = "layouts"
target datalayout = "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-v512:512:512-v1024:1024:1024-n8:16:32"
target triple = "air64-apple-ios16.0.0"

%struct.Uniforms = type { [3 x float], float, [3 x <4 x float>], [3 x <{ float, [12 x i8] }>] }
%struct.block = type <{ i32, [4 x i8], [1 x <{ %struct.Particle, [8 x i8] }>] }>
%struct.Particle = type <{ [4 x i8], float, [8 x i8], [4 x float] }>

; Function Attrs: nounwind
define void @layouts(%struct.Uniforms addrspace(2)* dereferenceable(112) "air-buffer-no-alias" %0, %struct.block addrspace(1)* "air-buffer-no-alias" %1, <3 x i32> %2) local_unnamed_addr #0 {
  %4 = extractelement <3 x i32> %2, i64 0
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds %struct.Uniforms, %struct.Uniforms addrspace(2)* %0, i64 0, i32 2
  %7 = bitcast [3 x <4 x float>] addrspace(2)* %6 to float addrspace(2)*
  %8 = getelementptr inbounds float, float addrspace(2)* %7, i64 %5
  %9 = bitcast float addrspace(2)* %8 to [3 x <{ float, [12 x i8] }>] addrspace(2)*
  %10 = getelementptr inbounds [3 x <{ float, [12 x i8] }>], [3 x <{ float, [12 x i8] }>] addrspace(2)* %9, i64 0, i64 2, i32 0
  %11 = load float, float addrspace(2)* %10, align 4
  %12 = getelementptr inbounds float, float addrspace(2)* %7, i64 1
  %13 = bitcast float addrspace(2)* %12 to [3 x <{ float, [12 x i8] }>] addrspace(2)*
  %14 = getelementptr inbounds [3 x <{ float, [12 x i8] }>], [3 x <{ float, [12 x i8] }>] addrspace(2)* %13, i64 0, i64 %5, i32 0
  %15 = load float, float addrspace(2)* %14, align 4
  %16 = getelementptr inbounds %struct.Uniforms, %struct.Uniforms addrspace(2)* %0, i64 0, i32 3, i64 %5, i32 0
  %17 = load float, float addrspace(2)* %16, align 4
  %18 = getelementptr inbounds %struct.Uniforms, %struct.Uniforms addrspace(2)* %0, i64 0, i32 0, i64 %5
  %19 = load float, float addrspace(2)* %18, align 4
  %20 = getelementptr inbounds %struct.block, %struct.block addrspace(1)* %1, i64 0, i32 2, i64 %5, i32 0, i32 3, i64 0
  store float %11, float addrspace(1)* %20, align 4
  %21 = getelementptr inbounds %struct.block, %struct.block addrspace(1)* %1, i64 0, i32 2, i64 %5, i32 0, i32 3, i64 %5
  store float %15, float addrspace(1)* %21, align 4
  %22 = getelementptr inbounds %struct.block, %struct.block addrspace(1)* %1, i64 0, i32 2, i64 0, i32 0, i32 1
  store float %17, float addrspace(1)* %22, align 4
  %23 = getelementptr inbounds %struct.block, %struct.block addrspace(1)* %1, i64 0, i32 2, i64 2, i32 0, i32 1
  store float %19, float addrspace(1)* %23, align 4
  ret void
}

attributes #0 = { nounwind "frame-pointer"="all" "max-work-group-size"="32" "no-builtins" "stack-protector-buffer-size"="8" }

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
!14 = !{void (%struct.Uniforms addrspace(2)*, %struct.block addrspace(1)*, <3 x i32>)* @layouts, !15, !16, !23}
!15 = !{}
!16 = !{!17, !19, !22}
!17 = !{i32 0, !"air.buffer", !"air.buffer_size", i32 112, !"air.location_index", i32 0, i32 1, !"air.read", !"air.address_space", i32 2, !"air.struct_type_info", !18, !"air.arg_type_size", i32 112, !"air.arg_type_align_size", i32 16, !"air.arg_type_name", !"Uniforms", !"air.arg_name", !"uniforms"}
!18 = !{i32 0, i32 12, i32 0, !"packed_float3", !"direction", i32 12, i32 4, i32 0, !"float", !"scale", i32 16, i32 48, i32 0, !"float4x3", !"transform", i32 64, i32 4, i32 3, !"float", !"weights"}
!19 = !{i32 1, !"air.buffer", !"air.location_index", i32 1, i32 1, !"air.read_write", !"air.address_space", i32 1, !"air.struct_type_info", !20, !"air.arg_type_size", i32 48, !"air.arg_type_align_size", i32 4, !"air.arg_type_name", !"block", !"air.arg_name", !"particles"}
!20 = !{i32 0, i32 4, i32 0, !"uint", !"_m0", !"air.struct_type_info", !21, i32 8, i32 32, i32 1, !"Particle", !"_m1"}
!21 = !{i32 4, i32 4, i32 0, !"float", !"_m0", i32 16, i32 16, i32 0, !"packed_float4", !"_m1"}
!22 = !{i32 2, !"air.thread_position_in_grid", !"air.arg_type_name", !"uint3", !"air.arg_name", !"thread_position_in_grid"}
!23 = !{!"air.max_work_group_size", i32 32}
