/* SPDX-License-Identifier: Apache-2.0
 * The C API as a program in C uses it, on the bundles of tests/api/bundles.py.
 *
 *   c_api_test DEVICE FOLDER bundle|package */
#include <stdlib.h>

#include "expect.h"

enum { kSize = 8 };

static const char* folder;
static const char* device_name;
static const char* form; /* "bundle" or "package": what is loaded */
static tin_device* device;

static tin_argument real(double value) {
  tin_argument argument = {TIN_REAL, 0, 0, NULL, NULL, 0, NULL};
  argument.real = value;
  return argument;
}

static tin_argument integer(int64_t value) {
  tin_argument argument = {TIN_INTEGER, 0, 0, NULL, NULL, 0, NULL};
  argument.integer = value;
  return argument;
}

static tin_argument reals(const double* values, size_t count) {
  tin_argument argument = {TIN_REALS, 0, 0, NULL, NULL, 0, NULL};
  argument.reals = values;
  argument.count = count;
  return argument;
}

static tin_argument integers(const int64_t* values, size_t count) {
  tin_argument argument = {TIN_INTEGERS, 0, 0, NULL, NULL, 0, NULL};
  argument.integers = values;
  argument.count = count;
  return argument;
}

static tin_argument array(tin_array* of) {
  tin_argument argument = {TIN_ARRAY, 0, 0, NULL, NULL, 0, NULL};
  argument.array = of;
  return argument;
}

static tin_package* open_package(const char* name) {
  char path[4096];
  tin_package* package = NULL;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  OK(tin_package_open(path, &package));
  if (package == NULL) exit(1);
  return package;
}

/* The package may be closed: the module keeps what it needs. */
static tin_module* load(const char* prefix) {
  char name[64];
  snprintf(name, sizeof name, "%s%s", prefix, form);
  tin_package* package = open_package(name);
  tin_module* module = NULL;
  OK(tin_module_load(device, package, &module));
  if (module == NULL) exit(1);
  tin_package_close(package);
  return module;
}

static void launch(const tin_module* module, const char* kernel, const tin_argument* arguments,
                   size_t count) {
  OK(tin_kernel_launch(tin_module_kernel(module, kernel), arguments, count));
}

static tin_array* new_array(const float* values, uint32_t size) {
  tin_array* made = NULL;
  OK(tin_array_create(device, TIN_F32, &size, 1, NULL, 0, &made));
  OK(tin_array_write(made, 0, values, size * sizeof *values));
  return made;
}

static float read_one(const tin_module* module, const char* field, size_t cell) {
  float value = -1;
  OK(tin_field_read(tin_module_field(module, field), cell, 1, &value, sizeof value));
  return value;
}

static void types_have_names_and_sizes(void) {
  EXPECT(strcmp(tin_dtype_name(TIN_F32), "f32") == 0);
  EXPECT(tin_dtype_size(TIN_F16) == 2 && tin_dtype_size(TIN_U64) == 8);
  EXPECT(tin_dtype_size(TIN_U1) == 4);
  EXPECT(tin_dtype_size((tin_dtype)99) == 0);
  SAYS("tin_dtype_size: there is no such type");
  EXPECT(strcmp(tin_version(), EXPECTED_VERSION) == 0);
}

static const tin_kernel_info* find_kernel(const tin_package* package, const char* name) {
  for (size_t i = 0; i < tin_package_kernel_count(package); ++i) {
    const tin_kernel_info* info = tin_package_kernel(package, i);
    if (strcmp(info->name, name) == 0) return info;
  }
  printf("no kernel %s\n", name);
  exit(1);
}

static const tin_field_info* find_field(const tin_package* package, const char* name) {
  for (size_t i = 0; i < tin_package_field_count(package); ++i) {
    const tin_field_info* info = tin_package_field(package, i);
    if (strcmp(info->name, name) == 0) return info;
  }
  printf("no field %s\n", name);
  exit(1);
}

