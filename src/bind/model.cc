// SPDX-License-Identifier: Apache-2.0
#include "bind/model.h"

#include <algorithm>

#include "package/argument_shape.h"
#include "support/check.h"

namespace tinsmith::bind {

namespace {

using package::BlockType;

constexpr const char* kTooManyDimensions =
    " has more than two dimensions; bindings have numbers, vectors and matrices";
constexpr uint64_t kMostNumbers = 1 << 16;  // as the runtime has it

Type tensor(DType dtype, const std::vector<uint32_t>& shape) {
  Type type;
  type.dtype = dtype;
  if (shape.empty()) return type;
  type.rows = shape[0];
  if (shape.size() > 1) type.columns = shape[1];
  type.kind = type.columns > 1 ? Type::Kind::Matrix : Type::Kind::Vector;
  return type;
}

const BlockType& first_number(const BlockType& type) {
  const BlockType* at = &type;
  while (at->kind != BlockType::Kind::Primitive && !at->members.empty()) at = &at->members[0].type;
  return *at;
}

class Reader {
 public:
  Result<Model> read(const package::Package& package) {
    for (const package::Field& field : package.fields) add_field(field);
    for (const package::Kernel& kernel : package.kernels) {
      if (is_of_graphs_alone(package, kernel)) continue;
      Kernel& out = model_.kernels.emplace_back();
      out.name = kernel.name;
      out.doc = kernel.doc;
      TS_TRY(add_parameters(kernel, out));
    }
    // After all parameters, so that a struct is called as a parameter of its type is.
    for (Kernel& kernel : model_.kernels) TS_TRY(add_results(*package.kernel(kernel.name), kernel));
    link_gradients(package);
    for (const package::Graph& graph : package.graphs) TS_TRY(add_graph(package, graph));
    return std::move(model_);
  }

 private:
  // A kernel that was not exported by a name of its own: Taichi's name for the instance ends in two
  // counters, "step_c80_0", and a graph dispatches it.
  static bool is_of_graphs_alone(const package::Package& package, const package::Kernel& kernel) {
    std::string_view rest = kernel.name;
    for (std::string_view ending : {"_reverse_grad"})
      if (rest.ends_with(ending)) rest.remove_suffix(ending.size());
    auto drop_digits = [&] {
      size_t before = rest.size();
      while (!rest.empty() && rest.back() >= '0' && rest.back() <= '9') rest.remove_suffix(1);
      return rest.size() < before;
    };
    if (!drop_digits() || !rest.ends_with('_')) return false;
    rest.remove_suffix(1);
    if (!drop_digits() || !rest.ends_with("_c")) return false;
    return std::ranges::any_of(package.graphs, [&](const package::Graph& graph) {
      return std::ranges::any_of(graph.dispatches, [&](const package::Dispatch& dispatch) {
        return dispatch.kernel_name == kernel.name;
      });
    });
  }

  void add_field(const package::Field& field) {
    std::vector<uint32_t> cell = field.element_shape;  // {columns, rows}
    std::ranges::reverse(cell);
    model_.fields.push_back({field.name, tensor(field.dtype, cell), field.shape});
  }

  Result<Type> type_of(const BlockType& type, const std::string& hint, const std::string& place) {
    if (type.kind == BlockType::Kind::Primitive) return tensor(type.dtype, {});
    if (const auto shape = package::tensor_shape(type)) {
      if (shape->size() > 2) return Failure{place + kTooManyDimensions};
      uint64_t numbers = 1;
      for (uint32_t extent : *shape) numbers *= extent;
      if (numbers > kMostNumbers) return Failure{place + " has more than 65536 numbers"};
      return tensor(first_number(type).dtype, *shape);
    }
    if (type.kind != BlockType::Kind::Struct || type.members.empty()) {
      return Failure{place + " is of a type that bindings have no form for"};
    }
    Structure structure{hint, {}};
    uint64_t numbers = 0;
    for (const BlockType::Member& member : type.members) {
      TS_TRY_ASSIGN(inner, type_of(member.type, member.name, place));
      structure.members.push_back({member.name, inner});
      numbers += model_.count(inner);
      if (numbers > kMostNumbers) return Failure{place + " has more than 65536 numbers"};
    }
    Type out;
    out.kind = Type::Kind::Struct;
    auto same = [&](const Structure& other) { return other.members == structure.members; };
    auto known = std::ranges::find_if(model_.structures, same);
    out.structure = static_cast<size_t>(known - model_.structures.begin());
    if (known == model_.structures.end()) model_.structures.push_back(std::move(structure));
    return out;
  }

