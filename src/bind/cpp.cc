// SPDX-License-Identifier: Apache-2.0
// Bindings in C++20, over tinsmith.hpp: a header with one struct.
#include "bind/cpp_types.h"
#include "bind/languages.h"
#include "bind/source_text.h"

namespace tinsmith::bind {

namespace {

std::string in_quotes(std::string_view text) { return literal(Language::Cpp, text); }

struct Scopes {
  explicit Scopes(const std::string& name) {
    // The last three are parameters, which members may not be hidden by.
    members.reserve(
        {name, "fingerprint", "shape", "module", "made_from_this", "device", "path", "package"});
  }
  Scope members{Language::Cpp};  // the struct's own names first
};

class Writer {
 public:
  Writer(const Model& model, const Options& options)
      : model_(model),
        options_(options),
        struct_(struct_name(Language::Cpp, options)),
        scopes_(struct_),
        types_(model, scopes_.members) {
    for (const Field& field : model.fields) fields_.push_back(add(field.name));
    for (const Kernel& kernel : model.kernels)
      kernels_.push_back(kernel.is_gradient ? "" : add(kernel.name));
    for (const Graph& graph : model.graphs) graphs_.push_back(add(graph.name));
    for (const Kernel& kernel : model.kernels) {
      bool is_callable = kernel.gradient.has_value();
      callables_.push_back(is_callable ? add(kernel.name + "_kernel") : "");
      handles_.push_back(is_callable || kernel.is_gradient ? "" : add(kernel.name + "_handle"));
    }
    for (const Graph& graph : model.graphs) graph_handles_.push_back(add(graph.name + "_handle"));
  }

  std::string write() {
    write_head();
    out_.open("struct " + struct_ + " {");
    out_.doc("SHA-256 of the package that these bindings were made from.");
    out_.line("static constexpr const char* fingerprint =");
    out_.line("    " + in_quotes(options_.fingerprint) + ";");
    write_shapes();
    for (size_t i = 0; i < model_.structures.size(); ++i) write_structure(i);
    write_constructors();
    out_.line();
    out_.doc("The whole package on the device, by names.");
    out_.line("tinsmith::Module module;");
    for (size_t i = 0; i < model_.fields.size(); ++i) write_field(i);
    for (size_t i = 0; i < model_.kernels.size(); ++i) write_kernel(i);
    for (size_t i = 0; i < model_.graphs.size(); ++i) write_graph(i);
    write_private();
    out_.close("};");
    return out_.text();
  }

 private:
  std::string add(const std::string& name) { return scopes_.members.add(Form::Value, name); }

  void write_head() {
    out_.line("// Made by `tinsmith bind` " + options_.version + " from " + options_.source +
              ". Run it again instead of editing this.");
    out_.line("#pragma once");
    for (const char* header : {"array", "cstdint", "filesystem", "string", "tinsmith.hpp", "tuple"})
      out_.line("#include <" + std::string(header) + ">");
    out_.line();
    out_.doc("The kernels and fields of " + options_.source + " on a device.");
    out_.doc("");
    out_.doc(
        "Functions record a launch and do not wait for it; reading a field waits. Fields, kernels\n"
        "and graphs are good as long as this struct or what it was moved to.");
  }

  void write_shapes() {
    std::vector<std::string> lines;
    for (size_t i = 0; i < model_.fields.size(); ++i) {
      const std::vector<uint32_t>& shape = model_.fields[i].shape;
      if (shape.empty()) continue;
      lines.push_back("static constexpr std::array<uint32_t, " + std::to_string(shape.size()) +
                      "> " + fields_[i] + "{" + comma_separated(shape) + "};");
    }
    if (lines.empty()) return;
    out_.line();
    out_.doc("The axes of the fields, as they were exported.");
    out_.open("struct shape {");
    for (const std::string& line : lines) out_.line(line);
    out_.close("};");
  }

  void write_structure(size_t index) {
    out_.line();
    out_.doc("A struct that kernels take or return.");
    out_.open("struct " + types_.structure(index) + " {");
    for (size_t i = 0; i < types_.members(index).size(); ++i) {
      const Type& type = model_.structures[index].members[i].type;
      out_.line(types_.name(type) + " " + types_.members(index)[i] + "{};  // " + words(type));
    }
    out_.close("};");
  }

  void write_constructors() {
    out_.line();
    out_.doc("Opens a bundle or package and makes it ready on the device.");
    out_.line(struct_ + "(const tinsmith::Device& device, const std::filesystem::path& path)");
    out_.line("    : " + struct_ + "(device, tinsmith::Package(path)) {}");
    out_.doc("The same of an open package: that which these bindings were made from, in any form.");
    out_.line(struct_ + "(const tinsmith::Device& device, const tinsmith::Package& package)");
    out_.line("    : module(device, made_from_this(package)) {}");
  }

  void write_field(size_t index) {
    const Field& field = model_.fields[index];
    std::string type = CppTypes::element(field.type.dtype);
    out_.line();
    out_.doc(words(field));
    out_.line("tinsmith::Field<" + type + "> " + fields_[index] + " = module.field<" + type + ">(" +
              in_quotes(field.name) + ");");
  }

