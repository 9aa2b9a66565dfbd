#include "expressions/parser.hpp"

#include "expressions/parse/expression_builder.hpp"
#include "expressions/parse/query_builder.hpp"
#include "expressions/parse/syntax_error.hpp"

#include <algorithm>

namespace millrace {
namespace {

using namespace parse;

// Tokens, then syntax, then what `build` makes of the syntax.
template <class T, class Build>
Result<T> parse_with(std::string_view text, const Origin& start, const TimeZone& zone, Entry entry,
                     Build build) {
  if (text.size() > kMaxTextBytes) return text_too_long(start);
  const TokenStream tokens = tokenize(text);
  ExpressionBuilder builder(tokens, start, zone);
  if (tokens.kinds.size() == 1) return empty_text(builder);
  SyntaxResult syntax = match_syntax(tokens, entry);
  if (!syntax.tree) return syntax_error(tokens, builder, syntax.failure, entry);
  if (auto deep = chain_too_long(*syntax.tree, builder)) return std::move(*deep);
  T out = build(builder, *syntax.tree);
  if (builder.error) return std::move(*builder.error);
  return out;
}

}  // namespace

Result<ExpressionPtr> parse_expression(std::string_view text, const Origin& start,
                                       const TimeZone& zone) {
  return parse_with<ExpressionPtr>(
      text, start, zone, Entry::Expression,
      [](ExpressionBuilder& builder, const SyntaxNode& tree) { return builder.expression(tree); });
}

Result<std::vector<ExpressionPtr>> parse_expression_list(std::string_view text, const Origin& start,
                                                         const TimeZone& zone) {
  return parse_with<std::vector<ExpressionPtr>>(
      text, start, zone, Entry::ExpressionList,
      [](ExpressionBuilder& builder, const SyntaxNode& tree) {
        return builder.expressions(tree.parts);
      });
}

Result<SelectQueryPtr> parse_query(std::string_view text, const Origin& start,
                                   const TimeZone& zone) {
  return parse_with<SelectQueryPtr>(text, start, zone, Entry::Query,
                                    [](ExpressionBuilder& builder, const SyntaxNode& tree) {
                                      return build_query(builder, tree);
                                    });
}

}  // namespace millrace