  Result<> add_parameters(const package::Kernel& kernel, Kernel& out) {
    for (size_t i = 0; i < kernel.args.size(); ++i) {
      TS_TRY_ASSIGN(parameter, parameter_of(kernel, i));
      out.parameters.push_back(std::move(parameter));
    }
    return Ok{};
  }

  Result<Parameter> parameter_of(const package::Kernel& kernel, size_t index) {
    const package::Arg& arg = kernel.args[index];
    const std::string place = "kernel '" + kernel.name + "', parameter '" + arg.name + "'";
    if (arg.is_array) return array_of(kernel, index, place);
    if (arg.is_argpack || arg.kind == package::ArgKind::Texture ||
        arg.kind == package::ArgKind::RwTexture || index >= kernel.args_type.members.size()) {
      return Failure{place + " is a texture or an argument pack, which the runtime lacks"};
    }
    TS_TRY_ASSIGN(type, type_of(kernel.args_type.members[index].type, arg.name, place));
    TS_TRY(check_exact(type, place));
    return Parameter{arg.name, type};
  }

  // The runtime takes the numbers of a struct as doubles where one of them is real.
  Result<> check_exact(const Type& type, const std::string& place) const {
    if (type.kind != Type::Kind::Struct || !model_.any_real(type) || !has_wide_integer(type)) {
      return Ok{};
    }
    return Failure{place +
                   " is a struct of real numbers and 64-bit integers, which cannot be handed over "
                   "exactly; pass the integers as parameters of their own"};
  }

  bool has_wide_integer(const Type& type) const {
    if (type.kind != Type::Kind::Struct)
      return type.dtype == DType::I64 || type.dtype == DType::U64;
    return std::ranges::any_of(model_.structures[type.structure].members,
                               [&](const Member& member) { return has_wide_integer(member.type); });
  }

  static Result<Parameter> array_of(const package::Kernel& kernel, size_t index,
                                    const std::string& place) {
    const package::Arg& arg = kernel.args[index];
    if (arg.dtype == DType::U1) {
      return Failure{place +
                     " is an array of u1, which no array of the host's fits; declare it as i32"};
    }
    if (arg.element_shape.size() > 2) return Failure{place + kTooManyDimensions};
    Parameter out{arg.name, tensor(arg.dtype.value_or(DType::F32), arg.element_shape)};
    out.is_array = true;
    // An n x 1 matrix is no vector here: the runtime compares the shapes of arrays.
    if (arg.element_shape.size() == 2) out.type.kind = Type::Kind::Matrix;
    out.axes = arg.field_dim;
    out.access = arg.access;
    for (const package::Task& task : kernel.tasks)
      for (const package::BufferBinding& bound : task.buffers)
        if (bound.gradient && bound.type == package::BufferType::ExtArr && !bound.root_id.empty() &&
            bound.root_id[0] == static_cast<int32_t>(index))
          out.needs_gradient = true;
    return out;
  }

  Result<> add_results(const package::Kernel& kernel, Kernel& out) {
    for (const BlockType::Member& member : kernel.rets_type.members) {
      TS_TRY_ASSIGN(type, type_of(member.type, kernel.name + " result",
                                  "kernel '" + kernel.name + "', its result"));
      out.results.push_back(type);
    }
    return Ok{};
  }

  void link_gradients(const package::Package& package) {
    for (size_t i = 0; i < model_.kernels.size(); ++i) {
      const std::string& of = package.kernel(model_.kernels[i].name)->gradient_of;
      auto primal = std::ranges::find(model_.kernels, of, &Kernel::name);
      if (of.empty() || primal == model_.kernels.end() || &*primal == &model_.kernels[i]) continue;
      if (primal->gradient || primal->is_gradient || model_.kernels[i].gradient) continue;
      primal->gradient = i;
      model_.kernels[i].is_gradient = true;
    }
  }

