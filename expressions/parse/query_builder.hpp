#pragma once

#include "expressions/parse/expression_builder.hpp"
#include "expressions/parser.hpp"

namespace millrace::parse {

/// Turns the syntax of a whole query into a SelectQuery. Errors are left in `builder.error`.
SelectQueryPtr build_query(ExpressionBuilder& builder, const SyntaxNode& tree);

}  // namespace millrace::parse
