// SPDX-License-Identifier: Apache-2.0
// A node's class name picks the case; each case takes what it needs by attribute. Whatever the
// language does not have becomes an Unsupported node under Python's name for it, so that the
// frontend can point at it.
#include <map>
#include <optional>
#include <string_view>

#include "bind/ast_import.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {

namespace {

using frontend::Expr;
using frontend::ExprKind;
using frontend::FunctionAst;
using frontend::Generator;
using frontend::Keyword;
using frontend::Literal;
using frontend::Operator;
using frontend::Place;
using frontend::Stmt;
using frontend::StmtKind;

std::string_view class_name(py::handle node) { return Py_TYPE(node.ptr())->tp_name; }

std::string_view text(py::handle str) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(str.ptr(), &size);
  if (!data) throw py::error_already_set();
  return {data, static_cast<size_t>(size)};
}

Operator operator_of(py::handle node) {
  static constexpr std::pair<std::string_view, Operator> kNames[] = {
      {"Add", Operator::Add},       {"Sub", Operator::Sub},
      {"Mult", Operator::Mult},     {"MatMult", Operator::MatMult},
      {"Div", Operator::Div},       {"FloorDiv", Operator::FloorDiv},
      {"Mod", Operator::Mod},       {"Pow", Operator::Pow},
      {"LShift", Operator::LShift}, {"RShift", Operator::RShift},
      {"BitAnd", Operator::BitAnd}, {"BitOr", Operator::BitOr},
      {"BitXor", Operator::BitXor}, {"And", Operator::And},
      {"Or", Operator::Or},         {"Not", Operator::Not},
      {"Invert", Operator::Invert}, {"UAdd", Operator::UAdd},
      {"USub", Operator::USub},     {"Eq", Operator::Eq},
      {"NotEq", Operator::NotEq},   {"Lt", Operator::Lt},
      {"LtE", Operator::LtE},       {"Gt", Operator::Gt},
      {"GtE", Operator::GtE},       {"Is", Operator::Is},
      {"IsNot", Operator::IsNot},   {"In", Operator::In},
      {"NotIn", Operator::NotIn}};
  for (const auto& [name, op] : kNames)
    if (name == class_name(node)) return op;
  TS_UNREACHABLE("operator of Python's ast");
}

class Importer {
 public:
  Importer(FunctionAst& out, uint32_t column) : out_(out), column_(column) {}

  void function(py::handle node) {
    py::object args = node.attr("args");
    out_.place = place(node);
    out_.place.end_line = out_.place.line;  // the caret goes under the `def` line
    out_.place.end_column = UINT32_MAX;
    std::vector<frontend::Parameter> params;
    for (const char* group : {"posonlyargs", "args"})
      for (py::handle arg : py::list(args.attr(group)))
        params.push_back({out_.intern(text(arg.attr("arg"))), place(arg),
                          optional(arg.attr("annotation")), nullptr});
    py::list defaults = args.attr("defaults");
    for (size_t i = 0; i < defaults.size(); ++i)
      params[params.size() - defaults.size() + i].fallback = expr(defaults[i]);
    out_.params = out_.copy(params);
    if (!args.attr("vararg").is_none()) out_.variadic = "*args";
    if (!args.attr("kwarg").is_none()) out_.variadic = "**kwargs";
    if (py::len(args.attr("kwonlyargs")) > 0) out_.variadic = "keyword-only parameters";
    out_.returns = optional(node.attr("returns"));
    out_.body = statements(node.attr("body"));
  }

 private:
  uint32_t number(py::handle node, const char* name) { return py::cast<uint32_t>(node.attr(name)); }

  Place place(py::handle node) {
    return {number(node, "lineno"), number(node, "col_offset") + 1 + column_,
            number(node, "end_lineno"), number(node, "end_col_offset") + 1 + column_};
  }

  Expr* optional(py::handle node) { return node.is_none() ? nullptr : expr(node); }

  std::span<Expr*> exprs(py::handle nodes) {
    std::vector<Expr*> items;
    for (py::handle node : py::reinterpret_borrow<py::list>(nodes)) items.push_back(expr(node));
    return out_.copy(items);
  }

  std::span<Stmt*> statements(py::handle nodes) {
    std::vector<Stmt*> items;
    for (py::handle node : py::reinterpret_borrow<py::list>(nodes))
      items.push_back(statement(node));
    return out_.copy(items);
  }

