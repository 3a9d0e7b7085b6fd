// SPDX-License-Identifier: Apache-2.0
// Bindings in Swift, over the module Tinsmith of apple/Sources/Tinsmith.
#include <algorithm>

#include "bind/languages.h"
#include "bind/source_text.h"
#include "bind/swift_types.h"

namespace tinsmith::bind {

namespace {

// Float16 is missing on Macs with Intel's processors, and with it fields and buffers of it.
constexpr const char* kWithHalf = "#if !(os(macOS) && arch(x86_64))";

bool has_half(const std::vector<Parameter>& parameters) {
  return std::ranges::any_of(parameters, [](const Parameter& parameter) {
    return parameter.is_array && parameter.type.dtype == DType::F16;
  });
}

std::string in_quotes(std::string_view text) { return literal(Language::Swift, text); }

// The scopes of the struct; its own names come first.
struct Scopes {
  explicit Scopes(const std::string& name) {
    types.reserve({name, "Shape"});
    members.reserve({"fingerprint", "module"});
  }
  Scope types{Language::Swift}, members{Language::Swift};
};

class Writer {
 public:
  Writer(const Model& model, const Options& options)
      : model_(model),
        options_(options),
        struct_(struct_name(Language::Swift, options)),
        scopes_(struct_),
        types_(model, scopes_.types) {
    for (const Field& field : model.fields) fields_.push_back(value(field.name));
    for (const Kernel& kernel : model.kernels)
      kernels_.push_back(kernel.is_gradient ? "" : value(kernel.name));
    for (const Graph& graph : model.graphs) graphs_.push_back(value(graph.name));
    for (const Kernel& kernel : model.kernels) {
      bool is_callable = kernel.gradient.has_value();
      callables_.push_back(is_callable ? scopes_.types.add(Form::Type, kernel.name) : "");
      bool is_function = !is_callable && !kernel.is_gradient;
      handles_.push_back(is_function ? value(kernel.name + "_kernel") : "");
    }
    for (const Graph& graph : model.graphs) graph_handles_.push_back(value(graph.name + "_graph"));
  }

  std::string write() {
    write_head();
    out_.open("public struct " + struct_ + ": Sendable {");
    out_.doc("SHA-256 of the package that these bindings were made from.");
    out_.line("public static let fingerprint =");
    out_.line("    " + in_quotes(options_.fingerprint));
    write_shapes();
    out_.line();
    out_.doc("The whole package on the device, by names.");
    out_.line("public let module: Module");
    for (size_t i = 0; i < model_.fields.size(); ++i) write_field(i);
    write_kernel_properties();
    write_inits();
    for (size_t i = 0; i < model_.kernels.size(); ++i) write_kernel(i);
    for (size_t i = 0; i < model_.graphs.size(); ++i) write_graph(i);
    for (size_t i = 0; i < model_.structures.size(); ++i) write_structure(i);
    out_.close("}");
    return out_.text();
  }

 private:
  std::string value(const std::string& name) { return scopes_.members.add(Form::Value, name); }

  void write_head() {
    out_.line("// Made by `tinsmith bind` " + options_.version + " from " + options_.source +
              ". Run it again instead of editing this.");
    out_.line("import Tinsmith");
    out_.line();
    out_.open("#if canImport(FoundationEssentials)");
    out_.line("import FoundationEssentials");
    out_.close("#else");
    out_.line("    import Foundation");
    out_.line("#endif");
    out_.line();
    out_.doc("The kernels and fields of " + options_.source + " on a device.");
    out_.doc("");
    out_.doc(
        "Functions record a launch and do not wait for it; reading a field waits, suspended. From\n"
        "outside of the device they are called with `await`, in a function isolated to it "
        "without.");
  }

  void write_shapes() {
    std::vector<std::string> lines;
    for (size_t i = 0; i < model_.fields.size(); ++i) {
      const std::vector<uint32_t>& shape = model_.fields[i].shape;
      if (shape.empty()) continue;
      lines.push_back("public static let " + fields_[i] + " = [" + comma_separated(shape) + "]");
    }
    if (lines.empty()) return;
    out_.line();
    out_.doc("The axes of the fields, as they were exported.");
    out_.open("public enum Shape {");
    for (const std::string& line : lines) out_.line(line);
    out_.close("}");
  }

  void write_field(size_t index) {
    const Field& field = model_.fields[index];
    out_.line();
    begin_half(field.type.dtype == DType::F16);
    out_.doc(words(field));
    out_.line("public let " + fields_[index] + ": Field<" + SwiftTypes::element(field.type.dtype) +
              ">");
    end_half(field.type.dtype == DType::F16);
  }

