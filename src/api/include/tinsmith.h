/* SPDX-License-Identifier: Apache-2.0
 *
 * Tinsmith for C, and through it for every other language: opens the Metal libraries (or SPIR-V
 * packages) of Taichi kernels and runs them. C++ programs include tinsmith.hpp, Swift imports the
 * module Tinsmith; both say the same things in their own way.
 *
 *   tin_device* device;  tin_package* package;  tin_module* module;
 *   tin_device_open(NULL, NULL, &device);
 *   tin_package_open("square.bundle", &package);
 *   tin_module_load(device, package, &module);
 *   tin_argument base = {.kind = TIN_REAL, .real = 0.5};
 *   tin_kernel_launch(tin_module_kernel(module, "forward"), &base, 1);
 *   tin_field_read(tin_module_field(module, "y"), 0, 8, values, sizeof values);  // 8 cells
 *
 * Status. Every function that can fail returns a tin_status and, where it fails, leaves its outputs
 * as they were. tin_last_error() is then the reason: one or more lines for a person, with the
 * place, what was expected and what was given. No C++ exception leaves this library.
 *
 * Order. Launches are recorded in the order of the calls and run as if one after the other.
 * Nothing waits until a value is read, or somebody asks to wait. A read waits for the launches
 * before it; a write happens between the launches before and after it.
 *
 * Threads. A device and everything made from it (modules, arrays, events) belong to one thread at a
 * time: calls may come from different threads, never two at once. Different devices are
 * independent. A package never changes and may be read by any number of threads.
 * tin_event_is_done() and tin_event_wait() may be called from any thread. A tin_done callback runs
 * on a thread of the library's, or, where the work was finished already, within the call that asked
 * for it; it must return soon and must not call the device back.
 *
 * Lifetime. Each handle that a function gives through a pointer to a pointer is released by the
 * caller, once, with the function named beside it, in any order: what is still needed stays alive
 * inside. Handles that functions return (kernels, fields, graphs) belong to their module, strings
 * and infos to what they were asked of. Releasing NULL does nothing. */
#ifndef TINSMITH_H
#define TINSMITH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TIN_API __attribute__((visibility("default")))
#else
#define TIN_API
#endif

/* In C an enum may hold any int, and one that means nothing is refused. C++ is told so. */
#ifdef __cplusplus
#define TIN_INT : int
#else
#define TIN_INT
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tin_device tin_device;
typedef struct tin_package tin_package;
typedef struct tin_module tin_module;
typedef struct tin_kernel tin_kernel;
typedef struct tin_field tin_field;
typedef struct tin_graph tin_graph;
typedef struct tin_array tin_array;
typedef struct tin_event tin_event;

/* The numbers are those of the command line's exit codes. */
typedef enum tin_status TIN_INT {
  TIN_OK = 0,
  TIN_INVALID = 1, /* what was given is wrong: a damaged bundle, an argument of another type */
  TIN_MISUSE = 2, /* the call is wrong: NULL where a handle must be, an enum without such a value */
  TIN_WORLD = 3,  /* the system failed: no such device, no such file, no memory, a GPU fault */
  TIN_PAUSED = 4, /* tin_device_pause() is in force; nothing was recorded */
  TIN_BUG = 70    /* a bug of ours; please report the message */
} tin_status;

/* Why the last failed call of this thread failed; "" before the first. Valid until the next. */
TIN_API const char* tin_last_error(void);
/* "0.1.0" */
TIN_API const char* tin_version(void);

/* ---- Types --------------------------------------------------------------------------------- */

typedef enum tin_dtype TIN_INT {
  TIN_F16,
  TIN_F32,
  TIN_F64,
  TIN_I8,
  TIN_I16,
  TIN_I32,
  TIN_I64,
  TIN_U1,
  TIN_U8,
  TIN_U16,
  TIN_U32,
  TIN_U64
} tin_dtype;
/* "f32" */
TIN_API const char* tin_dtype_name(tin_dtype dtype);
/* In memory: 4 for f32, and 4 for u1, which fields hold as an i32. */
TIN_API size_t tin_dtype_size(tin_dtype dtype);

/* What a kernel does with an array; bits. */
typedef enum tin_access TIN_INT {
  TIN_NONE = 0,
  TIN_READ = 1,
  TIN_WRITE = 2,
  TIN_READ_WRITE = 3
} tin_access;

typedef enum tin_parameter_kind TIN_INT {
  TIN_PARAMETER_SCALAR,
  TIN_PARAMETER_TENSOR, /* a vector or matrix by value: element_shape numbers, row by row */
  TIN_PARAMETER_STRUCT, /* numbers of its members in order */
  TIN_PARAMETER_ARRAY   /* an ndarray */
} tin_parameter_kind;

/* Shapes: `shape` are the axes; `element_shape` is empty for numbers, {n} for vectors, {rows,
 * columns} for matrices. Memory: axes row-major, the components of a cell innermost, rows first. */