static void kernels_are_described(void) {
  tin_package* package = open_package("bundle");
  EXPECT(strlen(tin_package_fingerprint(package)) == 64);
  EXPECT(strcmp(tin_package_targets(package),
                "iOS 16, iOS simulator 16, iOS 16 with f32 atomics") == 0);
  const tin_kernel_info* fill = find_kernel(package, "fill");
  EXPECT(strcmp(fill->doc, "Sets x[i] to base + step * i.") == 0);
  EXPECT(fill->parameter_count == 2 && fill->result_count == 0);
  EXPECT(strcmp(fill->parameters[1].name, "step") == 0);
  EXPECT(fill->parameters[1].kind == TIN_PARAMETER_SCALAR);
  EXPECT(fill->parameters[1].dtype == TIN_F32 && fill->parameters[1].number_count == 1);
  EXPECT(strcmp(find_kernel(package, "backward")->gradient_of, "forward") == 0);
  EXPECT(strcmp(find_kernel(package, "forward")->gradient_of, "") == 0);

  const tin_kernel_info* tensors = find_kernel(package, "tensor_arguments");
  const tin_parameter_info* v = &tensors->parameters[0];
  const tin_parameter_info* m = &tensors->parameters[1];
  EXPECT(v->kind == TIN_PARAMETER_TENSOR && v->dtype == TIN_I32 && v->element_rank == 1);
  EXPECT(v->element_shape[0] == 3 && v->number_count == 3);
  EXPECT(m->kind == TIN_PARAMETER_TENSOR && m->dtype == TIN_F32 && m->element_rank == 2);
  EXPECT(m->element_shape[0] == 2 && m->element_shape[1] == 3 && m->number_count == 6);

  const tin_kernel_info* energy = find_kernel(package, "energy_backward");
  EXPECT(energy->parameters[0].kind == TIN_PARAMETER_ARRAY &&
         energy->parameters[0].axis_count == 1);
  EXPECT(energy->parameters[0].needs_gradient && energy->parameters[0].number_count == 0);
  const tin_kernel_info* bounds = find_kernel(package, "bounds");
  EXPECT(bounds->parameters[0].axis_count == 2 && bounds->parameters[0].dtype == TIN_I32);
  EXPECT(bounds->parameters[0].access == TIN_READ && !bounds->parameters[0].needs_gradient);
  EXPECT(bounds->result_count == 3 && bounds->results[2] == TIN_I32);
  EXPECT(tin_package_kernel(package, 1000) == NULL);
  SAYS("tin_package_kernel: index 1000 of ");
  tin_package_close(package);
}

static void fields_and_graphs_are_described(void) {
  tin_package* package = open_package("bundle");
  const tin_field_info* out = find_field(package, "out");
  EXPECT(out->dtype == TIN_F32 && out->axis_count == 2 && out->element_rank == 0);
  EXPECT(out->shape[0] == 2 && out->shape[1] == 4 && out->cell_count == 8 && out->byte_count == 32);
  const tin_field_info* points = find_field(package, "points");
  EXPECT(points->element_rank == 1 && points->element_shape[0] == 3);
  EXPECT(points->cell_count == 4 && points->byte_count == 48);
  const tin_field_info* tensors = find_field(package, "tensors");
  EXPECT(tensors->element_rank == 2);
  EXPECT(tensors->element_shape[0] == 2 && tensors->element_shape[1] == 3);
  const tin_field_info* loss = find_field(package, "loss");
  EXPECT(loss->axis_count == 0 && loss->cell_count == 1 && loss->byte_count == 4);
  EXPECT(find_field(package, "flags")->dtype == TIN_U1);
  EXPECT(find_field(package, "flags")->byte_count == 12);

  EXPECT(tin_package_graph_count(package) == 1);
  const tin_graph_info* graph = tin_package_graph(package, 0);
  EXPECT(strcmp(graph->name, "ramp_and_move") == 0 && graph->parameter_count == 4);
  EXPECT(strcmp(graph->parameters[0].name, "a") == 0);
  EXPECT(graph->parameters[0].kind == TIN_PARAMETER_ARRAY);
  EXPECT((graph->parameters[0].access & TIN_WRITE) != 0);
  EXPECT(graph->parameters[1].kind == TIN_PARAMETER_SCALAR);
  EXPECT(graph->parameters[2].element_rank == 1 && graph->parameters[2].element_shape[0] == 2);
  EXPECT(graph->parameters[3].kind == TIN_PARAMETER_TENSOR);
  EXPECT(graph->parameters[3].number_count == 2);
  tin_package_close(package);
}

