// SPDX-License-Identifier: Apache-2.0
// The printer. Values are numbered by the order in which they are printed, so that text does not
// depend on how the IR came about; what is at its default is left out (text.md).
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "ir/text.h"

namespace tinsmith {

namespace {

constexpr bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

std::string hex(uint64_t v) {
  std::array<char, 16> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, 16).ptr;
  return "0x" + std::string(buffer.data(), end);
}

template <class T>
std::string shortest(T v) {
  std::array<char, 64> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
  std::string s(buffer.data(), end);
  return s.find_first_of(".e") == std::string::npos ? s + ".0" : s;
}

std::string shape_of_element(uint32_t rows, uint32_t cols, bool vector) {
  if (vector) return " vector " + std::to_string(rows);
  return " matrix " + std::to_string(rows) + "x" + std::to_string(cols);
}

std::string element(uint32_t dims, uint32_t rows, uint32_t cols) {
  return dims == 0 ? "" : shape_of_element(rows, cols, dims == 1);
}

template <class List, class F>
std::string joined(const List& list, F&& text_of) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + text_of(item);
  return out;
}

std::string number_text(uint32_t n) { return std::to_string(n); }

std::string text_of(const AddressTerm& t) {
  return "axis " + std::to_string(t.axis) + " div " + std::to_string(t.divisor) + " mod " +
         std::to_string(t.extent) + " stride " + std::to_string(t.stride);
}

bool same_terms(const std::vector<AddressTerm>& a, const std::vector<AddressTerm>& b) {
  return std::ranges::equal(a, b, [](const AddressTerm& x, const AddressTerm& y) {
    return x.axis == y.axis && x.divisor == y.divisor && x.extent == y.extent &&
           x.stride == y.stride;
  });
}

std::string text_of(const Module& module, const Field& f) {
  std::string out = "field " + quoted("@", f.name) + ": " + std::string(name(f.dtype));
  if (!f.shape.empty()) out += "[" + joined(f.shape, number_text) + "]";
  if (f.is_matrix) out += shape_of_element(f.rows, f.cols, f.cols == 1);
  if (f.tree != 0) out += " tree " + std::to_string(f.tree);
  out += " at " + std::to_string(f.offset);
  if (!same_terms(f.terms, plain_terms(f)))
    out += " terms (" + joined(f.terms, [](const AddressTerm& t) { return text_of(t); }) + ")";
  if (f.component_offsets != plain_component_offsets(f))
    out += " components (" + joined(f.component_offsets, number_text) + ")";
  if (f.grad) out += " grad " + quoted("@", module.fields[f.grad].name);
  return out + "\n";
}

std::string text_of(const Param& p) {
  std::string out = quoted("", p.name) + ": " + std::string(name(p.dtype));
  if (p.kind == ParamKind::Array) {
    out += "[";
    for (uint32_t i = 0; i < p.ndim; ++i) out += i ? ", ?" : "?";
    out += "]";
  }
  out += element(p.element_dims, p.rows, p.cols);
  return out + (p.needs_grad ? " grad" : "");
}

std::string text_of(const ReturnItem& r) {
  return std::string(name(r.dtype)) + element(r.element_dims, r.rows, r.cols);
}

std::string text_of(const LoopInfo& loop) {
  std::string out;
  if (loop.block_dim != 0) out += " block_dim " + std::to_string(loop.block_dim);
  if (loop.over_field) out += " over_field";
  if (!loop.adaptive_block) out += " fixed_block";
  return out;
}

std::string bound(bool constant, int32_t value) {
  return (constant ? "" : "temp ") + std::to_string(value);
}

std::string text_of(const TaskInfo& t) {
  std::string out = " serial";
  if (t.kind == TaskKind::Range)
    out = " range " + bound(t.const_begin, t.begin) + " to " + bound(t.const_end, t.end);
  if (t.group_size != 1) out += " group " + std::to_string(t.group_size);
  if (t.threads != 1) out += " threads " + std::to_string(t.threads);
  return out;
}

class Printer {
 public:
  Printer(const Module& module, const Function& fn) : module_(module), fn_(fn), number_(fn) {}

