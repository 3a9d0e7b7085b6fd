// SPDX-License-Identifier: Apache-2.0
// The syntax tree of one Python function, in our own compact form: it lives in an arena, is made
// once from Python's `ast` objects and lowered many times (each template instantiation, each
// inlined call). Nodes never change after import.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinsmith::frontend {

// Wide enough for every 64-bit literal, signed or not, and for what constant arithmetic makes of
// two of them.
__extension__ typedef __int128 Integer;

// Lines and columns count from 1 as in the file; `end_column` is exclusive. The file is the
// function's.
struct Place {
  uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
};

enum class Operator : uint8_t {
  None,
  Add,
  Sub,
  Mult,
  MatMult,
  Div,
  FloorDiv,
  Mod,
  Pow,
  LShift,
  RShift,
  BitAnd,
  BitOr,
  BitXor,
  And,
  Or,
  Not,
  Invert,
  UAdd,
  USub,
  Eq,
  NotEq,
  Lt,
  LtE,
  Gt,
  GtE,
  Is,
  IsNot,
  In,
  NotIn,
};

struct Literal {
  enum class Kind : uint8_t { None, Bool, Int, Float, Str, Other };
  Kind kind = Kind::None;
  Integer integer = 0;    // Bool, Int
  double real = 0;        // Float
  std::string_view text;  // Str; Other: what it is, for the message
};

// Which members a kind uses:            a          b       c       items            name
enum class ExprKind : uint8_t {
  Literal,    // literal
  Name,       //                                                                identifier
  Attribute,  //                    object                                      attribute
  Subscript,  //                    object     index
  Slice,      //                    lower      upper   step (each may be null)
  Call,       //                    function                   arguments, and keywords
  BinOp,      // op                 left       right
  UnaryOp,    // op                 operand
  BoolOp,     // op                                            operands
  Compare,    // ops                first                      the others
  IfExp,      //                    condition  then    else
  Tuple,
  List,            //                                               elements
  Dict,            //                                               keys and values in turn
  ListComp,        // generators         element
  DictComp,        // generators         key        value
  JoinedStr,       //                                               parts
  FormattedValue,  //                    value      format (may be null)
  Starred,         //                    value
  NamedExpr,       //                    target     value
  Unsupported,  //                                                                Python's name of
                //                                                                the node
};

struct Expr;
struct Keyword {
  std::string_view name;  // empty: **value
  Expr* value = nullptr;
};
struct Generator {
  Expr *target = nullptr, *iter = nullptr;
  std::span<Expr*> conditions;
};

struct Expr {
  ExprKind kind{};
  Operator op = Operator::None;
  Place place;
  Expr *a = nullptr, *b = nullptr, *c = nullptr;
  std::span<Expr*> items;
  std::span<Operator> ops;
  std::span<Keyword> keywords;
  std::span<Generator> generators;
  std::string_view name;
  Literal literal;
};

// Which members a kind uses:   targets    value       body, orelse   name
enum class StmtKind : uint8_t {
  Expr,       //                         expression
  Assign,     //              targets    value
  AnnAssign,  //              [target]   may be null                (annotation: the type)
  AugAssign,  // op           [target]   value
  If,         //                         condition   both
  For,        //              [target]   iterable    both
  While,      //                         condition   both
  Break,
  Continue,
  Pass,
  Return,       //                         may be null
  Assert,       //                         condition
  Unsupported,  //                                                    Python's name of the node
};

struct Stmt {
  StmtKind kind{};
  Operator op = Operator::None;
  Place place;
  std::span<Expr*> targets;
  Expr* value = nullptr;
  Expr* annotation = nullptr;
  std::span<Stmt*> body, orelse;
  std::string_view name;
};

struct Parameter {
  std::string_view name;
  Place place;
  Expr* annotation = nullptr;
  Expr* fallback = nullptr;  // the default value
};

struct FunctionAst {
  std::string name, filename;
  uint32_t first_line = 1;         // of lines[0]
  std::vector<std::string> lines;  // as they are in the file
  Place place;                     // of `def name`
  std::span<Parameter> params;
  std::string_view variadic;  // what it has that is not a plain parameter ("*args"), or empty
  Expr* returns = nullptr;
  std::span<Stmt*> body;

  FunctionAst() = default;
  FunctionAst(const FunctionAst&) = delete;
  FunctionAst& operator=(const FunctionAst&) = delete;

  template <class T>
  T* make(T value) {
    return new (arena_.allocate(sizeof(T), alignof(T))) T(std::move(value));
  }
  template <class T>
  std::span<T> copy(const std::vector<T>& from) {
    if (from.empty()) return {};
    T* to = static_cast<T*>(arena_.allocate(from.size() * sizeof(T), alignof(T)));
    std::uninitialized_copy(from.begin(), from.end(), to);
    return {to, from.size()};
  }
  std::string_view intern(std::string_view text) {
    char* to = static_cast<char*>(arena_.allocate(text.size() + 1, 1));
    text.copy(to, text.size());
    return {to, text.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource arena_;
};

}  // namespace tinsmith::frontend