typedef struct tin_parameter_info {
  const char* name;
  tin_parameter_kind kind;
  tin_dtype dtype;               /* not of a struct */
  size_t number_count;           /* that make up the argument; 0 for an array */
  size_t axis_count;             /* of an array */
  size_t element_rank;           /* 0, 1 or 2 */
  const uint32_t* element_shape; /* element_rank numbers */
  tin_access access;             /* of an array */
  bool needs_gradient;           /* the kernel uses the array's gradient: tin_array_set_gradient */
} tin_parameter_info;

typedef struct tin_kernel_info {
  const char* name;
  const char* doc;         /* docstring of the Python kernel; "" where there is none */
  const char* gradient_of; /* the kernel whose adjoint this is; "" where it is none */
  size_t parameter_count;
  const tin_parameter_info* parameters;
  size_t result_count; /* numbers that it returns */
  const tin_dtype* results;
} tin_kernel_info;

typedef struct tin_field_info {
  const char* name;
  tin_dtype dtype;
  size_t axis_count;
  const uint32_t* shape;
  size_t element_rank;
  const uint32_t* element_shape;
  size_t cell_count; /* product of the axes */
  size_t byte_count; /* of the whole field */
} tin_field_info;

typedef struct tin_graph_info {
  const char* name;
  size_t parameter_count;
  const tin_parameter_info* parameters; /* what all its dispatches ask for, each name once */
} tin_graph_info;

/* ---- Packages: what there is to run, without a device --------------------------------------- */

/* Opens a bundle (manifest.json and Metal libraries), a folder of bundles for several systems, or a
 * package (metadata.json and .spv files, or a .tcm), and checks all of it: hashes, versions,
 * bindings, sizes against the library. `path` is UTF-8. Release with tin_package_close(). */
TIN_API tin_status tin_package_open(const char* path, tin_package** package);

typedef struct tin_file {
  const char* name; /* within the folder: "manifest.json", "device/kernels.metallib" */
  const void* bytes;
  size_t size;
} tin_file;
/* The same of a folder's files in memory, which are copied. `name` is what messages call the
 * folder. */
TIN_API tin_status tin_package_open_files(const char* name, const tin_file* files, size_t count,
                                          tin_package** package);
TIN_API void tin_package_close(tin_package* package);

/* SHA-256 of the kernels and fields as they were exported, 64 hexadecimal digits: the same for all
 * bundles made of one package. Typed bindings compare it. */
TIN_API const char* tin_package_fingerprint(const tin_package* package);
/* The systems that it has libraries for, in words ("iOS 16, iOS 16 simulator"); "SPIR-V" for a
 * package. */
TIN_API const char* tin_package_targets(const tin_package* package);

TIN_API size_t tin_package_kernel_count(const tin_package* package);
TIN_API const tin_kernel_info* tin_package_kernel(const tin_package* package, size_t index);
TIN_API size_t tin_package_field_count(const tin_package* package);
TIN_API const tin_field_info* tin_package_field(const tin_package* package, size_t index);
TIN_API size_t tin_package_graph_count(const tin_package* package);
TIN_API const tin_graph_info* tin_package_graph(const tin_package* package, size_t index);

/* ---- Devices -------------------------------------------------------------------------------- */

typedef struct tin_device_options {
  uint32_t threads;  /* cpu: 0 is one for each core; 1 gives bit-equal results from run to run */
  const char* debug; /* cpu: names separated by commas: bounds, barriers, loops, nans, serial; may
                        be NULL */
  const char* cache_folder; /* cpu: where compiled code is kept; NULL: nowhere */
  bool validation;          /* vulkan: with its validation layer */
} tin_device_options;

/* "metal", "cpu", "vulkan", "vulkan:PART OF ITS NAME"; NULL: metal on Apple's systems, cpu
 * elsewhere. `options` may be NULL. Which kinds there are depends on how the library was built; a
 * message names them. Release with tin_device_close(). */
TIN_API tin_status tin_device_open(const char* name, const tin_device_options* options,
                                   tin_device** device);
TIN_API void tin_device_close(tin_device* device);

typedef struct tin_device_info {
  const char* name;   /* "Apple A15 GPU" */
  const char* driver; /* "iOS 17.4, Apple8, 1.9 GB" */
  bool is_gpu;
} tin_device_info;
TIN_API const tin_device_info* tin_device_get_info(const tin_device* device);

typedef struct tin_counters {
  uint64_t dispatches, submissions, waits, barriers;
} tin_counters;
TIN_API tin_counters tin_device_get_counters(const tin_device* device);

/* What became of a submission. */
typedef struct tin_completion {
  tin_status status;
  const char* message;   /* "" on success; valid during the callback */
  double device_seconds; /* that the device worked for it; NAN where the device cannot tell */
} tin_completion;
typedef void (*tin_done)(void* context, const tin_completion* completion);

/* Starts what is recorded; returns at once. `done`, which may be NULL, is called exactly once when
 * everything recorded so far is finished, even where the device is closed before; if submit itself
 * fails it is not called. */
TIN_API tin_status tin_device_submit(tin_device* device, tin_done done, void* context);
/* Submits, and blocks until everything is finished. */
TIN_API tin_status tin_device_wait(tin_device* device);

