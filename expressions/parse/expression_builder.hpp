#pragma once

#include "expressions/expression.hpp"
#include "expressions/parse/syntax_tree.hpp"
#include "records/time_zone.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::parse {

/// Turns concrete syntax into expressions. The first thing that is wrong (a literal out of range,
/// an unknown type) is kept in `error`; what is built then must be thrown away. Not thread-safe.
class ExpressionBuilder {
 public:
  /// Both are borrowed for the builder's life.
  ExpressionBuilder(const TokenStream& tokens, const Origin& start, const TimeZone& zone)
      : tokens_(tokens), start_(start), zone_(zone) {}

  ExpressionPtr expression(const SyntaxNode& node);
  std::vector<ExpressionPtr> expressions(const std::vector<SyntaxNode>& nodes);

  /// Where tokens [begin, end) stand in the user's file.
  Origin origin(std::size_t begin, std::size_t end) const;
  Origin origin(const SyntaxNode& node) const { return origin(node.begin, node.end); }
  /// The name that the node's last token spells.
  std::string name(const SyntaxNode& node) const;
  /// The names between dots.
  std::vector<std::string> names(const SyntaxNode& node) const;
  bool is(const SyntaxNode& node, Token first) const { return tokens_.kinds[node.begin] == first; }
  std::string source_text(const SyntaxNode& node) const;

  /// The names of a WINDOW clause and what they stand for.
  using Windows = std::vector<std::pair<std::string, const SyntaxNode*>>;
  /// Sets what `OVER name` means from now on and gives back what it meant. The nodes are borrowed.
  Windows set_windows(Windows windows) { return std::exchange(windows_, std::move(windows)); }

  std::optional<Error> error;

 private:
  ExpressionPtr function(const SyntaxNode& node, std::string name,
                         std::vector<ExpressionPtr> arguments);
  ExpressionPtr literal(const SyntaxNode& node, Result<Value> value);
  ExpressionPtr text_literal(const SyntaxNode& node, std::string text);
  ExpressionPtr fail(const SyntaxNode& node, Error error);

  ExpressionPtr logic_chain(const SyntaxNode& node, const char* name);
  ExpressionPtr operators(const SyntaxNode& node);
  ExpressionPtr sign(const SyntaxNode& node);
  ExpressionPtr predicate(const SyntaxNode& node);
  ExpressionPtr like(const SyntaxNode& whole, ExpressionPtr left, const SyntaxNode& test);
  ExpressionPtr like_many(const SyntaxNode& whole, ExpressionPtr left, const SyntaxNode& test);
  ExpressionPtr truth_test(const SyntaxNode& whole, ExpressionPtr left, const SyntaxNode& test);
  ExpressionPtr negated(const SyntaxNode& whole, bool negate, ExpressionPtr child);
  ExpressionPtr postfix(const SyntaxNode& node);
  ExpressionPtr word(const SyntaxNode& node);
  ExpressionPtr string(const SyntaxNode& node);
  ExpressionPtr interval(const SyntaxNode& node);
  ExpressionPtr case_when(const SyntaxNode& node);
  ExpressionPtr cast(const SyntaxNode& whole, ExpressionPtr child, const SyntaxNode& type,
                     CastMode mode);
  ExpressionPtr call(const SyntaxNode& node);
  ExpressionPtr over(const SyntaxNode& whole, ExpressionPtr function, const SyntaxNode& node);
  /// The specification of `OVER (...)` or `OVER name`; null when there is no such name.
  const SyntaxNode* specification(const SyntaxNode& over) const;
  ExpressionPtr lambda(const SyntaxNode& node);
  ExpressionPtr alias(const SyntaxNode& node);
  ExpressionPtr sort_item(const SyntaxNode& node);
  ExpressionPtr keyword_call(const SyntaxNode& node);
  ExpressionPtr trim(const SyntaxNode& node);
  ExpressionPtr position(const SyntaxNode& node);
  ExpressionPtr overlay(const SyntaxNode& node);
  ExpressionPtr subquery(const SyntaxNode& node, const char* name,
                         std::vector<ExpressionPtr> arguments);

  std::string string_text(const SyntaxNode& node) const;

  const TokenStream& tokens_;
  const Origin& start_;
  const TimeZone& zone_;
  Windows windows_;
};

}  // namespace millrace::parse