static void a_bundle_and_its_package_have_one_fingerprint(void) {
  tin_package* bundle = open_package("bundle");
  tin_package* single = open_package("bundle/ios16");
  tin_package* package = open_package("package");
  EXPECT(strcmp(tin_package_targets(package), "SPIR-V") == 0);
  EXPECT(strcmp(tin_package_targets(single), "iOS 16") == 0);
  EXPECT(strcmp(tin_package_fingerprint(bundle), tin_package_fingerprint(package)) == 0);
  EXPECT(strcmp(tin_package_fingerprint(single), tin_package_fingerprint(package)) == 0);
  tin_package_close(bundle);
  tin_package_close(single);
  tin_package_close(package);
}

static void forward_and_backward(void) {
  tin_module* module = load("");
  const tin_argument ramp[] = {real(0.5), real(0.25)};
  launch(module, "fill", ramp, 2);
  launch(module, "clear_loss", NULL, 0);
  launch(module, "forward", NULL, 0);
  launch(module, "backward", NULL, 0);
  float x[kSize], gradient[kSize], sum = 0;
  OK(tin_field_read(tin_module_field(module, "x"), 0, kSize, x, sizeof x));
  OK(tin_field_read(tin_module_field(module, "x_grad"), 0, kSize, gradient, sizeof gradient));
  for (int i = 0; i < kSize; ++i) {
    EXPECT(x[i] == 0.5f + 0.25f * (float)i);
    EXPECT(gradient[i] == 2 * x[i]);
    sum += x[i] * x[i];
  }
  EXPECT(read_one(module, "loss", 0) == sum);
  tin_module_close(module);
}

static void arguments_of_all_kinds_arrive(void) {
  tin_module* module = load("");
  const tin_argument numbers[] = {real(0.5), integer(-3), integer(0xabcd0000), integer(7)};
  launch(module, "scalars", numbers, 4);
  float out[8];
  int32_t flags[3] = {0, 0, 0};
  OK(tin_field_read(tin_module_field(module, "out"), 0, 8, out, sizeof out));
  EXPECT(out[0] == 0.5f && out[1] == -3 && out[2] == 0xabcd && out[3] == 1);
  OK(tin_field_read(tin_module_field(module, "flags"), 0, 3, flags, sizeof flags));
  EXPECT(flags[0] == 1 && flags[2] == 1);

  const int64_t v[] = {1, 2, 3};
  const double m[] = {1, 2, 3, 4, 5, 6.5};
  const tin_argument tensors[] = {integers(v, 3), reals(m, 6)};
  launch(module, "tensor_arguments", tensors, 2);
  OK(tin_field_read(tin_module_field(module, "out"), 4, 2, out, 2 * sizeof *out));
  EXPECT(out[0] == 14 && out[1] == 33.5f);
  int32_t points[12];
  float cells[12];
  OK(tin_field_read(tin_module_field(module, "points"), 0, 4, points, sizeof points));
  EXPECT(points[0] == 1 && points[2] == 3 && points[11] == 6);
  OK(tin_field_read(tin_module_field(module, "tensors"), 0, 2, cells, sizeof cells));
  EXPECT(cells[5] == 6.5f && cells[6] == 2 && cells[11] == 13);
  tin_module_close(module);
}

/* genuine Taichi's package: structs by value, results of several numbers. */
static void structs_go_in_and_results_come_out(void) {
  tin_module* module = load("c_arguments_");
  const double ray[] = {1, 2, 10, 20, 7};
  const tin_argument arguments[] = {reals(ray, 5), real(0.5)};
  launch(module, "struct_argument", arguments, 2);
  EXPECT(read_one(module, "out", 5) == 6 && read_one(module, "out", 6) == 12);
  EXPECT(read_one(module, "out", 7) == 7);
  tin_kernel* kernel = tin_module_kernel(module, "return_struct");
  const tin_argument a = real(1.5);
  OK(tin_kernel_launch(kernel, &a, 1));
  tin_value values[5];
  EXPECT(tin_kernel_get_info(kernel)->result_count == 5);
  OK(tin_kernel_read_results(kernel, values, 5));
  EXPECT(values[0].dtype == TIN_F32 && values[0].real == 1.5);
  EXPECT(values[4].dtype == TIN_I32 && values[4].integer == (int64_t)values[4].real);
  FAILS(tin_kernel_read_results(kernel, values, 4), TIN_INVALID,
        "kernel 'return_struct' returns 5 numbers, given room for 4");
  tin_module_close(module);
}

