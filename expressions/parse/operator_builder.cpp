#include "expressions/parse/expression_builder.hpp"

#include <utility>

// Operators and predicates.
namespace millrace::parse {
namespace {

struct Operator {
  const char* name;  // Spark's, as in expression.hpp
  int precedence;    // the larger binds first
};

Operator operator_of(Token token) {
  switch (token) {
    case Token::Star: return {"*", 7};
    case Token::Slash: return {"/", 7};
    case Token::Percent: return {"%", 7};
    case Token::Div: return {"div", 7};
    case Token::Plus: return {"+", 6};
    case Token::Minus: return {"-", 6};
    case Token::Concat: return {"||", 6};
    case Token::ShiftLeft: return {"<<", 5};
    case Token::ShiftRight: return {">>", 5};
    case Token::ShiftRightZero: return {">>>", 5};
    case Token::Ampersand: return {"&", 4};
    case Token::Caret: return {"^", 3};
    case Token::Pipe: return {"|", 2};
    case Token::NullSafeEqual: return {"<=>", 1};
    case Token::NotEqual:
    case Token::LessGreater: return {"!=", 1};
    case Token::Less: return {"<", 1};
    case Token::LessEqual: return {"<=", 1};
    case Token::Greater: return {">", 1};
    case Token::GreaterEqual: return {">=", 1};
    default: return {"==", 1};
  }
}

}  // namespace

ExpressionPtr ExpressionBuilder::logic_chain(const SyntaxNode& node, const char* name) {
  ExpressionPtr left = expression(node.parts[0]);
  for (std::size_t i = 1; i < node.parts.size(); ++i) {
    const SyntaxNode upto{node.kind, node.begin, node.parts[i].end, {}};
    left = function(upto, name, {std::move(left), expression(node.parts[i])});
  }
  return left;
}

// Operands and operators by turns: an operator waits until one that binds no tighter follows.
ExpressionPtr ExpressionBuilder::operators(const SyntaxNode& node) {
  struct Operand {
    ExpressionPtr value;
    SyntaxNode place;
  };
  std::vector<Operand> operands;
  std::vector<Operator> waiting;
  const auto reduce = [&] {
    Operand right = std::move(operands.back());
    operands.pop_back();
    Operand& left = operands.back();
    left.place.end = right.place.end;
    left.value =
        function(left.place, waiting.back().name, {std::move(left.value), std::move(right.value)});
    waiting.pop_back();
  };
  for (const SyntaxNode& part : node.parts) {
    if (part.kind != Syntax::Operator) {
      operands.push_back({expression(part), {part.kind, part.begin, part.end, {}}});
      continue;
    }
    const Operator next = operator_of(tokens_.kinds[part.begin]);
    while (!waiting.empty() && waiting.back().precedence >= next.precedence) reduce();
    waiting.push_back(next);
  }
  while (!waiting.empty()) reduce();
  return std::move(operands.back().value);
}

ExpressionPtr ExpressionBuilder::sign(const SyntaxNode& node) {
  const char* name = is(node, Token::Minus) ? "negative" : is(node, Token::Plus) ? "positive" : "~";
  return function(node, name, {expression(node.parts[0])});
}

ExpressionPtr ExpressionBuilder::negated(const SyntaxNode& whole, bool negate,
                                         ExpressionPtr child) {
  return negate ? function(whole, "not", {std::move(child)}) : child;
}

ExpressionPtr ExpressionBuilder::predicate(const SyntaxNode& node) {
  ExpressionPtr left = expression(node.parts[0]);
  const SyntaxNode& test = node.parts[1];
  // Marks come first and are no operands.
  std::size_t first = 0;
  while (first < test.parts.size() && test.parts[first].kind == Syntax::Mark) ++first;
  const bool negate = first > 0 && is(test.parts[0], Token::Not);
  std::vector<ExpressionPtr> arguments = {left};
  const auto add_rest = [&] {
    for (std::size_t i = first; i < test.parts.size(); ++i)
      arguments.push_back(expression(test.parts[i]));
  };
  switch (test.kind) {
    case Syntax::Between:
      add_rest();
      return negated(node, negate, function(node, "between", std::move(arguments)));
    case Syntax::InList:
      add_rest();
      return negated(node, negate, function(node, "in", std::move(arguments)));
    case Syntax::InQuery: {
      const SyntaxNode whole{node.kind, node.begin, node.end, {test.parts.back()}};
      return negated(node, negate, subquery(whole, "in_subquery", std::move(arguments)));
    }
    case Syntax::IsNull:
      return function(node, negate ? "isnotnull" : "isnull", std::move(arguments));
    case Syntax::IsDistinct:
      add_rest();
      return negated(node, !negate, function(node, "<=>", std::move(arguments)));
    case Syntax::LikeMany: return like_many(node, std::move(left), test);
    case Syntax::IsTruth: return truth_test(node, std::move(left), test);
    default: return like(node, std::move(left), test);
  }
}

ExpressionPtr ExpressionBuilder::truth_test(const SyntaxNode& whole, ExpressionPtr left,
                                            const SyntaxNode& test) {
  const SyntaxNode& truth = test.parts.back();
  auto value =
      make_expression(Literal{Value{TypeKind::Boolean, is(truth, Token::True)}}, origin(truth));
  auto same = function(whole, "<=>", {std::move(left), std::move(value)});
  return negated(whole, test.parts.size() > 1, std::move(same));
}

ExpressionPtr ExpressionBuilder::like(const SyntaxNode& whole, ExpressionPtr left,
                                      const SyntaxNode& test) {
  std::size_t i = 0;
  const bool negate = is(test.parts[0], Token::Not);
  if (negate) ++i;
  const SyntaxNode& word = test.parts[i++];
  const char* name = is(word, Token::Like) ? "like" : is(word, Token::Ilike) ? "ilike" : "rlike";
  std::vector<ExpressionPtr> arguments = {std::move(left)};
  for (; i < test.parts.size(); ++i) arguments.push_back(expression(test.parts[i]));
  return negated(whole, negate, function(whole, name, std::move(arguments)));
}

// LIKE ANY and LIKE ALL are functions of their own in Spark; with ILIKE they are chains.
ExpressionPtr ExpressionBuilder::like_many(const SyntaxNode& whole, ExpressionPtr left,
                                           const SyntaxNode& test) {
  std::size_t i = 0;
  const bool negate = is(test.parts[0], Token::Not);
  if (negate) ++i;
  const bool ilike = is(test.parts[i++], Token::Ilike);
  const bool all = is(test.parts[i++], Token::All);
  if (!ilike) {
    std::vector<ExpressionPtr> arguments = {std::move(left)};
    for (; i < test.parts.size(); ++i) arguments.push_back(expression(test.parts[i]));
    return function(whole, std::string(negate ? "not" : "") + (all ? "likeall" : "likeany"),
                    std::move(arguments));
  }
  ExpressionPtr out;
  for (; i < test.parts.size(); ++i) {
    auto one = negated(whole, negate, function(whole, "ilike", {left, expression(test.parts[i])}));
    out = out ? function(whole, all ? "and" : "or", {std::move(out), std::move(one)})
              : std::move(one);
  }
  return out;
}

}  // namespace millrace::parse