  void write_kernel(size_t index) {
    const Kernel& kernel = model_.kernels[index];
    if (kernel.is_gradient) return;
    out_.line();
    if (!kernel.gradient) {
      return write_function(kernel, kernels_[index], handles_[index], about(kernel));
    }
    const Kernel& adjoint = model_.kernels[*kernel.gradient];
    out_.open("struct " + callables_[index] + " {");
    write_function(kernel, "operator()", "primal_handle", about(kernel));
    write_function(adjoint, "gradient", "adjoint_handle", about_gradient(kernel, adjoint));
    out_.line("tinsmith::Kernel primal_handle, adjoint_handle;");
    out_.close("};");
    out_.doc(about(kernel));
    out_.list(callables_[index] + " " + kernels_[index] + "{",
              {"module.kernel(" + in_quotes(kernel.name) + ")",
               "module.kernel(" + in_quotes(adjoint.name) + ")"},
              "};");
  }

  struct Signature {
    std::vector<std::string> names, items;  // "rate", "float rate"
    std::string docs;
    std::string results;  // the local variable
  };

  Signature signature_of(const std::vector<Parameter>& parameters) {
    // A parameter that hid a member would be warned of.
    Scope scope = scopes_.members;
    scope.reserve({"primal_handle", "adjoint_handle", "gradient"});
    Signature out;
    for (const Parameter& parameter : parameters) {
      std::string name = scope.add(Form::Value, parameter.name);
      out.docs += "\n  " + name + ": " + words(parameter);
      out.items.push_back(types_.parameter(parameter) + " " + name);
      out.names.push_back(std::move(name));
    }
    out.results = scope.add(Form::Value, "results");
    return out;
  }

  void write_function(const Kernel& kernel, const std::string& name, const std::string& handle,
                      const std::string& text) {
    Signature signature = signature_of(kernel.parameters);
    out_.doc(text + (signature.docs.empty() ? "" : "\n") + signature.docs +
             results_words(kernel.results));
    out_.list(result_type(kernel.results) + " " + name + "(", signature.items, ") const {");
    out_.depth(+1);
    std::vector<std::string> arguments;
    for (size_t i = 0; i < kernel.parameters.size(); ++i)
      arguments.push_back(types_.argument(kernel.parameters[i].type, signature.names[i]));
    out_.list(handle + "(", arguments, ");");
    if (!kernel.results.empty()) write_return(kernel.results, handle, signature.results);
    out_.close("}");
  }

  static std::string results_words(const std::vector<Type>& results) {
    if (results.empty()) return "";
    std::string text = "\n\nWaits, and returns: ";
    for (const Type& type : results) text += (&type == &results[0] ? "" : ", ") + words(type);
    return text;
  }

  std::string result_type(const std::vector<Type>& results) const {
    if (results.empty()) return "void";
    if (results.size() == 1) return types_.name(results[0]);
    std::string text;
    for (const Type& type : results) text += (text.empty() ? "" : ", ") + types_.name(type);
    return "std::tuple<" + text + ">";
  }

  void write_return(const std::vector<Type>& results, const std::string& handle,
                    const std::string& local) {
    std::vector<std::string> values;
    size_t count = 0;
    for (const Type& type : results) {
      values.push_back(types_.result(type, local, count));
      count += model_.count(type);
    }
    out_.line("std::array<::tin_value, " + std::to_string(count) + "> " + local + "{};");
    out_.line(handle + ".results(" + local + ");");
    if (values.size() == 1) return out_.line("return " + values[0] + ";");
    out_.list("return {", values, "};");
  }

  void write_graph(size_t index) {
    const Graph& graph = model_.graphs[index];
    Signature signature = signature_of(graph.parameters);
    out_.line();
    out_.doc("The graph `" + graph.name + "`." + (signature.docs.empty() ? "" : "\n") +
             signature.docs);
    out_.list("void " + graphs_[index] + "(", signature.items, ") const {");
    out_.depth(+1);
    std::vector<std::string> arguments;
    for (size_t i = 0; i < graph.parameters.size(); ++i)
      arguments.push_back("tinsmith::arg(" + in_quotes(graph.parameters[i].name) + ", " +
                          signature.names[i] + ")");
    out_.list(graph_handles_[index] + ".run(", arguments, ");");
    out_.close("}");
  }

  void write_private() {
    out_.line();
    out_.depth(-1);
    out_.line(" private:");
    out_.depth(+1);
    for (size_t i = 0; i < handles_.size(); ++i)
      if (!handles_[i].empty())
        out_.line("tinsmith::Kernel " + handles_[i] + " = module.kernel(" +
                  in_quotes(model_.kernels[i].name) + ");");
    for (size_t i = 0; i < graph_handles_.size(); ++i)
      out_.line("tinsmith::Graph " + graph_handles_[i] + " = module.graph(" +
                in_quotes(model_.graphs[i].name) + ");");
    out_.line();
    out_.open("static const tinsmith::Package& made_from_this(const tinsmith::Package& package) {");
    out_.line("if (std::string(package.fingerprint()) == fingerprint) return package;");
    out_.line("throw tinsmith::Error(::TIN_INVALID,");
    out_.line("                      " +
              in_quotes(struct_ + " was made from another package than "
                                  "this one: run tinsmith bind again") +
              ");");
    out_.close("}");
  }

  const Model& model_;
  const Options& options_;
  std::string struct_;
  Scopes scopes_;
  CppTypes types_;
  std::vector<std::string> fields_, graphs_, graph_handles_;
  // Of each kernel: its function or object, its type where it has a gradient, its handle where it
  // has none; empty where there is no such thing.
  std::vector<std::string> kernels_, callables_, handles_;
  SourceText out_{Language::Cpp};
};

}  // namespace

std::string write_cpp(const Model& model, const Options& options) {
  return Writer(model, options).write();
}

}  // namespace tinsmith::bind
