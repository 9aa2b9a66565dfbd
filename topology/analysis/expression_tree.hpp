#pragma once

#include "expressions/expression.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

using ExpressionMap = std::function<ExpressionPtr(const ExpressionPtr&)>;
using ExpressionTest = std::function<bool(const Expression&)>;

/// A copy of `expression` whose direct children went through `map`; the same object when none
/// changed.
ExpressionPtr map_children(const ExpressionPtr& expression, const ExpressionMap& map);
/// Top down: where `replace` gives an expression it stands for the whole sub-tree, else the
/// children are visited. `replace` returns null to go on.
ExpressionPtr replace_top_down(const ExpressionPtr& expression, const ExpressionMap& replace);
/// True when `test` holds for the expression or one below it.
bool any_of(const Expression& expression, const ExpressionTest& test);
/// True when OVER stands somewhere in the expression.
bool has_over(const Expression& expression);
/// Calls `visit` for each direct child.
void for_each_child(const Expression& expression,
                    const std::function<void(const ExpressionPtr&)>& visit);

/// What an alias stands over; the expression itself when it is none.
ExpressionPtr without_alias(const ExpressionPtr& expression);
/// The one name of an alias, if it has one.
std::optional<std::string> alias_name(const Expression& expression);

ExpressionPtr make_attribute(std::string name, Origin origin = {});
ExpressionPtr make_literal(Value value, Origin origin = {});
Value int_value(std::int64_t value, TypeKind kind = TypeKind::Int);

}  // namespace millrace
