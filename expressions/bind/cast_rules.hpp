#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Spark's Cast.canCast and Cast.canAnsiCast: which types may be cast to which.
bool is_castable(const DataType& from, const DataType& to, bool ansi);

/// DATATYPE_MISMATCH.CAST_* when there is no such cast; the call's text is left empty
/// (`Cannot resolve ""`) for the caller to fill in.
Status check_cast(const DataType& from, const DataType& to, bool ansi);

/// Cast.forceNullable: the result may be NULL although the child is not.
bool may_become_null(const DataType& from, const DataType& to);

}  // namespace millrace
