// SPDX-License-Identifier: Apache-2.0
// The parser of the text form: recursive descent over lex.h, stopping at the first mistake. What it
// accepts is well formed, not yet legal: that is verify's business. Values must be defined, in the
// text, before they are used.
#include <bit>
#include <charconv>
#include <map>

#include "ir/lex.h"
#include "ir/text.h"

namespace tinsmith {

namespace {

constexpr size_t kMaxDepth = 200;  // of blocks in blocks: more would exhaust the stack of passes
constexpr uint32_t kMaxComponents = 4096;  // of a matrix

// `f32`, `vector 3`, `matrix 3x2`: shared by fields, parameters and results.
struct Element {
  uint32_t dims = 0, rows = 1, cols = 1;
};

class Parser {
 public:
  Parser(std::string_view text, FileId file, Module& module, Diagnostics& diags)
      : in_(text, file, diags), module_(module) {
    for (uint32_t i = 0; i < module.fields.size(); ++i)
      fields_[module.fields[FieldId{i}].name] = FieldId{i};
  }

  bool run() {
    while (!in_.at_end()) {
      if (in_.try_word("field"))
        field();
      else if (in_.try_word("kernel"))
        kernel();
      else
        in_.expected("'field' or 'kernel'");
    }
    for (const auto& [id, target] : grads_) module_.fields[id].grad = field_named(target);
    return in_.ok();
  }

 private:
  DType dtype() {
    Token token = in_.peek();
    auto type = dtype_from_name(token.text);
    if (token.kind == TokenKind::Word && type) return in_.take(), *type;
    in_.expected("a type such as f32");
    return DType::I32;
  }

  Type type() {
    bool pointer = in_.try_punct("*");
    return {dtype(), pointer};
  }

  Element element() {
    if (in_.try_word("vector")) return {1, in_.u32("the number of components"), 1};
    if (!in_.try_word("matrix")) return {};
    Token token = in_.expect(TokenKind::Number, "the shape of a matrix, such as 3x2");
    size_t x = std::min(token.text.find('x'), token.text.size());
    auto rows = whole_number<uint32_t>(token.text.substr(0, x));
    auto cols = whole_number<uint32_t>(token.text.substr(std::min(x + 1, token.text.size())));
    bool good = rows && cols && *rows <= kMaxComponents && *cols <= kMaxComponents;
    if (!good) in_.fail(token.span, "expected the shape of a matrix, such as 3x2");
    return good ? Element{2, *rows, *cols} : Element{};
  }

  Element checked_element() {
    Span at = in_.peek().span;
    Element e = element();
    if (e.rows == 0 || e.cols == 0 || e.rows > kMaxComponents / e.cols)
      in_.fail(at, "expected 1 to " + std::to_string(kMaxComponents) + " components");
    return in_.ok() ? e : Element{};
  }

  // `item, item …` up to and with `close`.
  template <class F>
  void list(std::string_view close, F&& item) {
    if (in_.try_punct(close)) return;
    do item();
    while (in_.try_punct(","));
    in_.punct(close);
  }

  // --- Declarations

  void field() {
    Token symbol = in_.expect(TokenKind::Symbol, "the name of a field, such as @x");
    if (fields_.contains(symbol.text))
      in_.fail(symbol.span, "field '" + symbol.text + "' is already declared");
    Field f;
    f.name = symbol.text;
    in_.punct(":");
    f.dtype = dtype();
    if (in_.try_punct("[")) list("]", [&] { f.shape.push_back(in_.u32("an extent")); });
    Element e = checked_element();
    f.is_matrix = e.dims > 0;
    f.rows = e.rows;
    f.cols = e.cols;
    if (in_.try_word("tree")) f.tree = in_.u32("the number of a tree");
    in_.word("at");
    f.offset = in_.u32("an offset in bytes");
    f.terms = plain_terms(f);
    f.component_offsets = plain_component_offsets(f);
    if (in_.try_word("terms")) terms(f);
    if (in_.try_word("components")) {
      f.component_offsets.clear();
      in_.punct("(");
      list(")", [&] { f.component_offsets.push_back(in_.u32("an offset in bytes")); });
    }
    std::optional<Token> grad;
    if (in_.try_word("grad")) grad = in_.expect(TokenKind::Symbol, "the name of a field");
    if (!in_.ok()) return;
    FieldId id = module_.fields.add(std::move(f));
    fields_[symbol.text] = id;
    if (grad) grads_.emplace_back(id, *grad);
  }