static void arrays_and_results(void) {
  tin_module* module = load("");
  float values[100];
  for (int i = 0; i < 100; ++i) values[i] = (float)i;
  tin_array* a = new_array(values, 100);
  EXPECT(tin_array_byte_count(a) == 400);
  const tin_argument given = array(a);
  tin_kernel* total = tin_module_kernel(module, "total");
  tin_value sum;
  OK(tin_kernel_launch(total, &given, 1));
  OK(tin_kernel_read_results(total, &sum, 1));
  EXPECT(sum.dtype == TIN_F32 && sum.real == 4950);
  const float changed = -1000;
  OK(tin_array_write(a, 396, &changed, 4));
  OK(tin_kernel_launch(total, &given, 1));
  OK(tin_kernel_read_results(total, &sum, 1));
  EXPECT(sum.real == 4950 - 99 - 1000);
  OK(tin_array_clear(a));
  OK(tin_array_read(a, 392, values, 8));
  EXPECT(values[0] == 0 && values[1] == 0);
  tin_array_close(a);

  const uint32_t shape[] = {5, 3};
  const int32_t last = 42;
  tin_array* b = NULL;
  OK(tin_array_create(device, TIN_I32, shape, 2, NULL, 0, &b));
  OK(tin_array_write(b, 14 * 4, &last, 4));
  const tin_argument two_axes = array(b);
  tin_kernel* bounds = tin_module_kernel(module, "bounds");
  tin_value corner[3];
  OK(tin_kernel_launch(bounds, &two_axes, 1));
  tin_array_close(b); /* alive until the device is done with it */
  OK(tin_kernel_read_results(bounds, corner, 3));
  EXPECT(corner[0].integer == 5 && corner[1].integer == 3 && corner[2].integer == 42);
  tin_module_close(module);
}

static void arrays_have_gradients(void) {
  tin_module* module = load("");
  const float values[] = {1, -2, 0.5f, 4}, one = 1;
  tin_array *a = new_array(values, 4), *e = new_array(&one, 1);
  tin_array *a_gradient = new_array(values, 4), *e_gradient = new_array(&one, 1);
  const tin_argument both[] = {array(a), array(e)};
  tin_kernel* backward = tin_module_kernel(module, "energy_backward");
  FAILS(tin_kernel_launch(backward, both, 2), TIN_INVALID,
        "kernel 'energy_backward', argument 0 'a': expected an array with a gradient, given one "
        "without");
  FAILS(tin_array_set_gradient(a, e_gradient), TIN_INVALID, "expected f32 (4), given f32 (1)");
  OK(tin_array_set_gradient(a, a_gradient));
  OK(tin_array_set_gradient(e, e_gradient));
  OK(tin_array_clear(a_gradient));
  tin_array_close(e_gradient); /* kept alive by e */
  launch(module, "energy_backward", both, 2);
  float gradient[4];
  OK(tin_array_read(a_gradient, 0, gradient, sizeof gradient));
  for (int i = 0; i < 4; ++i) EXPECT(gradient[i] == (float)(i + 1) * values[i]);
  OK(tin_array_set_gradient(a, NULL));
  FAILS(tin_kernel_launch(backward, both, 2), TIN_INVALID, "an array with a gradient");
  tin_array_close(a);
  tin_array_close(e);
  tin_array_close(a_gradient);
  tin_module_close(module);
}

static void graphs_run_with_named_arguments(void) {
  tin_module* module = load("");
  const float zeros[6] = {0};
  const uint32_t size = 3, two = 2;
  const double step[] = {0.5, -1};
  tin_array *a = new_array(zeros, 6), *p = NULL;
  OK(tin_array_create(device, TIN_F32, &size, 1, &two, 1, &p));
  const tin_named_argument given[] = {
      {"by", reals(step, 2)}, {"start", real(10)}, {"p", array(p)}, {"a", array(a)}};
  tin_graph* graph = tin_module_graph(module, "ramp_and_move");
  EXPECT(strcmp(tin_graph_get_info(graph)->name, "ramp_and_move") == 0);
  OK(tin_graph_run(graph, given, 4));
  float ramp[6], moved[6];
  OK(tin_array_read(a, 0, ramp, sizeof ramp));
  OK(tin_array_read(p, 0, moved, sizeof moved));
  EXPECT(ramp[0] == 10 && ramp[5] == 15 && moved[0] == 1 && moved[5] == -2);
  FAILS(tin_graph_run(graph, given, 3), TIN_INVALID,
        "graph 'ramp_and_move', argument 'a': expected an array of f32 with 1 axis, given nothing");
  const tin_named_argument foreign = {"q", real(1)};
  FAILS(tin_graph_run(graph, &foreign, 1), TIN_INVALID, "no argument of this name");
  tin_array_close(a);
  tin_array_close(p);
  tin_module_close(module);
}

