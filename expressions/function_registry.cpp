#include "expressions/function_registry.hpp"

#include <algorithm>

#include "expressions/aggregates/aggregates.hpp"
#include "expressions/bind/operators.hpp"
#include "expressions/functions/groups.hpp"
#include "records/check.hpp"
#include "records/edit_distance.hpp"

namespace millrace {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

FunctionRegistry make_builtin() {
  FunctionRegistry registry;
  register_operator_functions(registry);
  register_rewritten_functions(registry);
  register_library_functions(registry);
  register_aggregate_functions(registry);
  return registry;
}

}  // namespace

const FunctionRegistry& FunctionRegistry::builtin() {
  static const FunctionRegistry registry = make_builtin();
  return registry;
}

void FunctionRegistry::add(FunctionEntry entry) {
  entry.name = lower(entry.name);
  std::string name = entry.name;
  entries_.insert_or_assign(std::move(name), std::move(entry));
}

void FunctionRegistry::add_alias(std::string alias, std::string_view name) {
  MILLRACE_CHECK(entries_.contains(lower(name)), "alias of a function that does not exist");
  aliases_.insert_or_assign(lower(alias), lower(name));
}

const FunctionEntry* FunctionRegistry::find(std::string_view name) const {
  std::string key = lower(name);
  if (auto alias = aliases_.find(key); alias != aliases_.end()) key = alias->second;
  auto entry = entries_.find(key);
  return entry == entries_.end() ? nullptr : &entry->second;
}

std::string FunctionRegistry::nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [candidate, entry] : entries_) names.push_back(candidate);
  for (const auto& [candidate, target] : aliases_) names.push_back(candidate);
  return nearest_name(name, names);
}

std::vector<const FunctionEntry*> FunctionRegistry::list() const {
  std::vector<const FunctionEntry*> result;
  for (const auto& [name, entry] : entries_) result.push_back(&entry);
  return result;
}

}  // namespace millrace