  Stmt* statement(py::handle node) {
    Stmt s;
    s.place = place(node);
    std::string_view kind = class_name(node);
    auto one = [&](py::handle target) { return out_.copy(std::vector<Expr*>{expr(target)}); };
    if (kind == "Expr") {
      s.kind = StmtKind::Expr;
      s.value = expr(node.attr("value"));
    } else if (kind == "Assign") {
      s.kind = StmtKind::Assign;
      s.targets = exprs(node.attr("targets"));
      s.value = expr(node.attr("value"));
    } else if (kind == "AnnAssign") {
      s.kind = StmtKind::AnnAssign;
      s.targets = one(node.attr("target"));
      s.annotation = expr(node.attr("annotation"));
      s.value = optional(node.attr("value"));
    } else if (kind == "AugAssign") {
      s.kind = StmtKind::AugAssign;
      s.op = operator_of(node.attr("op"));
      s.targets = one(node.attr("target"));
      s.value = expr(node.attr("value"));
    } else if (kind == "If" || kind == "While") {
      s.kind = kind == "If" ? StmtKind::If : StmtKind::While;
      s.value = expr(node.attr("test"));
      s.body = statements(node.attr("body"));
      s.orelse = statements(node.attr("orelse"));
    } else if (kind == "For") {
      s.kind = StmtKind::For;
      s.targets = one(node.attr("target"));
      s.value = expr(node.attr("iter"));
      s.body = statements(node.attr("body"));
      s.orelse = statements(node.attr("orelse"));
    } else if (kind == "Return") {
      s.kind = StmtKind::Return;
      s.value = optional(node.attr("value"));
    } else if (kind == "Assert") {
      s.kind = StmtKind::Assert;
      s.value = expr(node.attr("test"));
    } else if (kind == "Break" || kind == "Continue" || kind == "Pass") {
      s.kind = kind == "Break"      ? StmtKind::Break
               : kind == "Continue" ? StmtKind::Continue
                                    : StmtKind::Pass;
    } else {
      s.kind = StmtKind::Unsupported;
      s.name = out_.intern(statement_word(kind));
    }
    return out_.make(s);
  }

