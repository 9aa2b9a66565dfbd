#include "expressions/expression_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"
#include "topology/analysis/window_errors.hpp"

#include <algorithm>

namespace millrace {
namespace {

Error generator_error(const std::string& subclass, const std::string& why, std::string fix) {
  Error error = spark_error("UNSUPPORTED_GENERATOR." + subclass, "42K0E",
                            "The generator is not supported: " + why + ".");
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

/// `explode_outer` is `explode` that keeps rows without elements.
std::string without_outer(const std::string& name, bool& outer) {
  constexpr std::string_view kSuffix = "_outer";
  outer = name.ends_with(kSuffix);
  return outer ? name.substr(0, name.size() - kSuffix.size()) : name;
}

/// The generator's columns; empty when it does not take the type.
std::vector<Field> generated_fields(const std::string& function, const DataType& type, bool outer) {
  std::vector<Field> fields;
  if (function == "inline") {
    const bool fits = type.kind() == TypeKind::Array && type.element().kind() == TypeKind::Struct;
    if (fits) fields = type.element().fields();
    for (auto& field : fields) field.nullable = true;
    return fields;
  }
  if (type.kind() != TypeKind::Array && type.kind() != TypeKind::Map) return fields;
  if (function == "posexplode") fields.push_back({"pos", DataType(TypeKind::Int), outer});
  for (Field field : type.fields()) {
    if (type.kind() == TypeKind::Array) field.name = "col";
    field.nullable = field.nullable || outer;
    fields.push_back(std::move(field));
  }
  return fields;
}

Error wrong_argument(const std::string& function, const Expression& call,
                     const Expression& argument, const DataType& type) {
  const std::string required =
      function == "inline" ? "\"ARRAY<STRUCT>\"" : "(\"ARRAY\" or \"MAP\")";
  Error error =
      cannot_resolve("UNEXPECTED_INPUT_TYPE", column_name(call),
                     "The first parameter requires the " + required + " type, however \"" +
                         column_name(argument) + "\" has the type \"" + type.to_sql() + "\".");
  error.kind = ErrorKind::Config;
  return error;
}

Error wrong_alias_count(std::size_t wanted, std::size_t given) {
  Error error =
      spark_error("NUM_TABLE_VALUE_ALIASES_MISMATCH", "42826",
                  "The number of aliases supplied in the AS clause does not match the "
                  "number of columns output by the UDTF. Expected " +
                      std::to_string(wanted) + " aliases, but got " + std::to_string(given) + ".");
  error.kind = ErrorKind::Config;
  error.fix = "give one name for each column of the generator";
  return error;
}

}  // namespace

bool Resolver::check_generators(const std::vector<SelectItem>& items,
                                std::optional<std::size_t>& place) {
  bool ok = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Expression& expression = *items[i].expression;
    if (!has_call(expression, FunctionKind::Generator)) continue;
    if (kind_of(expression) != FunctionKind::Generator) {
      fail(generator_error("NESTED_IN_EXPRESSIONS",
                           "nested in expressions \"" + column_name(expression) + "\"",
                           "explode in one step and compute in the next"),
           expression.origin);
      ok = false;
    } else if (place) {
      fail(generator_error("MULTI_GENERATOR", "only one generator allowed per SELECT clause",
                           "explode in one step after the other"),
           expression.origin);
      ok = false;
    } else {
      place = i;
    }
  }
  return ok;
}

// The generator becomes a step behind whose input columns its own stand.
Resolver::Resolved Resolver::explode(Relation input, std::vector<SelectItem>& items,
                                     const plan::Node& node) {
  std::optional<std::size_t> place;
  if (!check_generators(items, place)) return std::nullopt;
  if (!place) return input;
  const SelectItem item = items[*place];
  const auto& call = std::get<Function>(item.expression->node);
  if (call.arguments.size() != 1) {
    fail(wrong_argument_count(lower_case(call.name), call.arguments.size(), "1"),
         item.expression->origin);
    return std::nullopt;
  }
  const BoundExpressionPtr collection = bind_in(call.arguments[0], input);
  if (!collection) return std::nullopt;
  resolved::Explode kind;
  kind.function = without_outer(lower_case(call.name), kind.outer);
  kind.collection = collection;
  auto fields = generated_fields(kind.function, collection->type(), kind.outer);
  if (fields.empty()) {
    fail(wrong_argument(kind.function, *item.expression, *call.arguments[0], collection->type()),
         item.expression->origin);
    return std::nullopt;
  }
  if (!name_generated(item, fields)) return std::nullopt;
  return explode_step(std::move(input), items, *place, std::move(kind), fields, node);
}

bool Resolver::name_generated(const SelectItem& item, std::vector<Field>& fields) {
  const auto& names = item.generator_names;
  if (names.empty()) return true;
  if (names.size() != fields.size()) {
    fail(wrong_alias_count(fields.size(), names.size()), item.expression->origin);
    return false;
  }
  for (std::size_t i = 0; i < names.size(); ++i) fields[i].name = names[i];
  return true;
}

Relation Resolver::explode_step(Relation input, std::vector<SelectItem>& items, std::size_t place,
                                resolved::Explode kind, const std::vector<Field>& fields,
                                const plan::Node& node) {
  resolved::Step step;
  step.inputs = {input.step};
  step.event_time = input.step->event_time;
  step.detail = to_sql(*items[place].expression);
  step.kind = std::move(kind);
  std::vector<ScopeColumn> columns = std::move(input.columns);
  const ExpressionPtr shown = items[place].expression;
  items.erase(items.begin() + long(place));
  std::vector<SelectItem> generated;
  for (const auto& field : fields) {
    generated.push_back({shown, field.name, {}, int(columns.size()), make_attribute(field.name)});
    columns.push_back({field.name, {}, {}, field.type, field.nullable});
  }
  items.insert(items.begin() + long(place), generated.begin(), generated.end());
  return finish(std::move(step), std::move(columns), node);
}

}  // namespace millrace
