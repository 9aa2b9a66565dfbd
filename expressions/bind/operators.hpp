#pragma once

#include <optional>
#include <utility>

#include "expressions/function_registry.hpp"
#include "expressions/kernels/arithmetic.hpp"

namespace millrace {

/// Entries of the operators: arithmetic, comparison, logic, IN, BETWEEN, CASE, IF, COALESCE.
void register_operator_functions(FunctionRegistry& registry);
/// Entries that the analyzer rewrites: generators and time windows. They have no bind function.
void register_rewritten_functions(FunctionRegistry& registry);

void register_arithmetic_operators(FunctionRegistry& registry);
void register_comparison_operators(FunctionRegistry& registry);
void register_logic_operators(FunctionRegistry& registry);
void register_branch_operators(FunctionRegistry& registry);
void register_type_functions(FunctionRegistry& registry);

using BindScalar = std::function<Result<BoundExpressionPtr>(const FunctionCall&)>;
/// One scalar entry; its name is the signature's up to the parenthesis, or `name`.
void add_operator(FunctionRegistry& registry, std::string name, std::string group,
                  std::string signature, std::string summary, BindScalar bind);

kernels::OnError on_error(const ExpressionSettings& settings);
/// `child` with type `to`; the types are known to be castable.
Result<BoundExpressionPtr> cast_to(const BoundExpressionPtr& child, const DataType& to,
                                   const ExpressionSettings& settings);

/// The operand types of a binary operator that have no common type (BINARY_OP_DIFF_TYPES).
Error different_types(const FunctionCall& call);
/// Operands of one type that the operator does not take (BINARY_OP_WRONG_TYPE); `required` is quoted
/// or a list in parentheses.
Error wrong_operand_type(const FunctionCall& call, std::string_view required);

/// Arithmetic where an operand is a date, time or interval; empty when none is.
std::optional<Result<BoundExpressionPtr>> bind_time_arithmetic(const FunctionCall& call,
                                                               kernels::Arithmetic operation,
                                                               kernels::OnError on_error);

}  // namespace millrace