static void parts_of_fields_are_read_and_written(void) {
  tin_module* module = load("");
  tin_field* out = tin_module_field(module, "out");
  const float two[] = {7, 8};
  float all[8];
  OK(tin_field_write(out, 3, 2, two, sizeof two));
  OK(tin_field_read(out, 0, 8, all, sizeof all));
  EXPECT(all[2] == 0 && all[3] == 7 && all[4] == 8 && all[5] == 0);
  FAILS(tin_field_read(out, 7, 2, all, 8), TIN_INVALID,
        "field 'out': 2 cells from cell 7 on are beyond its 8");
  FAILS(tin_field_read(out, 0, SIZE_MAX, all, 8), TIN_INVALID, "beyond its 8");
  FAILS(tin_field_read(out, SIZE_MAX, 2, all, 8), TIN_INVALID, "beyond its 8");
  FAILS(tin_field_write(out, 0, 2, two, 4), TIN_INVALID, "2 cells have 8 bytes, given 4");
  int32_t cell[3] = {1, 2, 3};
  tin_field* points = tin_module_field(module, "points");
  OK(tin_field_write(points, 3, 1, cell, sizeof cell));
  OK(tin_field_read(points, 3, 1, cell, sizeof cell));
  EXPECT(cell[2] == 3);
  EXPECT(strcmp(tin_field_get_info(points)->name, "points") == 0);
  tin_module_close(module);
}

struct told {
  int calls;
  tin_status status;
  double seconds;
};

static void note(void* context, const tin_completion* completion) {
  struct told* told = context;
  ++told->calls;
  told->status = completion->status;
  told->seconds = completion->device_seconds;
}

static void many_steps_go_into_one_submission(void) {
  tin_module* module = load("");
  OK(tin_device_wait(device));
  const tin_counters before = tin_device_get_counters(device);
  const tin_argument by = integer(2);
  for (int i = 0; i < 50; ++i) launch(module, "count", &by, 1);
  struct told told = {0, TIN_BUG, -1};
  tin_event* event = NULL;
  OK(tin_device_submit(device, note, &told));
  OK(tin_device_record_event(device, &event));
  OK(tin_event_wait(event)); /* completions come in order */
  EXPECT(tin_event_is_done(event));
  EXPECT(told.calls == 1 && told.status == TIN_OK && told.seconds >= 0);
  tin_event_close(event);
  int32_t count = 0;
  OK(tin_field_read(tin_module_field(module, "counter"), 0, 1, &count, sizeof count));
  EXPECT(count == 100);
  const tin_counters after = tin_device_get_counters(device);
  EXPECT(after.dispatches - before.dispatches == 50);
  EXPECT(after.submissions - before.submissions <= 1);
  OK(tin_device_submit(device, NULL, NULL));
  tin_module_close(module);
}

static void the_seed_chooses_the_sequence(void) {
  tin_module* module = load("");
  tin_field* points = tin_module_field(module, "points");
  int32_t first[12], second[12];
  OK(tin_module_seed(module, 5));
  launch(module, "draw", NULL, 0);
  OK(tin_field_read(points, 0, 4, first, sizeof first));
  launch(module, "draw", NULL, 0);
  OK(tin_field_read(points, 0, 4, second, sizeof second));
  EXPECT(memcmp(first, second, sizeof first) != 0);
  OK(tin_module_seed(module, 5));
  launch(module, "draw", NULL, 0);
  OK(tin_field_read(points, 0, 4, second, sizeof second));
  EXPECT(memcmp(first, second, sizeof first) == 0);
  tin_module_close(module);
}

static void modules_have_memory_of_their_own(void) {
  tin_module *one = load(""), *other = load("");
  const tin_argument by = integer(3);
  launch(one, "count", &by, 1);
  int32_t count = -1;
  OK(tin_field_read(tin_module_field(other, "counter"), 0, 1, &count, sizeof count));
  EXPECT(count == 0);
  tin_module_close(one);
  launch(other, "count", &by, 1);
  OK(tin_field_read(tin_module_field(other, "counter"), 0, 1, &count, sizeof count));
  EXPECT(count == 3);
  tin_module_close(other);
}