  void begin_half(bool is_half) {
    if (is_half) out_.line(kWithHalf);
  }
  void end_half(bool is_half) {
    if (is_half) out_.line("#endif");
  }

  void write_kernel_properties() {
    for (size_t i = 0; i < model_.kernels.size(); ++i) {
      if (callables_[i].empty()) continue;
      out_.line();
      out_.doc(about(model_.kernels[i]));
      out_.line("public let " + kernels_[i] + ": " + callables_[i]);
    }
    out_.line();
    for (const std::string& kernel : handles_)
      if (!kernel.empty()) out_.line("private let " + kernel + ": Kernel");
    for (const std::string& graph : graph_handles_) out_.line("private let " + graph + ": Graph");
  }

  void write_inits() {
    out_.line();
    out_.doc("Opens the bundle or package at a file URL, and makes it ready on the device.");
    out_.open(
        "public init(contentsOf url: URL, on device: isolated Device) throws(TinsmithError) {");
    out_.line("try self.init(try Package(contentsOf: url), on: device)");
    out_.close("}");
    out_.line();
    out_.doc(
        "Makes a package ready on the device: the one that these bindings were made from, in any "
        "of\n"
        "its forms.");
    out_.open(
        "public init(_ package: Package, on device: isolated Device) throws(TinsmithError) {");
    out_.open("guard package.fingerprint == Self.fingerprint else {");
    out_.open("throw TinsmithError(");
    out_.line("kind: .invalid,");
    out_.line("message: " +
              in_quotes(struct_ + " was made from another package than this one: run "
                                  "tinsmith bind again") +
              ")");
    out_.depth(-1);
    out_.close("}");
    out_.line("self.module = try Module(package, on: device)");
    for (size_t i = 0; i < fields_.size(); ++i) {
      bool is_half = model_.fields[i].type.dtype == DType::F16;
      begin_half(is_half);
      out_.line("self." + fields_[i] + " = try module.field(" + in_quotes(model_.fields[i].name) +
                ")");
      end_half(is_half);
    }
    for (size_t i = 0; i < model_.kernels.size(); ++i) write_assignment(i);
    for (size_t i = 0; i < model_.graphs.size(); ++i)
      out_.line("self." + graph_handles_[i] + " = try module.graph(" +
                in_quotes(model_.graphs[i].name) + ")");
    out_.close("}");
  }

  void write_assignment(size_t index) {
    const Kernel& kernel = model_.kernels[index];
    auto made = [&](const Kernel& of) { return "try module.kernel(" + in_quotes(of.name) + ")"; };
    if (!handles_[index].empty()) out_.line("self." + handles_[index] + " = " + made(kernel));
    if (callables_[index].empty()) return;
    out_.list("self." + kernels_[index] + " = " + callables_[index] + "(",
              {"kernel: " + made(kernel), "adjoint: " + made(model_.kernels[*kernel.gradient])},
              ")");
  }

  void write_kernel(size_t index) {
    const Kernel& kernel = model_.kernels[index];
    if (kernel.is_gradient) return;
    if (!kernel.gradient) {
      return write_function(kernel, kernels_[index], handles_[index], about(kernel));
    }
    const Kernel& adjoint = model_.kernels[*kernel.gradient];
    out_.line();
    out_.doc("The kernel `" + kernel.name + "` and its gradient.");
    out_.open("public struct " + callables_[index] + ": Sendable {");
    out_.line("fileprivate let kernel: Kernel");
    out_.line("fileprivate let adjoint: Kernel");
    write_function(kernel, "callAsFunction", "kernel", about(kernel));
    write_function(adjoint, "gradient", "adjoint", about_gradient(kernel, adjoint));
    out_.close("}");
  }

  struct Signature {
    std::vector<std::string> names, items;  // "rate", "rate: Float"
    std::string docs;
  };

  Signature signature_of(const std::vector<Parameter>& parameters) {
    Scope scope(Language::Swift);
    scope.reserve({"device", "on", "results"});
    Signature out;
    for (const Parameter& parameter : parameters) {
      std::string name = scope.add(Form::Value, parameter.name);
      std::string type = parameter.is_array
                             ? "Buffer<" + SwiftTypes::element(parameter.type.dtype) + ">"
                             : types_.name(parameter.type);
      out.docs += "\n  - " + name + ": " + words(parameter);
      out.items.push_back(name + ": " + type);
      out.names.push_back(std::move(name));
    }
    out.items.push_back("on device: isolated Device");
    return out;
  }

  std::string argument(const Parameter& parameter, const std::string& name) const {
    return parameter.is_array ? ".array(" + name + ")" : types_.argument(parameter.type, name);
  }

  void write_docs(std::string text, const Signature& signature, const std::string& results) {
    if (!signature.docs.empty()) text += "\n\n- Parameters:" + signature.docs;
    if (!results.empty()) text += (signature.docs.empty() ? "\n\n" : "\n") + results;
    out_.doc(text);
  }