/* For an app that leaves the foreground (iOS before 26 kills GPU work in the background): submits,
 * waits for what is in flight, and from then on refuses launches, and reads that would need the
 * GPU, with TIN_PAUSED. Nothing recorded is lost. Does nothing on a device that needs no such
 * thing. */
TIN_API tin_status tin_device_pause(tin_device* device);
TIN_API tin_status tin_device_resume(tin_device* device);

/* A point in the order of launches. Release with tin_event_close(). */
TIN_API tin_status tin_device_record_event(tin_device* device, tin_event** event); /* submits */
TIN_API bool tin_event_is_done(const tin_event* event);
/* Blocks; a failure is that of the work before the event. */
TIN_API tin_status tin_event_wait(const tin_event* event);
TIN_API void tin_event_close(tin_event* event);

/* ---- Modules: a package on a device ---------------------------------------------------------- */

/* Picks the libraries for this device, zeroes the fields and makes every kernel ready; the message
 * of a failure has all errors of all kernels. Release with tin_module_close(). */
TIN_API tin_status tin_module_load(tin_device* device, const tin_package* package,
                                   tin_module** module);
TIN_API void tin_module_close(tin_module* module);
/* Seeds ti.random. */
TIN_API tin_status tin_module_seed(tin_module* module, uint32_t seed);

/* NULL where there is none of this name; tin_last_error() then lists those there are. */
TIN_API tin_kernel* tin_module_kernel(const tin_module* module, const char* name);
TIN_API tin_field* tin_module_field(const tin_module* module, const char* name);
TIN_API tin_graph* tin_module_graph(const tin_module* module, const char* name);

/* ---- Fields -----------------------------------------------------------------------------------
 */

TIN_API const tin_field_info* tin_field_get_info(const tin_field* field);
/* `cells` cells from cell `first` on; `byte_count` is the size of the caller's memory and must be
 * exactly that of the cells. */
TIN_API tin_status tin_field_read(const tin_field* field, size_t first, size_t cells, void* into,
                                  size_t byte_count);
TIN_API tin_status tin_field_write(tin_field* field, size_t first, size_t cells, const void* from,
                                   size_t byte_count);

/* ---- Arrays (Taichi's ndarrays) ----------------------------------------------------------------
 */

/* Zeroed. `element_shape` may be NULL where element_rank is 0. Release with tin_array_close(). */
TIN_API tin_status tin_array_create(tin_device* device, tin_dtype dtype, const uint32_t* shape,
                                    size_t axis_count, const uint32_t* element_shape,
                                    size_t element_rank, tin_array** array);
TIN_API void tin_array_close(tin_array* array);
/* `gradient` is of the same device, type and shape, or NULL to take it away; it is kept alive. */
TIN_API tin_status tin_array_set_gradient(tin_array* array, tin_array* gradient);
TIN_API size_t tin_array_byte_count(const tin_array* array);
TIN_API tin_status tin_array_read(const tin_array* array, size_t byte_offset, void* into,
                                  size_t byte_count);
TIN_API tin_status tin_array_write(tin_array* array, size_t byte_offset, const void* from,
                                   size_t byte_count);
TIN_API tin_status tin_array_clear(tin_array* array);

/* ---- Launches -----------------------------------------------------------------------------------
 */

typedef enum tin_argument_kind TIN_INT {
  TIN_REAL,     /* .real */
  TIN_INTEGER,  /* .integer */
  TIN_REALS,    /* .reals, .count numbers: a tensor or struct */
  TIN_INTEGERS, /* .integers, .count numbers */
  TIN_ARRAY     /* .array */
} tin_argument_kind;

/* Numbers are converted to the parameter's type; one that does not fit is refused. */
typedef struct tin_argument {
  tin_argument_kind kind;
  double real;
  int64_t integer; /* a u64 is its 64 bits */
  const double* reals;
  const int64_t* integers;
  size_t count;
  tin_array* array;
} tin_argument;

TIN_API const tin_kernel_info* tin_kernel_get_info(const tin_kernel* kernel);
/* Records a launch. Arguments are copied; arrays are kept alive as long as the device needs them.
 */
TIN_API tin_status tin_kernel_launch(tin_kernel* kernel, const tin_argument* arguments,
                                     size_t count);

typedef struct tin_value {
  tin_dtype dtype;
  double real; /* of every type but u64 and i64 beyond 2^53, which only `integer` holds exactly */
  int64_t integer; /* of integers */
} tin_value;
/* What the last launch of this kernel returned; waits. `count` is tin_kernel_info.result_count. */
TIN_API tin_status tin_kernel_read_results(tin_kernel* kernel, tin_value* results, size_t count);

typedef struct tin_named_argument {
  const char* name;
  tin_argument argument;
} tin_named_argument;
TIN_API const tin_graph_info* tin_graph_get_info(const tin_graph* graph);
/* Records all launches of the graph; checks everything before the first. */
TIN_API tin_status tin_graph_run(tin_graph* graph, const tin_named_argument* arguments,
                                 size_t count);

#ifdef __cplusplus
}
#endif

#endif
