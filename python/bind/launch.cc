// SPDX-License-Identifier: Apache-2.0
#include "bind/launch.h"

#include <pybind11/stl.h>

#include <algorithm>

#include "bind/arrays.h"
#include "bind/bind.h"
#include "bind/numbers.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {
namespace {

py::array contiguous(const py::array& array) {
  return py::module_::import("numpy").attr("ascontiguousarray")(array);
}

}  // namespace

Launch::Launch(std::shared_ptr<Program> program, std::shared_ptr<CompiledKernel> kernel,
               std::vector<size_t> positions, size_t arity, std::vector<std::string> type_names)
    : program_(std::move(program)),
      kernel_(std::move(kernel)),
      positions_(std::move(positions)),
      arity_(arity),
      type_names_(std::move(type_names)) {
  plan();
}

void Launch::plan() {
  const package::Kernel& kernel = kernel_->kernel;
  TS_CHECK(kernel.args.size() == positions_.size(), "a position for each argument");
  block_.assign(kernel.args_bytes, std::byte{0});
  array_pointers_.assign(kernel.args.size(), nullptr);
  returns_ = kernel.rets_bytes > 0;
  for (size_t i = 0; i < kernel.args.size(); ++i) {
    const package::Arg& arg = kernel.args[i];
    const auto& member = kernel.args_type.members.at(i);
    if (arg.is_array) {
      TS_CHECK(arg.dtype.has_value(), "arrays have an element type");
      arrays_.push_back({positions_[i],
                         i,
                         *arg.dtype,
                         static_cast<uint32_t>(arg.element_shape.size()),
                         arg.access,
                         nullptr,
                         {}});
    } else if (member.type.kind == package::BlockType::Kind::Primitive) {
      scalars_.push_back({positions_[i], member.offset, member.type.dtype, -1});
    } else {
      int32_t component = 0;
      for (const auto& part : member.type.members) {
        scalars_.push_back(
            {positions_[i], member.offset + part.offset, part.type.dtype, component++});
      }
    }
  }
}

void Launch::bad_argument(const char* kind, size_t position) const {
  std::string needed;
  for (size_t i = 0; i < positions_.size(); ++i) {
    if (positions_[i] == position) needed = type_names_[i];
  }
  const py::tuple details = py::make_tuple(kind, position, needed);
  const py::object type = py::module_::import("taichi._tinsmith").attr("ArgumentError");
  PyErr_SetObject(type.ptr(), details.ptr());
  throw py::error_already_set();
}

void Launch::open() {
  runtime::Module* module = value(program_->module());
  launchable_ = value(module->add_kernel(kernel_->kernel));
}

void Launch::fill_block(PyObject* args) {
  py::object entries;  // of the matrix argument under way, flattened
  size_t entries_of = SIZE_MAX;
  for (const Scalar& scalar : scalars_) {
    PyObject* given = PyTuple_GET_ITEM(args, static_cast<Py_ssize_t>(scalar.position));
    if (scalar.component >= 0) {
      if (entries_of != scalar.position) {
        entries = py::module_::import("taichi.lang.matrix")
                      .attr("_flatten")(py::make_tuple(py::handle(given)));
        entries_of = scalar.position;
      }
      if (scalar.component >= PyList_GET_SIZE(entries.ptr())) {
        bad_argument("type", scalar.position);
      }
      given = PyList_GET_ITEM(entries.ptr(), scalar.component);
    }
    if (!encode(given, scalar.dtype, RealToInteger::Refuse, &block_[scalar.offset])) {
      bad_argument("type", scalar.position);
    }
  }
}