static void wrong_arguments_are_named(void) {
  tin_module* module = load("");
  tin_kernel* fill = tin_module_kernel(module, "fill");
  const tin_argument two[] = {real(1), real(2)};
  FAILS(tin_kernel_launch(fill, two, 1), TIN_INVALID,
        "kernel 'fill': expected 2 arguments, given 1");
  OK(tin_kernel_launch(fill, two, 2));
  tin_kernel* count = tin_module_kernel(module, "count");
  FAILS(tin_kernel_launch(count, two, 1), TIN_INVALID,
        "kernel 'count', argument 0 'by': expected i32, given the real number 1");
  const tin_argument large = integer(INT64_C(1) << 40);
  FAILS(tin_kernel_launch(count, &large, 1), TIN_INVALID,
        "kernel 'count', argument 0 'by': expected i32, given 1099511627776");
  const float value = 1;
  tin_array* a = new_array(&value, 1);
  const tin_argument given = array(a);
  FAILS(tin_kernel_launch(tin_module_kernel(module, "bounds"), &given, 1), TIN_INVALID,
        "kernel 'bounds', argument 0 'a': expected an array of i32 with 2 axes, given an array of "
        "f32 with 1 axis");
  tin_array_close(a);
  EXPECT(tin_module_kernel(module, "fil") == NULL);
  SAYS("the module has no kernel 'fil'; it has fill, clear_loss, ");
  EXPECT(tin_module_field(module, "y") == NULL);
  SAYS("the module has no field 'y'; it has x, ");
  EXPECT(tin_module_graph(module, "y") == NULL);
  SAYS("the module has no graph 'y'; it has ramp_and_move");
  tin_module_close(module);
}

static void misuse_is_told_by_the_name_of_the_function(void) {
  tin_package* package = (tin_package*)&failures;
  FAILS(tin_package_open(NULL, &package), TIN_MISUSE, "tin_package_open: 'path' is NULL");
  EXPECT(package == (tin_package*)&failures);
  FAILS(tin_package_open("x", NULL), TIN_MISUSE, "'package' is NULL");
  FAILS(tin_module_load(device, NULL, NULL), TIN_MISUSE, "tin_module_load: 'package' is NULL");
  FAILS(tin_device_wait(NULL), TIN_MISUSE, "tin_device_wait: 'device' is NULL");
  FAILS(tin_device_submit(NULL, NULL, NULL), TIN_MISUSE, "tin_device_submit: 'device' is NULL");
  FAILS(tin_kernel_launch(NULL, NULL, 0), TIN_MISUSE, "tin_kernel_launch: 'kernel' is NULL");
  FAILS(tin_array_create(device, (tin_dtype)77, NULL, 0, NULL, 0, NULL), TIN_MISUSE,
        "there is no such type");
  tin_module* module = load("");
  tin_argument odd = real(1);
  odd.kind = (tin_argument_kind)9;
  tin_kernel* count = tin_module_kernel(module, "count");
  FAILS(tin_kernel_launch(count, &odd, 1), TIN_MISUSE,
        "kernel 'count', argument 0: its 'kind' is none there is");
  odd.kind = TIN_ARRAY;
  FAILS(tin_kernel_launch(count, &odd, 1), TIN_MISUSE, "its 'array' is NULL");
  odd.kind = TIN_REALS;
  odd.count = 2;
  FAILS(tin_kernel_launch(count, &odd, 1), TIN_MISUSE, "its 'reals' is NULL");
  FAILS(tin_kernel_launch(count, NULL, 1), TIN_MISUSE, "'arguments' is NULL");
  tin_module_close(module);
  tin_module_close(NULL);
  tin_package_close(NULL);
  tin_device_close(NULL);
  tin_array_close(NULL);
  tin_event_close(NULL);
}

static void what_cannot_be_opened_says_why(void) {
  tin_package* package = NULL;
  FAILS(tin_package_open("/nowhere/at/all", &package), TIN_WORLD, "/nowhere/at/all");
  tin_device* other = NULL;
  FAILS(tin_device_open("abacus", NULL, &other), TIN_INVALID, "device 'abacus': ");
  EXPECT(other == NULL && package == NULL);
}

