#include "expressions/bind/operators.hpp"
#include "expressions/binder.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "records/value.hpp"

namespace millrace {

namespace {

using Bound = Result<BoundExpressionPtr>;

/// `int('1')` is CAST('1' AS INT).
void add_cast_function(FunctionRegistry& registry, const char* name, const DataType& to) {
  const std::string signature = std::string(name) + "(a)";
  add_operator(registry, name, "conversion", signature, "a cast to " + to.to_sql() + ".",
               [to](const FunctionCall& call) -> Bound {
                 if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
                 Bound cast = cast_to(call.arguments[0], to, call.settings);
                 if (!cast) fill_call(cast.error(), call_text(call));
                 return cast;
               });
}

Bound bind_typeof(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  return bound_literal(Value{TypeKind::String, call.arguments[0]->type().to_string()});
}

}  // namespace

void register_type_functions(FunctionRegistry& registry) {
  add_cast_function(registry, "boolean", TypeKind::Boolean);
  add_cast_function(registry, "tinyint", TypeKind::Byte);
  add_cast_function(registry, "smallint", TypeKind::Short);
  add_cast_function(registry, "int", TypeKind::Int);
  add_cast_function(registry, "bigint", TypeKind::Long);
  add_cast_function(registry, "float", TypeKind::Float);
  add_cast_function(registry, "double", TypeKind::Double);
  add_cast_function(registry, "decimal", DataType::decimal(10, 0));
  add_cast_function(registry, "string", TypeKind::String);
  add_cast_function(registry, "binary", TypeKind::Binary);
  add_cast_function(registry, "date", TypeKind::Date);
  add_cast_function(registry, "timestamp", TypeKind::Timestamp);
  add_operator(registry, "typeof", "conversion", "typeof(a)", "The name of the type of a.",
               bind_typeof);
}

}  // namespace millrace
