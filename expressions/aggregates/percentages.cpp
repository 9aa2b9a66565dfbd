#include "expressions/aggregates/percentages.hpp"

#include "expressions/aggregates/arguments.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/literal_text.hpp"

#include <fmt/format.h>

namespace millrace {

namespace {

std::string joined(const std::vector<double>& values) {
  std::string out;
  for (const double value : values)
    out += (out.empty() ? "" : ",") + literal_name({DataType(TypeKind::Double), value}) + "D";
  return out;
}

}  // namespace

Result<Percentages> constant_percentages(const FunctionCall& call, std::size_t index,
                                         const char* name) {
  const BoundExpression& argument = *call.arguments[index];
  if (!argument.is_constant())
    return type_mismatch(call, "NON_FOLDABLE_INPUT",
                         fmt::format("the input `{}` should be a foldable \"DOUBLE\" expression; "
                                     "however, got \"{}\"",
                                     name, column_name(*call.syntax[index])));
  Percentages out;
  out.is_array = argument.type().kind() == TypeKind::Array;
  const auto values = literal_doubles(argument);
  if (!values)
    return argument.type().is_numeric() || argument.type().is_null() || out.is_array
               ? type_mismatch(call, "UNEXPECTED_NULL", fmt::format("The `{}` must not be null", name))
               : unexpected_input_type(call, index, "\"DOUBLE\"");
  out.values = *values;
  for (const double value : out.values)
    if (!(value >= 0 && value <= 1))
      return type_mismatch(
          call, "VALUE_OUT_OF_RANGE",
          fmt::format("The `{}` must be between [0.0, 1.0] (current value = {})", name,
                      joined(out.values)));
  return out;
}

}  // namespace millrace
