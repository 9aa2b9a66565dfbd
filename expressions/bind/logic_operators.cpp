#include "expressions/bind/operators.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/logic.hpp"

namespace millrace {

namespace {

using kernels::Connective;
using Bound = Result<BoundExpressionPtr>;

BoundExpressionPtr as_boolean(const BoundExpressionPtr& argument,
                              const ExpressionSettings& settings) {
  return implicit_cast(argument, TypeKind::Boolean, settings);
}

Bound bind_connective(const FunctionCall& call, Connective connective) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  BoundExpressionPtr left = as_boolean(call.arguments[0], call.settings);
  BoundExpressionPtr right = as_boolean(call.arguments[1], call.settings);
  if (left == nullptr || right == nullptr)
    return call.arguments[0]->type() == call.arguments[1]->type()
               ? wrong_operand_type(call, "\"BOOLEAN\"")
               : different_types(call);
  return kernels::make_connective(connective, std::move(left), std::move(right));
}

Bound bind_not(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  BoundExpressionPtr child = as_boolean(call.arguments[0], call.settings);
  if (child == nullptr) return unexpected_input_type(call, 0, "\"BOOLEAN\"");
  return kernels::make_not(std::move(child));
}

BindScalar null_test(kernels::NullTest test) {
  return [test](const FunctionCall& call) -> Bound {
    if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
    return kernels::make_null_test(call.arguments[0], test);
  };
}

}  // namespace

void register_logic_operators(FunctionRegistry& registry) {
  add_operator(registry, "and", "logic", "a AND b", "True when both are; false when one is false.",
               [](const FunctionCall& call) { return bind_connective(call, Connective::And); });
  add_operator(registry, "or", "logic", "a OR b", "True when one is; false when both are false.",
               [](const FunctionCall& call) { return bind_connective(call, Connective::Or); });
  add_operator(registry, "not", "logic", "NOT a", "False for true, true for false.", bind_not);
  registry.add_alias("!", "not");
  add_operator(registry, "isnull", "logic", "isnull(a)", "True when a is NULL.",
               null_test(kernels::NullTest::IsNull));
  add_operator(registry, "isnotnull", "logic", "isnotnull(a)", "True when a is not NULL.",
               null_test(kernels::NullTest::IsNotNull));
}

}  // namespace millrace
