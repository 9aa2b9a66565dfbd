#include <algorithm>

#include "expressions/bind/constant_folding.hpp"
#include "expressions/bind/operators.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/comparison.hpp"
#include "expressions/kernels/conditional.hpp"
#include "expressions/kernels/logic.hpp"

namespace millrace {

namespace {

using kernels::Comparison;
using Bound = Result<BoundExpressionPtr>;

bool is_orderable(const DataType& type) {
  if (type.kind() == TypeKind::Map || type.kind() == TypeKind::CalendarInterval) return false;
  return std::all_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return is_orderable(field.type); });
}

Error not_orderable(const FunctionCall& call, std::string_view symbol, const DataType& type) {
  return cannot_resolve("INVALID_ORDERING_TYPE", call_text(call),
                        "The `" + std::string(symbol) + "` does not support ordering on type \"" +
                            type.to_sql() + "\".");
}

std::string_view symbol_of(const FunctionCall& call) {
  return call.name == "==" ? std::string_view("=") : std::string_view(call.name);
}

struct Compared {
  BoundExpressionPtr left;
  BoundExpressionPtr right;
  DataType type;
};

/// Both operands in the type they are compared in.
Result<Compared> comparable(const FunctionCall& call) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  const DataType& a = call.arguments[0]->type();
  const DataType& b = call.arguments[1]->type();
  const auto type = comparison_type(a, b, call.settings);
  if (!type) return different_types(call);
  if (!is_orderable(*type)) return not_orderable(call, symbol_of(call), *type);
  Bound left = cast_to(call.arguments[0], *type, call.settings);
  Bound right = cast_to(call.arguments[1], *type, call.settings);
  if (!left || !right) return different_types(call);
  return Compared{std::move(*left), std::move(*right), *type};
}

/// A boolean beside a number: Spark knows that as an equality only, without ANSI.
bool mixes_booleans(const FunctionCall& call) {
  if (call.arguments.size() != 2) return false;
  const DataType& a = call.arguments[0]->type();
  const DataType& b = call.arguments[1]->type();
  return (a.kind() == TypeKind::Boolean && b.is_numeric()) || (b.kind() == TypeKind::Boolean && a.is_numeric());
}

Bound bind_comparison(const FunctionCall& call, Comparison operation) {
  const bool is_equality = operation == Comparison::Equal || operation == Comparison::NotEqual;
  if (!is_equality && mixes_booleans(call)) return different_types(call);
  Result<Compared> sides = comparable(call);
  if (!sides) return std::move(sides.error());
  const bool nullable = sides->left->nullable() || sides->right->nullable();
  return make_binary(TypeKind::Boolean, nullable, sides->left, sides->right,
                     kernels::comparison_kernel(operation, sides->type), kernels::Cost::Cheap);
}

Bound bind_null_safe(const FunctionCall& call) {
  Result<Compared> sides = comparable(call);
  if (!sides) return std::move(sides.error());
  return make_binary(TypeKind::Boolean, false, sides->left, sides->right,
                     kernels::null_safe_equal_kernel(sides->type), kernels::Cost::Cheap);
}

Bound bind_between(const FunctionCall& call) {
  if (call.arguments.size() != 3) return wrong_num_arguments(call, "3");
  auto side = [&](std::size_t bound, const char* name, Comparison operation) {
    const std::vector<ExpressionPtr> syntax{call.syntax[0], call.syntax[bound]};
    const FunctionCall part{name,        {call.arguments[0], call.arguments[bound]},
                            false,       call.settings,
                            call.origin, syntax,
                            call.scope,  call.functions};
    return bind_comparison(part, operation);
  };
  Bound low = side(1, ">=", Comparison::GreaterOrEqual);
  if (!low) return low;
  Bound high = side(2, "<=", Comparison::LessOrEqual);
  if (!high) return high;
  return kernels::make_connective(kernels::Connective::And, std::move(*low), std::move(*high));
}

Error in_type_mismatch(const FunctionCall& call) {
  std::string types;
  for (const BoundExpressionPtr& argument : call.arguments)
    types += (types.empty() ? "\"" : ", \"") + argument->type().to_sql() + "\"";
  return cannot_resolve("DATA_DIFF_TYPES", call_text(call),
                        "Input to `in` should all be the same type, but it's [" + types + "].");
}

Bound bind_in(const FunctionCall& call) {
  if (call.arguments.size() < 2) return wrong_num_arguments(call, "> 1");
  std::vector<BoundExpressionPtr> all = call.arguments;
  if (!cast_to_common_type(all, call.settings)) return in_type_mismatch(call);
  const DataType type = all[0]->type();
  if (!is_orderable(type)) return not_orderable(call, "in", type);
  const bool nullable = std::any_of(all.begin(), all.end(),
                                    [](const auto& value) { return value->nullable(); });
  const BoundExpressionPtr value = all[0];
  all.erase(all.begin());
  if (all_constant(all)) return kernels::make_in_set(value, all, nullable);
  BoundExpressionPtr result;
  for (const BoundExpressionPtr& candidate : all) {
    BoundExpressionPtr equal =
        make_binary(TypeKind::Boolean, value->nullable() || candidate->nullable(), value, candidate,
                    kernels::comparison_kernel(Comparison::Equal, type), kernels::Cost::Cheap);
    result = result == nullptr ? equal
                               : kernels::make_connective(kernels::Connective::Or, result, equal);
  }
  return result;
}

}  // namespace

void register_comparison_operators(FunctionRegistry& registry) {
  auto add = [&](const char* name, Comparison operation, const char* signature,
                 const char* summary) {
    add_operator(registry, name, "comparison", signature, summary,
                 [operation](const FunctionCall& call) { return bind_comparison(call, operation); });
  };
  add("==", Comparison::Equal, "a = b", "True when both are equal; NaN equals NaN.");
  registry.add_alias("=", "==");
  add("!=", Comparison::NotEqual, "a != b", "True when both differ.");
  registry.add_alias("<>", "!=");
  add("<", Comparison::Less, "a < b", "True when a is less.");
  add("<=", Comparison::LessOrEqual, "a <= b", "True when a is less or equal.");
  add(">", Comparison::Greater, "a > b", "True when a is greater; NaN is the greatest number.");
  add(">=", Comparison::GreaterOrEqual, "a >= b", "True when a is greater or equal.");
  add_operator(registry, "<=>", "comparison", "a <=> b", "Equality where NULL equals NULL.",
               bind_null_safe);
  registry.add_alias("equal_null", "<=>");
  add_operator(registry, "between", "comparison", "a BETWEEN low AND high",
               "True when low <= a and a <= high.", bind_between);
  add_operator(registry, "in", "comparison", "a IN (b, ...)",
               "True when a equals one of the values.", bind_in);
}

}  // namespace millrace
