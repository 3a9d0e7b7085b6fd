// SPDX-License-Identifier: Apache-2.0
// tin_array_*: ndarrays.
#include <limits>
#include <span>

#include "api/entry.h"
#include "api/handles.h"

using namespace tinsmith;
using namespace tinsmith::api;

namespace {

Result<size_t> byte_count(const runtime::Array& array) {
  uint64_t elements = 1;
  for (const auto* extents : {&array.shape, &array.element_shape})
    for (const uint32_t extent : *extents) {
      elements *= extent;
      if (elements > std::numeric_limits<int32_t>::max())
        return Failure{"an array of more than 2^31 - 1 numbers: kernels count them in an i32"};
    }
  return static_cast<size_t>(elements * bytes(array.dtype));
}

std::string describe_shape(const runtime::Array& array) {
  std::string text(name(array.dtype));
  for (const auto* extents : {&array.shape, &array.element_shape}) {
    text += extents == &array.shape ? " (" : ", of (";
    for (size_t i = 0; i < extents->size(); ++i)
      text += (i > 0 ? ", " : "") + std::to_string((*extents)[i]);
    text += ")";
    if (array.element_shape.empty()) break;
  }
  return text;
}

}  // namespace

tin_status tin_array_create(tin_device* device, tin_dtype dtype, const uint32_t* shape,
                            size_t axis_count, const uint32_t* element_shape, size_t element_rank,
                            tin_array** array) {
  constexpr const char* kFunction = "tin_array_create";
  if (dtype < TIN_F16 || dtype > TIN_U64) return misuse(kFunction, "there is no such type");
  if (element_rank > 2) return misuse(kFunction, "elements are numbers, vectors or matrices");
  const std::initializer_list<Required> required = {
      {"device", device},
      {"shape", if_any(axis_count, shape)},
      {"element_shape", if_any(element_rank, element_shape)},
      {"array", array}};
  return enter(kFunction, required, device_of(device), [&]() -> Result<> {
    auto made = std::make_unique<tin_array>();
    made->device = device->device;
    made->array.dtype = static_cast<DType>(dtype);
    made->array.shape.assign(shape, shape + axis_count);
    made->array.element_shape.assign(element_shape, element_shape + element_rank);
    TS_TRY_ASSIGN(size, byte_count(made->array));
    TS_TRY_ASSIGN(data, device->device->new_buffer(size));
    made->array.data = std::move(data);
    *array = made.release();
    return Ok{};
  });
}

void tin_array_close(tin_array* array) { delete array; }

tin_status tin_array_set_gradient(tin_array* array, tin_array* gradient) {
  return enter("tin_array_set_gradient", {{"array", array}}, [&]() -> Result<> {
    if (gradient == nullptr) {
      array->array.gradient = nullptr;
      return Ok{};
    }
    if (gradient->device != array->device) return Failure{"a gradient of another device"};
    const runtime::Array &a = array->array, &g = gradient->array;
    if (a.dtype != g.dtype || a.shape != g.shape || a.element_shape != g.element_shape)
      return Failure{"the gradient of an array: expected " + describe_shape(a) + ", given " +
                     describe_shape(g)};
    array->array.gradient = g.data;
    return Ok{};
  });
}

size_t tin_array_byte_count(const tin_array* array) {
  if (require("tin_array_byte_count", {{"array", array}}) != TIN_OK) return 0;
  return array->array.data->size();
}

tin_status tin_array_read(const tin_array* array, size_t byte_offset, void* into,
                          size_t byte_count) {
  const std::initializer_list<Required> required = {{"array", array},
                                                    {"into", if_any(byte_count, into)}};
  return enter("tin_array_read", required, device_of(array), [&] {
    return array->array.data->read(byte_offset, {static_cast<std::byte*>(into), byte_count});
  });
}

tin_status tin_array_write(tin_array* array, size_t byte_offset, const void* from,
                           size_t byte_count) {
  const std::initializer_list<Required> required = {{"array", array},
                                                    {"from", if_any(byte_count, from)}};
  return enter("tin_array_write", required, device_of(array), [&] {
    return array->array.data->write(byte_offset, {static_cast<const std::byte*>(from), byte_count});
  });
}

tin_status tin_array_clear(tin_array* array) {
  return enter("tin_array_clear", {{"array", array}}, device_of(array),
               [&] { return array->array.data->clear(); });
}
