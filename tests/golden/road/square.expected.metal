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
    float _20 = 0.0;
    for (uint _25 = gl_GlobalInvocationID.x; _25 < 16u; _25 += _13)
    {
        float _39 = as_type<float>(root_buffer_0_u32._m0[uint(int(_25)) + 2u]);
        _20 += (_39 * _39);
    }
    if (_20 != 0.0)
    {
        uint _53;
        _53 = root_buffer_0_u32._m0[0u];
        uint _54;
        for (;;)
        {
            float _55 = as_type<float>(_53);
            float _56 = _55 + _20;
            uint _57 = as_type<uint>(_56);
            do
            {
                _54 = _53;
            } while (!atomic_compare_exchange_weak_explicit((device atomic_uint*)&root_buffer_0_u32._m0[0u], &_54, _57, memory_order_relaxed, memory_order_relaxed) && _54 == _53);
            if (_54 == _53)
            {
                break;
            }
            else
            {
                _53 = _54;
                continue;
            }
        }
    }
}

