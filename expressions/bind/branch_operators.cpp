#include <algorithm>

#include "expressions/bind/operators.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/binder.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/comparison.hpp"
#include "expressions/kernels/conditional.hpp"
#include "expressions/kernels/logic.hpp"
#include "records/value.hpp"

namespace millrace {

namespace {

using Bound = Result<BoundExpressionPtr>;
using Arguments = std::vector<BoundExpressionPtr>;

std::string type_list(const Arguments& values) {
  std::string types;
  for (const BoundExpressionPtr& value : values)
    types += (types.empty() ? "\"" : ", \"") + value->type().to_sql() + "\"";
  return types;
}

Error different_branches(const FunctionCall& call, const Arguments& values) {
  return cannot_resolve("DATA_DIFF_TYPES", call_text(call),
                        "Input to `" + call.name + "` should all be the same type, but it's [" +
                            type_list(values) + "].");
}

/// `values` in their common type; an error when there is none.
Status unify(const FunctionCall& call, Arguments& values) {
  if (cast_to_common_type(values, call.settings)) return {};
  return different_branches(call, values);
}

bool is_true_literal(const FunctionCall& call, std::size_t index) {
  const auto* literal = std::get_if<Literal>(&call.syntax[index]->node);
  const auto* value = literal == nullptr ? nullptr : std::get_if<bool>(&literal->value.storage);
  return value != nullptr && *value;
}

/// Nothing but NULL becomes a condition by itself.
bool is_condition(const BoundExpression& expression) {
  return expression.type().kind() == TypeKind::Boolean || expression.type().is_null();
}

/// What becomes of the branches behind a condition that is `true`: CASE forgets them, IF keeps their
/// nullability.
enum class AlwaysTrue { Cut, Keep };

/// Conditions and values by turns, the last one alone is ELSE.
Bound bind_branches(const FunctionCall& call, AlwaysTrue rule) {
  const Arguments& arguments = call.arguments;
  if (arguments.size() < 2) return wrong_num_arguments(call, "> 1");
  Arguments values;
  for (std::size_t i = 1; i < arguments.size(); i += 2) values.push_back(arguments[i]);
  const bool has_else = arguments.size() % 2 == 1;
  if (has_else) values.push_back(arguments.back());
  if (Status status = unify(call, values); !status) return std::move(status.error());
  std::vector<kernels::Branch> branches;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (!is_condition(*arguments[i])) return unexpected_input_type(call, i, "\"BOOLEAN\"");
    BoundExpressionPtr condition = implicit_cast(arguments[i], TypeKind::Boolean, call.settings);
    if (rule == AlwaysTrue::Cut && is_true_literal(call, i))
      return kernels::make_case(values[0]->type(), std::move(branches), values[i / 2]);
    branches.push_back({std::move(condition), values[i / 2]});
  }
  const DataType type = values[0]->type();
  return kernels::make_case(type, std::move(branches), has_else ? values.back() : nullptr);
}

Bound bind_if(const FunctionCall& call) {
  if (call.arguments.size() != 3) return wrong_num_arguments(call, "3");
  return bind_branches(call, AlwaysTrue::Keep);
}

Bound bind_case(const FunctionCall& call) { return bind_branches(call, AlwaysTrue::Cut); }

Bound bind_coalesce(const FunctionCall& call) {
  if (call.arguments.empty()) return wrong_num_arguments(call, "> 0");
  Arguments values = call.arguments;
  if (Status status = unify(call, values); !status) return std::move(status.error());
  const DataType type = values[0]->type();
  return kernels::make_coalesce(type, std::move(values));
}

Bound bind_nvl(const FunctionCall& call) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  return bind_coalesce(call);
}

Bound bind_nvl2(const FunctionCall& call) {
  if (call.arguments.size() != 3) return wrong_num_arguments(call, "3");
  Arguments values{call.arguments[1], call.arguments[2]};
  if (Status status = unify(call, values); !status) return std::move(status.error());
  const DataType type = values[0]->type();
  BoundExpressionPtr test =
      kernels::make_null_test(call.arguments[0], kernels::NullTest::IsNotNull);
  return kernels::make_case(type, {{std::move(test), values[0]}}, values[1]);
}