void Launch::put_numpy(ArrayArg& plan, const py::object& object, std::vector<CopyBack>& back) {
  if (!py::isinstance<py::array>(object)) bad_argument("type", plan.position);
  auto array = py::reinterpret_borrow<py::array>(object);
  py::array data = array;
  if ((array.flags() & py::array::c_style) == 0) {
    if ((array.flags() & py::array::f_style) == 0) bad_argument("layout", plan.position);
    data = contiguous(array);
  }
  const size_t count = static_cast<size_t>(data.size());
  const size_t size = count * bytes(plan.dtype);
  if (!plan.staging || plan.staging->size() != size) {
    plan.staging = value(program_->new_buffer(size));
  }
  const auto* from = static_cast<const std::byte*>(data.data());
  if (plan.dtype == DType::U1) {
    check(plan.staging->write(0, widen_bools(from, count)));
  } else {
    check(plan.staging->write(0, {from, size}));
  }
  runtime::Array& described = plan.array;
  described.data = plan.staging;
  described.dtype = plan.dtype;
  described.shape.clear();
  described.element_shape.clear();
  const py::ssize_t axes = data.ndim() - static_cast<py::ssize_t>(plan.element_dims);
  for (py::ssize_t axis = 0; axis < data.ndim(); ++axis) {
    auto& shape = axis < axes ? described.shape : described.element_shape;
    shape.push_back(static_cast<uint32_t>(data.shape(axis)));
  }
  array_pointers_[plan.arg] = &described;
  if ((plan.access & package::kWrite) != 0) back.push_back({plan.arg, array});
}

void Launch::copy_back(const CopyBack& back) {
  const auto plan = std::find_if(arrays_.begin(), arrays_.end(),
                                 [&](const ArrayArg& a) { return a.arg == back.arg; });
  const bool in_place = (back.array.flags() & py::array::c_style) != 0;
  py::array target = back.array;
  if (!in_place) target = contiguous(back.array);
  auto* to = static_cast<std::byte*>(target.mutable_data());
  if (plan->dtype == DType::U1) {
    std::vector<std::byte> words(plan->staging->size());
    check(plan->staging->read(0, words));
    narrow_bools(words, to);
  } else {
    check(plan->staging->read(0, {to, plan->staging->size()}));
  }
  if (!in_place) py::module_::import("numpy").attr("copyto")(back.array, target);
}

py::object Launch::call(const py::tuple& args) {
  if (args.size() != arity_) bad_argument("count", 0);
  fill_block(args.ptr());
  if (!launchable_) open();
  std::vector<CopyBack> back;
  for (ArrayArg& plan : arrays_) {
    const py::object object = args[plan.position];
    const py::object arr = py::getattr(object, "arr", py::none());
    if (py::isinstance<NdArray>(arr)) {
      array_pointers_[plan.arg] = &py::cast<NdArray&>(arr).array();
    } else {
      put_numpy(plan, object, back);
    }
  }
  check(launchable_->launch_block(block_, array_pointers_));
  for (const CopyBack& one : back) copy_back(one);
  if (!returns_) return py::none();
  const auto results = value(launchable_->results());
  py::list numbers(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const auto& r = results[i];
    numbers[i] = is_real(r.dtype)        ? py::object(py::float_(r.real))
                 : r.dtype == DType::U64 ? py::object(py::int_(static_cast<uint64_t>(r.integer)))
                                         : py::object(py::int_(r.integer));
  }
  return numbers;
}

namespace {

// launch(args): a C function that is bound to its Launch, since it is called much and pybind11's
// own way of calling costs as much as the launch.
PyObject* call_launch(PyObject* self, PyObject* args) {
  auto* launch = static_cast<Launch*>(PyCapsule_GetPointer(self, nullptr));
  try {
    return launch->call(py::reinterpret_borrow<py::tuple>(args)).release().ptr();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

py::object new_launch(std::shared_ptr<Program> program, std::shared_ptr<CompiledKernel> kernel,
                      std::vector<size_t> positions, size_t arity,
                      std::vector<std::string> type_names) {
  static PyMethodDef method = {"launch", call_launch, METH_O, nullptr};
  auto launch = std::make_unique<Launch>(std::move(program), std::move(kernel),
                                         std::move(positions), arity, std::move(type_names));
  const py::capsule self(launch.get(), [](void* p) { delete static_cast<Launch*>(p); });
  static_cast<void>(launch.release());  // the capsule's from here on
  return py::reinterpret_steal<py::object>(PyCFunction_New(&method, self.ptr()));
}

}  // namespace

void bind_launch(py::module_& m) {
  // Raised with (kind, position, needed type); Python makes the message.
  m.attr("ArgumentError") = py::reinterpret_steal<py::object>(
      PyErr_NewException("taichi._tinsmith.ArgumentError", PyExc_Exception, nullptr));
  m.def("new_launch", &new_launch);
}

}  // namespace tinsmith::python
