#include "expressions/parse/grammar.hpp"

namespace millrace::parse {
namespace {

template <typename Rule>
SyntaxResult run(const TokenStream& tokens) {
  // One byte a token is the input of the grammar.
  std::string bytes;
  for (const Token token : tokens.kinds) bytes.push_back(static_cast<char>(token));
  tao::pegtl::memory_input<tao::pegtl::tracking_mode::lazy> input(bytes, "");
  grammar::State state;
  try {
    const bool matched =
        tao::pegtl::parse<Rule, tao::pegtl::nothing, grammar::control>(input, state);
    if (matched) return {std::move(state.nodes.front()), {}};
  } catch (const grammar::TooDeep& deep) {
    return {std::nullopt, {deep.token, true}};
  }
  return {std::nullopt, {state.furthest, false}};
}

}  // namespace

SyntaxResult match_syntax(const TokenStream& tokens, Entry entry) {
  switch (entry) {
    case Entry::Expression: return run<grammar::expression_entry>(tokens);
    case Entry::ExpressionList: return run<grammar::list_entry>(tokens);
    case Entry::Query: return run<grammar::query_entry>(tokens);
  }
  return {};
}

}  // namespace millrace::parse