/// NULL where `value` equals `other`.
Bound null_if(const FunctionCall& call, const BoundExpressionPtr& value,
              const BoundExpressionPtr& other) {
  const auto type = comparison_type(value->type(), other->type(), call.settings);
  if (!type) return different_branches(call, {value, other});
  Bound left = cast_to(value, *type, call.settings);
  Bound right = cast_to(other, *type, call.settings);
  if (!left || !right) return different_branches(call, {value, other});
  // A constant that fails does so where it is reached: Spark folds none in what it writes as a condition.
  BoundExpressionPtr reached = kernels::make_coalesce(*type, {std::move(*right)});
  BoundExpressionPtr equal = make_binary(
      TypeKind::Boolean, true, std::move(*left), std::move(reached),
      kernels::comparison_kernel(kernels::Comparison::Equal, *type), kernels::Cost::Cheap);
  BoundExpressionPtr null = bound_literal(Value{value->type(), {}});
  return kernels::make_case(value->type(), {{std::move(equal), std::move(null)}}, value);
}

Bound bind_nullif(const FunctionCall& call) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  return null_if(call, call.arguments[0], call.arguments[1]);
}

BoundExpressionPtr zero() { return bound_literal(Value{TypeKind::Int, std::int64_t{0}}); }

Bound bind_nullifzero(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  return null_if(call, call.arguments[0], zero());
}

Bound bind_zeroifnull(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  Arguments values{call.arguments[0], zero()};
  if (Status status = unify(call, values); !status) return std::move(status.error());
  const DataType type = values[0]->type();
  return kernels::make_coalesce(type, std::move(values));
}

/// As `unify`, for functions that promote no text: greatest() and least().
Status unify_without_text(const FunctionCall& call, Arguments& values) {
  std::optional<DataType> type = DataType();
  for (const BoundExpressionPtr& value : values)
    if (type) type = common_type_without_text(*type, value->type(), call.settings);
  if (!type) return different_branches(call, values);
  for (BoundExpressionPtr& value : values) {
    Bound cast = cast_to(value, *type, call.settings);
    if (!cast) return std::move(cast.error());
    value = std::move(*cast);
  }
  return {};
}

BindScalar extreme(kernels::Extreme extreme) {
  return [extreme](const FunctionCall& call) -> Bound {
    if (call.arguments.size() < 2) return wrong_num_arguments(call, "> 1");
    Arguments values = call.arguments;
    if (Status status = unify_without_text(call, values); !status) return std::move(status.error());
    const DataType type = values[0]->type();
    return kernels::make_extreme(extreme, type, std::move(values));
  };
}

}  // namespace

void register_branch_operators(FunctionRegistry& registry) {
  auto add = [&](const char* name, const char* signature, const char* summary, BindScalar bind) {
    add_operator(registry, name, "conditional", signature, summary, std::move(bind));
  };
  add("case_when", "CASE WHEN condition THEN value ... [ELSE value] END",
      "The value after the first condition that is true.", bind_case);
  add("if", "if(condition, value, otherwise)", "One of two values.", bind_if);
  add("coalesce", "coalesce(a, ...)", "The first value that is not NULL.", bind_coalesce);
  add("nvl", "nvl(a, b)", "a, or b where a is NULL.", bind_nvl);
  registry.add_alias("ifnull", "nvl");
  add("nvl2", "nvl2(a, b, c)", "b where a is not NULL, else c.", bind_nvl2);
  add("nullif", "nullif(a, b)", "a, or NULL where a equals b.", bind_nullif);
  add("nullifzero", "nullifzero(a)", "a, or NULL where a is 0.", bind_nullifzero);
  add("zeroifnull", "zeroifnull(a)", "a, or 0 where a is NULL.", bind_zeroifnull);
  add("greatest", "greatest(a, b, ...)", "The greatest value that is not NULL.",
      extreme(kernels::Extreme::Greatest));
  add("least", "least(a, b, ...)", "The least value that is not NULL.",
      extreme(kernels::Extreme::Least));
}

}  // namespace millrace