static void modules_and_arrays_outlive_the_handle_of_their_device(void) {
  tin_device* mine = NULL;
  tin_package* package = open_package(form);
  tin_module* module = NULL;
  const tin_device_options options = {1, NULL, NULL, false};
  OK(tin_device_open(device_name, &options, &mine));
  OK(tin_module_load(mine, package, &module));
  const float value = 2;
  tin_array* foreign = new_array(&value, 1);
  const tin_argument given = array(foreign);
  FAILS(tin_kernel_launch(tin_module_kernel(module, "total"), &given, 1), TIN_INVALID,
        "kernel 'total', argument 0: the array belongs to another device");
  tin_device_close(mine);
  tin_package_close(package);
  const tin_argument by = integer(3);
  launch(module, "count", &by, 1);
  int32_t count = 0;
  OK(tin_field_read(tin_module_field(module, "counter"), 0, 1, &count, sizeof count));
  EXPECT(count == 3);
  tin_module_close(module);
  tin_array_close(foreign);
}

static void completions_come_though_the_device_is_closed(void) {
  tin_device* mine = NULL;
  tin_package* package = open_package(form);
  tin_module* module = NULL;
  tin_event* event = NULL;
  struct told told = {0, TIN_BUG, -1};
  const tin_argument by = integer(3);
  OK(tin_device_open(device_name, NULL, &mine));
  OK(tin_module_load(mine, package, &module));
  launch(module, "count", &by, 1);
  OK(tin_device_submit(mine, note, &told));
  launch(module, "count", &by, 1);
  OK(tin_device_record_event(mine, &event));
  tin_module_close(module);
  tin_package_close(package);
  tin_device_close(mine);
  OK(tin_event_wait(event)); /* after the first */
  EXPECT(told.calls == 1 && told.status == TIN_OK);
  tin_event_close(event);
}

static void* contents(const char* name, size_t* size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE* file = fopen(path, "rb");
  if (file == NULL) exit(1);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void* bytes = malloc(*size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) exit(1);
  fclose(file);
  return bytes;
}

static void bundles_open_from_memory(void) {
  tin_file files[2] = {{"manifest.json", NULL, 0}, {"package.metallib", NULL, 0}};
  void* manifest = contents("bundle/ios16/manifest.json", &files[0].size);
  void* library = contents("bundle/ios16/package.metallib", &files[1].size);
  files[0].bytes = manifest;
  files[1].bytes = library;
  tin_package* package = NULL;
  FAILS(tin_package_open_files("memory", files, 1, &package), TIN_INVALID,
        "memory: 'package.metallib' is missing");
  OK(tin_package_open_files("memory", files, 2, &package));
  free(manifest);
  free(library); /* copied */
  tin_module* module = NULL;
  OK(tin_module_load(device, package, &module));
  const tin_argument by = integer(4);
  launch(module, "count", &by, 1);
  int32_t count = 0;
  OK(tin_field_read(tin_module_field(module, "counter"), 0, 1, &count, sizeof count));
  EXPECT(count == 4);
  tin_module_close(module);
  tin_package_close(package);
  FAILS(tin_package_open_files("memory", NULL, 0, &package), TIN_INVALID, "memory: no package");
  FAILS(tin_package_open_files("memory", NULL, 2, &package), TIN_MISUSE, "'files' is NULL");
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  EXPECT(strcmp(tin_last_error(), "") == 0);
  device_name = argv[1];
  folder = argv[2];
  form = argv[3];
  char cache[4096];
  snprintf(cache, sizeof cache, "%s/cache", folder);
  const tin_device_options options = {1, NULL, cache, false};
  OK(tin_device_open(device_name, &options, &device));
  if (device == NULL) return 1;
  printf("%s, %s\n", tin_device_get_info(device)->name, tin_device_get_info(device)->driver);
  types_have_names_and_sizes();
  kernels_are_described();
  fields_and_graphs_are_described();
  a_bundle_and_its_package_have_one_fingerprint();
  forward_and_backward();
  arguments_of_all_kinds_arrive();
  structs_go_in_and_results_come_out();
  arrays_and_results();
  arrays_have_gradients();
  graphs_run_with_named_arguments();
  parts_of_fields_are_read_and_written();
  many_steps_go_into_one_submission();
  the_seed_chooses_the_sequence();
  modules_have_memory_of_their_own();
  wrong_arguments_are_named();
  misuse_is_told_by_the_name_of_the_function();
  what_cannot_be_opened_says_why();
  modules_and_arrays_outlive_the_handle_of_their_device();
  completions_come_though_the_device_is_closed();
  if (strcmp(form, "bundle") == 0) bundles_open_from_memory();
  tin_device_close(device);
  printf(failures == 0 ? "all as expected\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
