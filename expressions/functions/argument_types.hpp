#pragma once

#include <initializer_list>

#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

/// `bind` for calls whose argument `index` has one of `kinds` already, or is NULL: functions that Spark declares
/// without implicit casts. Others are DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE, with `required` as the type.
FunctionGroup::Bind takes_only(std::initializer_list<TypeKind> kinds, std::size_t index, const char* required,
                               FunctionGroup::Bind bind);
/// The same for a function whose first argument is a text.
FunctionGroup::Bind takes_only_text(FunctionGroup::Bind bind);
/// The same for one of BYTE, SHORT, INT and LONG.
FunctionGroup::Bind takes_only_whole_numbers(FunctionGroup::Bind bind);

}  // namespace millrace
