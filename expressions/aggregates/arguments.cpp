#include "expressions/aggregates/arguments.hpp"

#include "expressions/functions/function_errors.hpp"
#include "records/decimal.hpp"
#include "records/value.hpp"

#include <algorithm>

namespace millrace {

bool is_boolean(const DataType& type) { return type.kind() == TypeKind::Boolean; }

bool is_numeric(const DataType& type) { return type.is_numeric(); }

bool is_any(const DataType&) { return true; }

bool is_orderable(const DataType& type) {
  if (type.kind() == TypeKind::Map || type.kind() == TypeKind::CalendarInterval) return false;
  return std::all_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return is_orderable(field.type); });
}

Status check_arguments(const FunctionCall& call, const std::vector<Parameter>& parameters) {
  if (call.arguments.size() != parameters.size())
    return wrong_num_arguments(call, std::to_string(parameters.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const DataType& type = call.arguments[i]->type();
    if (!type.is_null() && !parameters[i].accepts(type))
      return unexpected_input_type(call, i, parameters[i].names);
  }
  return {};
}

namespace {

/// The value of a constant expression; nothing when it is not constant.
std::optional<Value> literal(const BoundExpression& expression) {
  if (!expression.is_constant()) return std::nullopt;
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const RecordBatch empty = pool->make_batch_without_columns(std::make_shared<Schema>());
  return value_at(*expression.evaluate(context, empty, Rows::all(1)), 0);
}

std::optional<double> number_of(const Value& value) {
  if (auto* real = std::get_if<double>(&value.storage)) return *real;
  if (auto* integer = std::get_if<std::int64_t>(&value.storage))
    return static_cast<double>(*integer);
  if (auto* exact = std::get_if<Int128>(&value.storage))
    return decimal_to_double(*exact, value.type.scale());
  return std::nullopt;
}

}  // namespace

std::optional<bool> literal_boolean(const BoundExpression& expression) {
  const std::optional<Value> value = literal(expression);
  const bool* truth = value ? std::get_if<bool>(&value->storage) : nullptr;
  return truth ? std::optional(*truth) : std::nullopt;
}

std::optional<double> literal_double(const BoundExpression& expression) {
  const std::optional<Value> value = literal(expression);
  return value ? number_of(*value) : std::nullopt;
}

std::optional<std::vector<double>> literal_doubles(const BoundExpression& expression) {
  const std::optional<Value> value = literal(expression);
  if (!value) return std::nullopt;
  const auto* elements = std::get_if<std::vector<Value>>(&value->storage);
  std::vector<double> numbers;
  for (const Value& element : elements ? *elements : std::vector{*value}) {
    const std::optional<double> number = number_of(element);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<SortDirection> within_group(const FunctionCall& call) {
  std::vector<SortDirection> order;
  for (const ExpressionPtr& argument : call.syntax)
    if (const auto* item = std::get_if<SortOrder>(&argument->node))
      order.push_back({item->ascending, item->nulls_first});
  return order;
}

namespace {

Error invalid_within_group(const char* condition, std::string message) {
  return row_error(std::string("INVALID_WITHIN_GROUP_EXPRESSION.") + condition, "42K0K",
                   std::move(message));
}

}  // namespace

Error wrong_num_orderings(const FunctionCall& call, std::size_t expected, std::size_t actual) {
  const std::string invalid = "Invalid function `" + call.name + "` with WITHIN GROUP. ";
  if (actual == 0)
    return invalid_within_group("WITHIN_GROUP_MISSING",
                                invalid + "WITHIN GROUP is required for inverse distribution function.");
  return invalid_within_group("WRONG_NUM_ORDERINGS",
                              invalid + "Requires " + std::to_string(expected) +
                                  " orderings in WITHIN GROUP but got " + std::to_string(actual) + ".");
}

Error no_distinct_within_group(const FunctionCall& call) {
  return invalid_within_group("DISTINCT_UNSUPPORTED",
                              "Invalid function `" + call.name +
                                  "` with WITHIN GROUP. Cannot use DISTINCT with WITHIN GROUP.");
}

void add_aggregate(FunctionRegistry& registry, const char* name, const char* signature,
                   const char* summary, BindAggregate bind, OrderSensitive order) {
  FunctionEntry entry;
  entry.name = name;
  entry.kind = FunctionKind::Aggregate;
  entry.group = "aggregate";
  entry.signature = signature;
  entry.summary = summary;
  entry.order_sensitive = order == OrderSensitive::Yes;
  entry.bind_aggregate = bind;
  registry.add(std::move(entry));
}

}  // namespace millrace