  static std::string_view statement_word(std::string_view kind) {
    static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"FunctionDef", "def"},      {"AsyncFunctionDef", "async def"},
        {"ClassDef", "class"},       {"Delete", "del"},
        {"AsyncFor", "async for"},   {"With", "with"},
        {"AsyncWith", "async with"}, {"Match", "match"},
        {"Raise", "raise"},          {"Try", "try"},
        {"TryStar", "try"},          {"Import", "import"},
        {"ImportFrom", "import"},    {"Global", "global"},
        {"Nonlocal", "nonlocal"}};
    for (const auto& [name, word] : kWords)
      if (name == kind) return word;
    return kind;
  }

  Expr* expr(py::handle node) {
    Expr e;
    e.place = place(node);
    if (!simple(node, e) && !composite(node, e)) {
      std::string_view kind = class_name(node);
      e.kind = ExprKind::Unsupported;
      e.name = kind == "Lambda" ? "lambda" : out_.intern(kind);
    }
    return out_.make(e);
  }

  bool simple(py::handle node, Expr& e) {
    std::string_view kind = class_name(node);
    if (kind == "Constant") {
      e.kind = ExprKind::Literal;
      e.literal = literal(node.attr("value"));
    } else if (kind == "Name") {
      e.kind = ExprKind::Name;
      e.name = out_.intern(text(node.attr("id")));
    } else if (kind == "Attribute") {
      e.kind = ExprKind::Attribute;
      e.a = expr(node.attr("value"));
      e.name = out_.intern(text(node.attr("attr")));
    } else if (kind == "Subscript") {
      e.kind = ExprKind::Subscript;
      e.a = expr(node.attr("value"));
      e.b = expr(node.attr("slice"));
    } else if (kind == "BinOp") {
      e.kind = ExprKind::BinOp;
      e.op = operator_of(node.attr("op"));
      e.a = expr(node.attr("left"));
      e.b = expr(node.attr("right"));
    } else if (kind == "UnaryOp") {
      e.kind = ExprKind::UnaryOp;
      e.op = operator_of(node.attr("op"));
      e.a = expr(node.attr("operand"));
    } else if (kind == "BoolOp") {
      e.kind = ExprKind::BoolOp;
      e.op = operator_of(node.attr("op"));
      e.items = exprs(node.attr("values"));
    } else if (kind == "Tuple" || kind == "List") {
      e.kind = kind == "List" ? ExprKind::List : ExprKind::Tuple;
      e.items = exprs(node.attr("elts"));
    } else {
      return false;
    }
    return true;
  }

  bool composite(py::handle node, Expr& e) {
    std::string_view kind = class_name(node);
    if (kind == "Call") {
      e.kind = ExprKind::Call;
      e.a = expr(node.attr("func"));
      e.items = exprs(node.attr("args"));
      std::vector<Keyword> keywords;
      for (py::handle k : py::list(node.attr("keywords"))) {
        py::object name = k.attr("arg");
        keywords.push_back(
            {name.is_none() ? std::string_view() : out_.intern(text(name)), expr(k.attr("value"))});
      }
      e.keywords = out_.copy(keywords);
    } else if (kind == "Compare") {
      e.kind = ExprKind::Compare;
      e.a = expr(node.attr("left"));
      std::vector<Operator> ops;
      for (py::handle op : py::list(node.attr("ops"))) ops.push_back(operator_of(op));
      e.ops = out_.copy(ops);
      e.items = exprs(node.attr("comparators"));
    } else if (kind == "IfExp") {
      e.kind = ExprKind::IfExp;
      e.a = expr(node.attr("test"));
      e.b = expr(node.attr("body"));
      e.c = expr(node.attr("orelse"));
    } else if (kind == "Slice") {
      e.kind = ExprKind::Slice;
      e.a = optional(node.attr("lower"));
      e.b = optional(node.attr("upper"));
      e.c = optional(node.attr("step"));
    } else if (kind == "Starred") {
      e.kind = ExprKind::Starred;
      e.a = expr(node.attr("value"));
    } else if (kind == "NamedExpr") {
      e.kind = ExprKind::NamedExpr;
      e.a = expr(node.attr("target"));
      e.b = expr(node.attr("value"));
    } else if (kind == "JoinedStr") {
      e.kind = ExprKind::JoinedStr;
      e.items = exprs(node.attr("values"));
    } else if (kind == "FormattedValue") {
      e.kind = ExprKind::FormattedValue;
      e.a = expr(node.attr("value"));
      e.c = optional(node.attr("format_spec"));
    } else {
      return collection(node, kind, e);
    }
    return true;
  }

  bool collection(py::handle node, std::string_view kind, Expr& e) {
    if (kind == "Dict") {
      py::list keys = node.attr("keys"), values = node.attr("values");
      std::vector<Expr*> items;
      for (size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].is_none()) return false;  // {**other}
        items.push_back(expr(keys[i]));
        items.push_back(expr(values[i]));
      }
      e.kind = ExprKind::Dict;
      e.items = out_.copy(items);
      return true;
    }
    if (kind != "ListComp" && kind != "GeneratorExp" && kind != "DictComp") return false;
    bool is_dict = kind == "DictComp";
    e.kind = is_dict ? ExprKind::DictComp : ExprKind::ListComp;
    e.a = expr(node.attr(is_dict ? "key" : "elt"));
    if (is_dict) e.b = expr(node.attr("value"));
    std::vector<Generator> generators;
    for (py::handle g : py::list(node.attr("generators")))
      generators.push_back({expr(g.attr("target")), expr(g.attr("iter")), exprs(g.attr("ifs"))});
    e.generators = out_.copy(generators);
    return true;
  }

  Literal literal(py::handle value) {
    Literal l;
    if (value.is_none()) return l;
    if (PyBool_Check(value.ptr())) {
      l.kind = Literal::Kind::Bool;
      l.integer = value.ptr() == Py_True;
    } else if (PyLong_Check(value.ptr())) {
      int overflow = 0;
      l.integer = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
      l.kind = Literal::Kind::Int;
      if (overflow != 0) {
        l.integer = PyLong_AsUnsignedLongLong(value.ptr());
        if (PyErr_Occurred()) {
          PyErr_Clear();
          l.kind = Literal::Kind::Other;
          l.text = "an integer of more than 64 bits";
        }
      }
    } else if (PyFloat_Check(value.ptr())) {
      l.kind = Literal::Kind::Float;
      l.real = PyFloat_AS_DOUBLE(value.ptr());
    } else if (PyUnicode_Check(value.ptr())) {
      l.kind = Literal::Kind::Str;
      l.text = out_.intern(text(value));
    } else {
      l.kind = Literal::Kind::Other;
      l.text = value.ptr() == Py_Ellipsis ? "`...`" : out_.intern(class_name(value));
    }
    return l;
  }

  FunctionAst& out_;
  uint32_t column_;
};

}  // namespace

std::shared_ptr<const FunctionAst> import_ast(py::handle source) {
  using Holder = std::shared_ptr<const FunctionAst>;
  py::object kept = source.attr("_ast");
  if (!kept.is_none())
    return *static_cast<Holder*>(PyCapsule_GetPointer(kept.ptr(), "tinsmith.ast"));
  auto ast = std::make_shared<FunctionAst>();
  ast->name = py::cast<std::string>(source.attr("name"));
  ast->filename = py::cast<std::string>(source.attr("filename"));
  ast->first_line = py::cast<uint32_t>(source.attr("first_line"));
  for (py::handle line : py::list(source.attr("lines"))) ast->lines.emplace_back(text(line));
  Importer(*ast, py::cast<uint32_t>(source.attr("column"))).function(source.attr("tree"));
  PyObject* capsule = PyCapsule_New(new Holder(ast), "tinsmith.ast", [](PyObject* c) {
    delete static_cast<Holder*>(PyCapsule_GetPointer(c, "tinsmith.ast"));
  });
  if (!capsule) throw py::error_already_set();
  source.attr("_ast") = py::reinterpret_steal<py::object>(capsule);
  return ast;
}

}  // namespace tinsmith::python
