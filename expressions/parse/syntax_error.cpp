#include "expressions/parse/syntax_error.hpp"

#include "expressions/expression_errors.hpp"

#include <algorithm>

namespace millrace::parse {
namespace {

Error parse_error(std::string message, std::string fix) {
  Error error = spark_error("PARSE_SYNTAX_ERROR", "42601", std::move(message));
  error.fix = std::move(fix);
  return error;
}

bool is_word(Token token) { return token >= kFirstReservedWord; }

std::string fix_for(const TokenStream& tokens, std::size_t token, Entry entry) {
  const Token kind = tokens.kinds[token];
  const std::string_view text = tokens.text_of(token);
  if (kind == Token::Unrecognized && (text == "'" || text == "\""))
    return "close the string with " + std::string(text);
  if (kind == Token::Unrecognized && text == "`") return "close the name with `";
  if (kind == Token::Unrecognized)
    return "remove the character; names with odd characters go in back quotes";
  if (entry == Entry::Query && token == 0) return "begin the query with SELECT or WITH";
  if (kind == Token::EndOfText)
    return "complete the expression; look for an operand or a ) that is missing";
  if (is_word(kind))
    return "check what stands before it; a column of this name goes in back quotes";
  return "check what stands before it for a missing comma, operator or parenthesis";
}

/// The token that Spark's parser would do without, where it says so of a text that fails at `token`: what
/// follows a whole statement, a word that would make a call whole, the word of a clause without more.
std::optional<std::size_t> extra_token(const TokenStream& tokens, std::size_t token) {
  if (token == 0) return std::nullopt;
  const Token kind = tokens.kinds[token];
  const Token before = tokens.kinds[token - 1];
  if (kind == Token::EndOfText)
    return before == Token::By || before == Token::Like ? std::optional(token - 1) : std::nullopt;
  if (before == Token::Semicolon) return token;
  const bool is_name = is_word(kind) || kind == Token::Identifier;
  return is_name && tokens.kinds[token + 1] == Token::Close ? std::optional(token) : std::nullopt;
}

std::size_t levels(const SyntaxNode& node) {
  std::size_t inside = 0;
  for (const SyntaxNode& part : node.parts) inside = std::max(inside, levels(part));
  switch (node.kind) {
    case Syntax::OrChain:
    case Syntax::AndChain:
    case Syntax::Postfix: return inside + node.parts.size();
    case Syntax::LikeMany: return inside + node.parts.size();
    case Syntax::Operators: return inside + node.parts.size() / 2;
    default: return inside + 1;
  }
}

}  // namespace

Error syntax_error(const TokenStream& tokens, const ExpressionBuilder& builder,
                   const SyntaxFailure& failure, Entry entry) {
  const std::size_t token = std::min(failure.token, tokens.kinds.size() - 1);
  Error error;
  if (failure.too_deep) {
    error =
        parse_error("Expression is nested deeper than " + std::to_string(kMaxNesting) + " levels",
                    "split the expression, or remove parentheses that are not needed");
  } else if (const auto extra = extra_token(tokens, token)) {
    const std::string text(tokens.text_of(*extra));
    error = parse_error("Syntax error at or near '" + text + "': extra input '" + text + "'.",
                        fix_for(tokens, token, entry));
  } else if (tokens.kinds[token] == Token::EndOfText) {
    error = parse_error("Syntax error, unexpected end of input.", fix_for(tokens, token, entry));
    error.message = "Syntax error at or near end of input.";
  } else if (token > 0 && tokens.kinds[token] == Token::From &&
             tokens.kinds[token - 1] == Token::Comma) {
    error = spark_error("TRAILING_COMMA_IN_SELECT", "42601",
                        "Trailing comma detected in SELECT clause. Remove the trailing comma "
                        "before the FROM clause.");
    error.fix = "remove the comma before FROM";
  } else {
    error = parse_error("Syntax error at or near '" + std::string(tokens.text_of(token)) + "'.",
                        fix_for(tokens, token, entry));
  }
  error.origin = builder.origin(token, token + 1);
  return error;
}

Error empty_text(const ExpressionBuilder& builder) {
  Error error =
      spark_error("PARSE_EMPTY_STATEMENT", "42617", "Syntax error, unexpected empty statement.");
  error.fix = "write an expression or a query";
  error.origin = builder.origin(0, 1);
  return error;
}

Error text_too_long(const Origin& start) {
  Error error = parse_error("SQL text is longer than " + std::to_string(kMaxTextBytes) + " bytes",
                            "put constants that long in a file and read it as a source");
  error.origin = start;
  return error;
}

std::optional<Error> chain_too_long(const SyntaxNode& tree, const ExpressionBuilder& builder) {
  if (levels(tree) <= kMaxLevels) return std::nullopt;
  Error error =
      parse_error("Expression has more than " + std::to_string(kMaxLevels) + " levels of operators",
                  "use IN for long lists of alternatives, or split the expression");
  error.origin = builder.origin(tree.begin, tree.begin + 1);
  return error;
}

}  // namespace millrace::parse