  Result<> add_graph(const package::Package& package, const package::Graph& graph) {
    Graph& out = model_.graphs.emplace_back();
    out.name = graph.name;
    for (const package::Dispatch& dispatch : graph.dispatches) {
      const package::Kernel* kernel = package.kernel(dispatch.kernel_name);
      TS_CHECK(kernel != nullptr, "a package's graphs dispatch its kernels");
      for (size_t i = 0; i < dispatch.args.size(); ++i) {
        const package::GraphArg& arg = dispatch.args[i];
        // Refuses what graphs cannot take either. The type of a number is what the graph says.
        TS_TRY_ASSIGN(parameter, parameter_of(*kernel, i));
        parameter.name = arg.name;
        if (!parameter.is_array) parameter.type = tensor(arg.dtype, arg.element_shape);
        add_parameter(out.parameters, parameter);
      }
    }
    return Ok{};
  }

  static void add_parameter(std::vector<Parameter>& parameters, const Parameter& parameter) {
    auto known = std::ranges::find(parameters, parameter.name, &Parameter::name);
    if (known == parameters.end()) return parameters.push_back(parameter);
    known->access |= parameter.access;
    known->needs_gradient = known->needs_gradient || parameter.needs_gradient;
  }

  Model model_;
};

}  // namespace

size_t Model::count(const Type& type) const {
  if (type.kind != Type::Kind::Struct) return type.count();
  size_t n = 0;
  for (const Member& member : structures[type.structure].members) n += count(member.type);
  return n;
}

bool Model::any_real(const Type& type) const {
  if (type.kind != Type::Kind::Struct) return is_real(type.dtype);
  return std::ranges::any_of(structures[type.structure].members,
                             [&](const Member& member) { return any_real(member.type); });
}

Result<Model> describe(const package::Package& package) { return Reader().read(package); }

std::string comma_separated(const std::vector<uint32_t>& numbers) {
  std::string out;
  for (uint32_t number : numbers) out += (out.empty() ? "" : ", ") + std::to_string(number);
  return out;
}

std::string words(const Type& type) {
  std::string dtype(name(type.dtype));
  switch (type.kind) {
    case Type::Kind::Number: return dtype;
    case Type::Kind::Vector: return "vector of " + std::to_string(type.rows) + " " + dtype;
    case Type::Kind::Matrix:
      return std::to_string(type.rows) + " x " + std::to_string(type.columns) + " matrix of " +
             dtype + ", row by row";
    case Type::Kind::Struct: return "struct";
  }
  TS_UNREACHABLE("kind of type");
}

namespace {

std::string cells(const Type& type) {
  std::string dtype(name(type.dtype)), rows = std::to_string(type.rows);
  switch (type.kind) {
    case Type::Kind::Number: return dtype;
    case Type::Kind::Vector: return "vectors of " + rows + " " + dtype;
    case Type::Kind::Matrix:
      return rows + " x " + std::to_string(type.columns) + " matrices of " + dtype;
    case Type::Kind::Struct: break;
  }
  TS_UNREACHABLE("kind of cells");
}

}  // namespace

std::string words(const Field& field) {
  std::string text = "`" + field.name + "`: ";
  if (field.shape.empty()) return text + "one " + words(field.type) + ".";
  return text + cells(field.type) + ", shape (" + comma_separated(field.shape) + ").";
}

std::string about(const Kernel& kernel) {
  return kernel.doc.empty() ? "The kernel `" + kernel.name + "`." : kernel.doc;
}

std::string about_gradient(const Kernel& kernel, const Kernel& adjoint) {
  return "The gradient of `" + kernel.name + "`, the kernel `" + adjoint.name +
         "`: takes the gradients of what `" + kernel.name +
         "`\nwrites, and adds to the gradients of what it reads.";
}

std::string words(const Parameter& parameter) {
  if (!parameter.is_array) return words(parameter.type);
  std::string text = "array of " + cells(parameter.type) + ", " + std::to_string(parameter.axes) +
                     (parameter.axes == 1 ? " axis" : " axes");
  constexpr const char* kAccess[] = {"", ", read", ", written", ", read and written"};
  text += kAccess[parameter.access & package::kReadWrite];
  if (parameter.needs_gradient) text += "; needs a gradient";
  return text;
}

}  // namespace tinsmith::bind
