#pragma once

#include <string>

#include "expressions/function_registry.hpp"

namespace millrace {

/// `child.field`: of a struct, of every struct of an array, or the value of a map's key. `text` is the
/// child as Spark prints it.
Result<BoundExpressionPtr> bind_field_access(const BoundExpressionPtr& child,
                                             const std::string& field,
                                             const std::string& text,
                                             const ExpressionSettings& settings);

/// `child[key]`; `text` is the whole as Spark prints it. An index out of range is an error of the
/// row under ANSI (INVALID_ARRAY_INDEX), else NULL; a missing map key is NULL. `num_written` is the
/// number of elements when the child is a call of array().
Result<BoundExpressionPtr> bind_extract(const BoundExpressionPtr& child,
                                        const BoundExpressionPtr& key, const std::string& text,
                                        const ExpressionSettings& settings,
                                        std::size_t num_written = 0);

}  // namespace millrace