  void terms(Field& f) {
    f.terms.clear();
    in_.punct("(");
    list(")", [&] {
      AddressTerm t;
      in_.word("axis");
      t.axis = in_.u32("an axis");
      in_.word("div");
      t.divisor = in_.u32("a divisor");
      in_.word("mod");
      t.extent = in_.u32("an extent");
      in_.word("stride");
      t.stride = in_.u32("a stride in bytes");
      f.terms.push_back(t);
    });
  }

  Param param() {
    Param p;
    p.name = in_.expect(TokenKind::Word, "the name of a parameter").text;
    in_.punct(":");
    p.dtype = dtype();
    bool array = in_.try_punct("[");
    if (array)
      list("]", [&] {
        in_.punct("?");
        ++p.ndim;
      });
    Element e = checked_element();
    p.kind = array ? ParamKind::Array : e.dims > 0 ? ParamKind::Matrix : ParamKind::Scalar;
    p.element_dims = e.dims;
    p.rows = e.rows;
    p.cols = e.cols;
    p.needs_grad = in_.try_word("grad");
    return p;
  }

  ReturnItem return_item() {
    DType type = dtype();
    Element e = checked_element();
    return {type, e.rows, e.cols, e.dims};
  }

  void kernel() {
    Token name = in_.expect(TokenKind::Symbol, "the name of a kernel, such as @k");
    fn_ = &module_.kernels.emplace_back(name.text);
    values_.clear();
    depth_ = 0;
    if (in_.try_punct("(")) list(")", [&] { fn_->params.push_back(param()); });
    if (in_.try_punct("->"))
      list("{", [&] { fn_->returns.push_back(return_item()); });
    else
      in_.punct("{");
    block(fn_->body);
  }

  // --- Bodies

  void define(const Token& token, ValueId v) {
    if (!values_.emplace(token.text, v).second)
      in_.fail(token.span, "value '%" + token.text + "' is already defined");
  }

  ValueId use() {
    Token token = in_.expect(TokenKind::Value, "a value, such as %x");
    auto found = values_.find(token.text);
    if (found != values_.end()) return found->second;
    in_.fail(token.span, "value '%" + token.text + "' is not defined");
    return {};
  }

  FieldId field_named(const Token& token) {
    auto found = fields_.find(token.text);
    if (found != fields_.end()) return found->second;
    in_.fail(token.span, "field '" + token.text + "' is not declared");
    return {};
  }

  // After the opening brace, to and with the closing one.
  void block(BlockId id) {
    if (++depth_ > kMaxDepth) in_.fail(in_.peek().span, "blocks are nested too deeply");
    if (in_.try_punct("("))
      list(")", [&] {
        Token name = in_.expect(TokenKind::Value, "the name of a block parameter, such as %i");
        in_.punct(":");
        define(name, fn_->add_param(id, type()));
      });
    while (in_.ok() && !in_.at_punct("}")) (*fn_)[id].insts.push_back(inst());
    in_.punct("}");
    --depth_;
    const auto& insts = (*fn_)[id].insts;
    if (in_.ok() && (insts.empty() || !is_terminator((*fn_)[insts.back()].op)))
      Builder(*fn_, id).yield();
  }

  InstId inst() {
    Span start = in_.peek().span;
    std::vector<Token> names;
    std::vector<Type> types;
    if (in_.peek().kind == TokenKind::Value) {
      do {
        names.push_back(in_.expect(TokenKind::Value, "a value, such as %x"));
        in_.punct(":");
        types.push_back(type());
      } while (in_.try_punct(","));
      in_.punct("=");
    }
    Token word = in_.peek();
    auto op = op_from_text(word.text);
    if (word.kind != TokenKind::Word || !op) in_.expected("an operation or '}'");
    if (!in_.ok()) return fn_->create(Op::Yield, {}, {}, {});
    in_.take();
    uint64_t imm = immediate(*op, types);
    std::vector<ValueId> operands;
    while (in_.peek().kind == TokenKind::Value && !in_.peek().declares) operands.push_back(use());
    if (*op == Op::ParallelFor) imm = loop_info();
    if (*op == Op::Task) imm = task_info();
    InstId id = fn_->create(*op, fn_->add_loc({start, {}}), operands, types, imm);
    owned_blocks((*fn_)[id]);
    for (size_t i = 0; i < names.size(); ++i) define(names[i], (*fn_)[id].results[i]);
    return id;
  }

  void owned_blocks(const Inst& inst) {
    for (size_t n = 0; n < inst.blocks.size() && in_.ok(); ++n) {
      bool left_out = n == 1 && !in_.at_word("else");
      if (left_out) {
        Builder(*fn_, inst.blocks[n]).yield();
        continue;
      }
      if (n == 1) in_.word("else");
      in_.punct("{");
      block(inst.blocks[n]);
    }
  }

