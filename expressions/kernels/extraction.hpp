#pragma once

#include "expressions/bound_expression.hpp"
#include "expressions/function_registry.hpp"

namespace millrace::kernels {

/// Field `index` of a struct; NULL where the struct is.
BoundExpressionPtr struct_field(BoundExpressionPtr child, std::size_t index);
/// Field `index` of every struct of an array.
BoundExpressionPtr array_of_field(BoundExpressionPtr child, std::size_t index);
/// What happens to an index beyond the array.
enum class OutOfRange { Fail, Null };
/// Element of an array, counted from 0. Requires: `index` is Int. `exists` says that no array is too
/// short, which makes the result no more nullable than the elements.
BoundExpressionPtr array_item(BoundExpressionPtr child, BoundExpressionPtr index, OutOfRange rule,
                              bool exists = false);
/// Value of the first entry with this key. Requires: `key` has the map's key type.
BoundExpressionPtr map_value(BoundExpressionPtr child, BoundExpressionPtr key);

}  // namespace millrace::kernels
