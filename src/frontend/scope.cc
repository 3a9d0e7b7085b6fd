// SPDX-License-Identifier: Apache-2.0
// Names: block scopes of the frame, then what the script's function captures.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

Variable* Lowering::find(std::string_view name) {
  auto& scopes = frame().scopes;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    for (auto v = scope->rbegin(); v != scope->rend(); ++v)
      if (v->name == name) return &*v;
  return nullptr;
}

void Lowering::declare(std::string_view name, Entity entity, Variable::Kind kind) {
  auto& scope = frame().scopes.back();
  auto same = std::ranges::find(scope, name, &Variable::name);
  if (same != scope.end())
    *same = {name, kind, std::move(entity)};
  else
    scope.push_back({name, kind, std::move(entity)});
}

void Lowering::close_scope(const Place& block) {
  for (const Variable& v : frame().scopes.back()) frame().ended.emplace_back(v.name, block);
  frame().scopes.pop_back();
}

Entity Lowering::name(const Expr& e) {
  if (Variable* v = find(e.name)) {
    if (v->entity.is_poison()) muted = true;
    return v->entity;
  }
  if (std::optional<Entity> found = host.captured(frame().source, e.name)) {
    if (auto* u = found->as<Unsupported>())
      return poison(Code::unsupported_feature, e.place, u->feature + " is not supported");
    return *found;
  }
  return undefined(e);
}

Entity Lowering::undefined(const Expr& e) {
  std::string quoted = "'" + std::string(e.name) + "'";
  auto& ended = frame().ended;
  auto inner = std::ranges::find(ended, e.name, &std::pair<std::string_view, Place>::first);
  if (inner != ended.end()) {
    error(Code::name_out_of_scope, e.place, "name " + quoted + " is not defined here")
        .note(span(inner->second), quoted + " was declared inside this block and ended with it")
        .note("assign it a first value before the block");
    return Poison{};
  }
  std::vector<std::string> known = host.captured_names(frame().source);
  for (const auto& scope : frame().scopes)
    for (const Variable& v : scope) known.emplace_back(v.name);
  std::string_view near = nearest(e.name, known);
  Diagnostic& d = error(Code::undefined_name, e.place, "name " + quoted + " is not defined");
  if (!near.empty()) d.note("did you mean '" + std::string(near) + "'?");
  return Poison{};
}

namespace {

// Edits (change, insert, remove, swap neighbours) from one to the other.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, const std::vector<std::string>& candidates) {
  size_t best = name.size() <= 2 ? 0 : name.size() <= 5 ? 1 : 2;
  std::string_view found;
  for (const std::string& c : candidates) {
    if (c.starts_with("__")) continue;
    size_t d = distance(name, c);
    if (d < best || (d == best && found.empty() && best > 0)) {
      best = d;
      found = c;
    }
  }
  return found;
}

}  // namespace tinsmith::frontend