  void write_function(const Kernel& kernel, const std::string& name, const std::string& handle,
                      const std::string& text) {
    Signature signature = signature_of(kernel.parameters);
    bool is_half = has_half(kernel.parameters);
    out_.line();
    begin_half(is_half);
    bool waits = !kernel.results.empty();
    write_docs(text + (waits ? "\n\nWaits for the result." : ""), signature,
               results_words(kernel.results));
    out_.list("public func " + name + "(", signature.items,
              std::string(waits ? ") async" : ")") + " throws(TinsmithError)" +
                  (waits ? " -> " + result_type(kernel.results) : "") + " {");
    out_.depth(+1);
    std::vector<std::string> arguments;
    for (size_t i = 0; i < kernel.parameters.size(); ++i)
      arguments.push_back(argument(kernel.parameters[i], signature.names[i]));
    arguments.push_back("on: device");
    out_.list((waits ? "let results = try await self." + handle + ".call("
                     : "try self." + handle + ".launch("),
              arguments, ")");
    if (waits) write_return(kernel.results);
    out_.close("}");
    end_half(is_half);
  }

  static std::string results_words(const std::vector<Type>& results) {
    if (results.empty()) return "";
    std::string text = "- Returns: ";
    for (const Type& type : results) text += (&type == &results[0] ? "" : ", ") + words(type);
    return text;
  }

  std::string result_type(const std::vector<Type>& results) const {
    if (results.size() == 1) return types_.name(results[0]);
    std::string text;
    for (const Type& type : results) text += (text.empty() ? "" : ", ") + types_.name(type);
    return "(" + text + ")";
  }

  void write_return(const std::vector<Type>& results) {
    std::vector<std::string> values;
    size_t first = 0;
    for (const Type& type : results) {
      values.push_back(types_.result(type, first));
      first += model_.count(type);
    }
    if (values.size() == 1) return out_.line("return " + values[0]);
    out_.list("return (", values, ")");
  }

  void write_graph(size_t index) {
    const Graph& graph = model_.graphs[index];
    Signature signature = signature_of(graph.parameters);
    out_.line();
    begin_half(has_half(graph.parameters));
    write_docs("The graph `" + graph.name + "`.", signature, "");
    out_.list("public func " + graphs_[index] + "(", signature.items, ") throws(TinsmithError) {");
    out_.depth(+1);
    std::vector<std::string> arguments;
    for (size_t i = 0; i < graph.parameters.size(); ++i) {
      const Parameter& parameter = graph.parameters[i];
      arguments.push_back(in_quotes(parameter.name) + ": " +
                          argument(parameter, signature.names[i]));
    }
    if (arguments.empty()) arguments.push_back(":");
    out_.list("try self." + graph_handles_[index] + ".run([", arguments, "], on: device)");
    out_.close("}");
    end_half(has_half(graph.parameters));
  }

  // Immutable, so that the lengths of its lists are what `init` saw.
  void write_structure(size_t index) {
    const Structure& structure = model_.structures[index];
    const std::vector<std::string>& members = types_.members(index);
    out_.line();
    out_.doc("A struct that kernels take or return.");
    out_.open("public struct " + types_.structure(index) + ": Sendable {");
    std::vector<std::string> items;
    for (size_t i = 0; i < members.size(); ++i) {
      const Type& type = structure.members[i].type;
      out_.doc(words(type));
      out_.line("public let " + members[i] + ": " + types_.name(type));
      items.push_back(members[i] + ": " + types_.name(type));
    }
    out_.line();
    out_.list("public init(", items, ") {");
    out_.depth(+1);
    for (size_t i = 0; i < members.size(); ++i) {
      const Type& type = structure.members[i].type;
      if (SwiftTypes::is_list(type))
        out_.line("precondition(" + members[i] + ".count == " + std::to_string(type.count()) +
                  ", " + in_quotes(members[i] + " is a " + words(type)) + ")");
      out_.line("self." + members[i] + " = " + members[i]);
    }
    out_.close("}");
    out_.close("}");
  }

  const Model& model_;
  const Options& options_;
  std::string struct_;
  Scopes scopes_;
  SwiftTypes types_;
  std::vector<std::string> fields_, graphs_, graph_handles_;
  // Of each kernel: its function or property, its type where it has a gradient, its property where
  // it has none; empty where there is no such thing.
  std::vector<std::string> kernels_, callables_, handles_;
  SourceText out_{Language::Swift};
};

}  // namespace

std::string write_swift(const Model& model, const Options& options) {
  return Writer(model, options).write();
}

}  // namespace tinsmith::bind
