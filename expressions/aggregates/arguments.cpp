#include "expressions/aggregates/arguments.hpp"

#include <algorithm>

#include "expressions/functions/function_errors.hpp"

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