  std::string kernel() {
    out_ = "kernel " + quoted("@", fn_.name);
    if (!fn_.params.empty())
      out_ += "(" + joined(fn_.params, [](const Param& p) { return text_of(p); }) + ")";
    if (!fn_.returns.empty())
      out_ += " -> " + joined(fn_.returns, [](const ReturnItem& r) { return text_of(r); });
    out_ += " {";
    block(fn_.body, 1);
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  bool is_implied(InstId id) const { return fn_[id].op == Op::Yield && fn_[id].operands.empty(); }

  bool is_empty(BlockId id) const {
    const Block& b = fn_[id];
    return b.params.empty() && (b.insts.empty() || (b.insts.size() == 1 && is_implied(b.insts[0])));
  }

  std::string declared(ValueId v) const { return number_(v) + ":" + text(fn_[v].type); }

  // From after the opening brace to before the closing one.
  void block(BlockId id, size_t depth) {
    const Block& b = fn_[id];
    auto text_of_value = [&](ValueId v) { return declared(v); };
    if (!b.params.empty()) out_ += " (" + joined(b.params, text_of_value) + ")";
    out_ += "\n";
    for (InstId i : b.insts) {
      if (i == b.insts.back() && is_implied(i)) break;
      out_.append(2 * depth, ' ');
      inst(fn_[i], depth);
      out_ += "\n";
    }
    out_.append(2 * depth - 2, ' ');
  }

  void inst(const Inst& inst, size_t depth) {
    auto text_of_value = [&](ValueId v) { return declared(v); };
    if (!inst.results.empty()) out_ += joined(inst.results, text_of_value) + " = ";
    out_ += info(inst.op).text;
    out_ += immediate(inst);
    for (ValueId v : inst.operands) out_ += " " + number_(v);
    if (inst.op == Op::ParallelFor && inst.imm < fn_.loops.size())
      out_ += text_of(fn_.loops[inst.imm]);
    if (inst.op == Op::Task && inst.imm < fn_.tasks.size()) out_ += text_of(fn_.tasks[inst.imm]);
    for (size_t n = 0; n < inst.blocks.size(); ++n) {
      if (n == 1 && is_empty(inst.blocks[1])) break;
      out_ += n == 0 ? " {" : " else {";
      block(inst.blocks[n], depth + 1);
      out_ += "}";
    }
  }

  std::string immediate(const Inst& inst) const {
    auto slot = ArgSlot::of(inst.imm);
    auto param = " " + std::to_string(slot.param);
    Op op = inst.op;
    if (op == Op::Const) return " " + literal_text(fn_[inst.results[0]].type.dtype, inst.imm);
    if (op == Op::Arg) return param + (slot.component ? "." + std::to_string(slot.component) : "");
    if (op == Op::ArrayDim) return param + "." + std::to_string(slot.component);
    if (op == Op::ArrayPtr) return param + (slot.component ? ".grad" : "");
    if (op == Op::FieldPtr) return " " + field_name(inst.imm);
    if (op == Op::Var && inst.imm == 1) return "";
    bool plain = op == Op::Var || op == Op::TempPtr || op == Op::Return;
    return plain ? " " + std::to_string(inst.imm) : "";
  }

  std::string field_name(uint64_t raw) const {
    if (raw >= module_.fields.size()) return "@?" + std::to_string(raw);
    return quoted("@", module_.fields[FieldId{static_cast<uint32_t>(raw)}].name);
  }

  const Module& module_;
  const Function& fn_;
  ValueNumbers number_;
  std::string out_;
};

}  // namespace

ValueNumbers::ValueNumbers(const Function& fn) { number(fn, fn.body); }

void ValueNumbers::number(const Function& fn, BlockId block) {
  for (ValueId v : fn[block].params) plus_one_[v] = next_++;
  for (InstId i : fn[block].insts) {
    for (ValueId v : fn[i].results) plus_one_[v] = next_++;
    for (BlockId b : fn[i].blocks) number(fn, b);
  }
}

std::string ValueNumbers::operator()(ValueId v) const {
  uint32_t n = plus_one_.get(v);
  return n ? "%" + std::to_string(n - 1) : "%?" + std::to_string(v.raw);
}

std::string quoted(std::string_view sigil, std::string_view text) {
  std::string out(sigil);
  bool starts_well = !text.empty() && !(text[0] >= '0' && text[0] <= '9') && text[0] != '.';
  if (starts_well && std::ranges::all_of(text, is_name_char)) return out.append(text);
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    c == '\n' ? out += "\\n" : out += c;
  }
  return out + '"';
}

std::vector<AddressTerm> plain_terms(const Field& f) {
  std::vector<AddressTerm> terms(f.shape.size());
  uint32_t stride = f.components() * bytes(f.dtype);
  for (size_t i = terms.size(); i-- > 0;) {
    terms[i] = {static_cast<uint32_t>(i), 1, f.shape[i], stride};
    stride *= f.shape[i];
  }
  return terms;
}

std::vector<uint32_t> plain_component_offsets(const Field& f) {
  std::vector<uint32_t> offsets(f.components());
  for (size_t i = 0; i < offsets.size(); ++i)
    offsets[i] = static_cast<uint32_t>(i) * bytes(f.dtype);
  return offsets;
}

std::string literal_text(DType type, uint64_t imm) {
  if (type == DType::F64) {
    auto v = std::bit_cast<double>(imm);
    return std::isfinite(v) ? shortest(v) : hex(imm);
  }
  if (is_real(type)) {
    auto v = std::bit_cast<float>(static_cast<uint32_t>(imm));
    return std::isfinite(v) ? shortest(v) : hex(imm);
  }
  return is_signed(type) ? std::to_string(static_cast<int64_t>(imm)) : std::to_string(imm);
}

std::string print(const Module& module, const Function& fn) { return Printer(module, fn).kernel(); }

std::string print(const Module& module) {
  std::string out;
  for (uint32_t i = 0; i < module.fields.size(); ++i)
    out += text_of(module, module.fields[FieldId{i}]);
  for (const Function& fn : module.kernels) out += (out.empty() ? "" : "\n") + print(module, fn);
  return out;
}

}  // namespace tinsmith