  uint64_t immediate(Op op, const std::vector<Type>& results) {
    if (op == Op::Const) return literal(results);
    if (op == Op::Arg || op == Op::ArrayDim || op == Op::ArrayPtr) return slot(op);
    if (op == Op::FieldPtr)
      return field_named(in_.expect(TokenKind::Symbol, "a field, such as @x")).raw;
    if (op == Op::Var)
      return in_.peek().kind == TokenKind::Number ? in_.u32("a number of elements") : 1;
    if (op == Op::TempPtr) return in_.u32("an offset in bytes");
    if (op == Op::Return) return in_.u32("a component of the result");
    return 0;
  }

  uint64_t literal(const std::vector<Type>& results) {
    Token token = in_.expect(TokenKind::Number, "a literal");
    if (results.size() != 1) in_.fail(token.span, "expected one result for a constant");
    if (!in_.ok()) return 0;
    auto bits = literal_bits(results[0].dtype, token.text);
    if (!bits)
      in_.fail(token.span, "expected a literal of type " + std::string(name(results[0].dtype)));
    return bits.value_or(0);
  }

  // `2`, `2.1` or `2.grad`.
  uint64_t slot(Op op) {
    Token token = in_.expect(TokenKind::Number, "the number of a parameter");
    size_t dot = std::min(token.text.find('.'), token.text.size());
    std::string_view rest = std::string_view(token.text).substr(dot);
    auto param = whole_number<uint32_t>(token.text.substr(0, dot));
    std::optional<uint32_t> component = 0;
    if (op == Op::ArrayPtr && rest == ".grad")
      component = 1;
    else if (!rest.empty())
      component = op == Op::ArrayPtr ? std::nullopt : whole_number<uint32_t>(rest.substr(1));
    if (!param || !component)
      in_.fail(token.span, op == Op::ArrayPtr ? "expected a parameter, such as 0 or 0.grad"
                                              : "expected a parameter, such as 0 or 0.1");
    return ArgSlot{param.value_or(0), component.value_or(0)}.imm();
  }

  uint64_t loop_info() {
    LoopInfo info;
    if (in_.try_word("block_dim")) info.block_dim = in_.u32("a number of threads");
    info.over_field = in_.try_word("over_field");
    info.adaptive_block = !in_.try_word("fixed_block");
    fn_->loops.push_back(info);
    return fn_->loops.size() - 1;
  }

  uint64_t task_info() {
    TaskInfo info;
    if (in_.try_word("range")) {
      info.kind = TaskKind::Range;
      info.const_begin = !in_.try_word("temp");
      info.begin = in_.i32("a bound");
      in_.word("to");
      info.const_end = !in_.try_word("temp");
      info.end = in_.i32("a bound");
    } else {
      in_.word("serial");
    }
    if (in_.try_word("group")) info.group_size = in_.u32("a number of threads");
    if (in_.try_word("threads")) info.threads = in_.u64("a number of threads");
    fn_->tasks.push_back(info);
    return fn_->tasks.size() - 1;
  }

  TokenReader in_;
  Module& module_;
  Function* fn_ = nullptr;
  size_t depth_ = 0;
  std::map<std::string, FieldId> fields_;
  std::map<std::string, ValueId> values_;
  std::vector<std::pair<FieldId, Token>> grads_;
};

template <class T>
std::optional<T> real_number(std::string_view text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> literal_bits(DType type, std::string_view text) {
  if (text.starts_with("0x")) {
    auto value = whole_number<uint64_t>(text.substr(2), 16);
    uint32_t width = is_real(type) && type != DType::F64 ? 32 : bits(type);
    if (!value || (width < 64 && *value >> width != 0)) return std::nullopt;
    return is_real(type) ? *value : const_bits_int(type, std::bit_cast<int64_t>(*value));
  }
  if (type == DType::F64) {
    auto value = real_number<double>(text);
    return value ? std::optional(std::bit_cast<uint64_t>(*value)) : std::nullopt;
  }
  if (is_real(type)) {
    auto value = real_number<float>(text);
    return value ? std::optional<uint64_t>(std::bit_cast<uint32_t>(*value)) : std::nullopt;
  }
  std::optional<uint64_t> value = whole_number<uint64_t>(text);
  if (auto negative = whole_number<int64_t>(text); negative && type != DType::U64)
    value = std::bit_cast<uint64_t>(*negative);
  if (!value || const_bits_int(type, std::bit_cast<int64_t>(*value)) != *value) return std::nullopt;
  return value;
}

bool parse(std::string_view text, FileId file, Module& module, Diagnostics& diags) {
  return Parser(text, file, module, diags).run();
}

}  // namespace tinsmith
