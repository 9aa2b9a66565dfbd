#pragma once

#include "expressions/parse/expression_builder.hpp"

#include <optional>

namespace millrace::parse {

constexpr std::size_t kMaxTextBytes = 1 << 20;
/// Levels of a built expression. Chains such as `a + a + ...` nest by one level for each operator.
constexpr std::size_t kMaxLevels = 1000;

/// PARSE_SYNTAX_ERROR at the token that fits nowhere, worded as Spark words it.
Error syntax_error(const TokenStream& tokens, const ExpressionBuilder& builder,
                   const SyntaxFailure& failure, Entry entry);
/// PARSE_EMPTY_STATEMENT.
Error empty_text(const ExpressionBuilder& builder);
Error text_too_long(const Origin& start);
/// Nothing when the expression that `tree` becomes has at most kMaxLevels levels.
std::optional<Error> chain_too_long(const SyntaxNode& tree, const ExpressionBuilder& builder);

}  // namespace millrace::parse
