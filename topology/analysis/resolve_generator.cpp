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

ExpressionPtr call_of(std::string name, std::vector<ExpressionPtr> arguments,
                      const Origin& origin) {
  return make_expression(Function{std::move(name), std::move(arguments), false, {}}, origin);
}

ExpressionPtr text_of(const std::string& text) {
  return make_expression(Literal{Value{DataType(TypeKind::String), text}});
}

/// `inline(array(...))` of structs with these values; short rows end with NULL.
ExpressionPtr inline_of(const std::vector<std::vector<ExpressionPtr>>& rows, const char* prefix,
                        const Origin& origin) {
  std::vector<ExpressionPtr> structs;
  for (const auto& row : rows) {
    std::vector<ExpressionPtr> parts;
    for (std::size_t i = 0; i < rows.front().size(); ++i) {
      parts.push_back(text_of(prefix + std::to_string(i)));
      parts.push_back(i < row.size() ? row[i] : make_expression(Literal{}));
    }
    structs.push_back(call_of("named_struct", std::move(parts), origin));
  }
  return call_of("inline", {call_of("array", std::move(structs), origin)}, origin);
}

/// `stack(2, a, b, c)` is the rows (a, b) and (c, NULL). Null when the number of rows is none.
ExpressionPtr inline_for_stack(const Function& call, const Origin& origin) {
  const auto* literal =
      call.arguments.size() < 2 ? nullptr : std::get_if<Literal>(&call.arguments[0]->node);
  const auto* count = literal ? std::get_if<std::int64_t>(&literal->value.storage) : nullptr;
  if (!count || *count < 1) return nullptr;
  const std::size_t num_values = call.arguments.size() - 1;
  const auto num_rows = static_cast<std::size_t>(*count);
  const std::size_t width = (num_values + num_rows - 1) / num_rows;
  std::vector<std::vector<ExpressionPtr>> rows(std::min(num_rows, num_values));
  for (std::size_t i = 0; i < num_values; ++i) rows[i / width].push_back(call.arguments[i + 1]);
  return inline_of(rows, "col", origin);
}

ExpressionPtr inline_for_json_tuple(const Function& call, const Origin& origin) {
  if (call.arguments.size() < 2) return nullptr;
  std::vector<ExpressionPtr> fields;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    auto path = call_of("concat", {text_of("$['"), call.arguments[i], text_of("']")}, origin);
    fields.push_back(call_of("get_json_object", {call.arguments[0], std::move(path)}, origin));
  }
  return inline_of({std::move(fields)}, "c", origin);
}

/// Generators that are `inline` of something; null for others, and for calls that cannot be.
ExpressionPtr as_inline(const ExpressionPtr& expression) {
  const auto& call = std::get<Function>(expression->node);
  if (equal_ignoring_case(call.name, "stack")) return inline_for_stack(call, expression->origin);
  if (equal_ignoring_case(call.name, "json_tuple"))
    return inline_for_json_tuple(call, expression->origin);
  return nullptr;
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
  SelectItem item = items[*place];
  if (ExpressionPtr other = as_inline(item.expression)) item.expression = std::move(other);
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
