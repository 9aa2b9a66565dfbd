#pragma once

#include <string_view>

#include "expressions/function_registry.hpp"
#include "records/value.hpp"

namespace millrace {

/// Errors and small tests of the binder.

/// UNRESOLVED_ROUTINE with the nearest name as the way out.
Error unresolved_routine(std::string_view name, const FunctionRegistry& functions);
/// An aggregate, generator or time window where only a scalar may stand.
Error misplaced_function(const FunctionEntry& entry);
/// Syntax that is no scalar expression: stars, sort orders, OVER, lambdas out of a call.
Error misplaced_syntax(const Expression& expression);
/// Puts the call into a cast's DATATYPE_MISMATCH, which bound_cast() does not know.
void complete_cast_error(Error& error, const Expression& whole, const Expression& child);

/// Lambdas are arguments of higher order functions only.
bool takes_lambdas(const FunctionEntry& entry);
/// `f(a) WITHIN GROUP (ORDER BY b)`: which functions know it, and the error of the others.
bool takes_within_group(const FunctionEntry& entry);
bool has_within_group(const Function& call);
Error misplaced_within_group(std::string_view function);
bool has_lambda(const Function& call);
Error misplaced_lambda(std::string_view function);

bool is_count_star(const Function& call);
/// The literal 1.
Value one_value();

}  // namespace millrace
