// backward.metal
#include <metal_stdlib>
#include <simd/simd.h>

using namespace metal;

struct root_buffer_0_u32_t
{
    uint _m0[1];
};

kernel void main0(device root_buffer_0_u32_t& root_buffer_0_u32 [[buffer(2)]], uint3 gl_NumWorkGroups [[threadgroups_per_grid]], uint3 gl_GlobalInvocationID [[thread_position_in_grid]])
{
    uint _13 = gl_NumWorkGroups.x * 16u;
    for (uint _21 = gl_GlobalInvocationID.x; _21 < 16u; _21 += _13)
    {
        int _25 = int(_21);
        float _41 = as_type<float>(root_buffer_0_u32._m0[1u]) * as_type<float>(root_buffer_0_u32._m0[uint(_25) + 2u]);
        uint _44 = uint(_25) + 18u;
        root_buffer_0_u32._m0[_44] = as_type<uint>(as_type<float>(root_buffer_0_u32._m0[_44]) + (_41 + _41));
    }
}

// forward.metal
#pragma clang diagnostic ignored "-Wunused-variable"

#include <metal_stdlib>
#include <simd/simd.h>
#include <metal_atomic>

using namespace metal;

struct root_buffer_0_u32_t
{
    uint _m0[1];
};

kernel void main0(device root_buffer_0_u32_t& root_buffer_0_u32 [[buffer(2)]], uint3 gl_NumWorkGroups [[threadgroups_per_grid]], uint3 gl_GlobalInvocationID [[thread_position_in_grid]])
{
    uint _13 = gl_NumWorkGroups.x * 16u;
    for (uint _21 = gl_GlobalInvocationID.x; _21 < 16u; _21 += _13)
    {
        uint _34 = root_buffer_0_u32._m0[uint(int(_21)) + 2u];
        float _36 = as_type<float>(_34);
        float _37 = _36 * _36;
        uint _44;
        _44 = root_buffer_0_u32._m0[0u];
        uint _45;
        for (;;)
        {
            float _46 = as_type<float>(_44);
            float _47 = _46 + _37;
            uint _48 = as_type<uint>(_47);
            do
            {
                _45 = _44;
            } while (!atomic_compare_exchange_weak_explicit((device atomic_uint*)&root_buffer_0_u32._m0[0u], &_45, _48, memory_order_relaxed, memory_order_relaxed) && _45 == _44);
            if (_45 == _44)
            {
                break;
            }
            else
            {
                _44 = _45;
                continue;
            }
        }
    }
}

