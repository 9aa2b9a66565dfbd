#include "expressions/parse/expression_builder.hpp"

#include "expressions/parse/literal.hpp"
#include "records/schema_text.hpp"

#include <algorithm>

namespace millrace::parse {

Origin ExpressionBuilder::origin(std::size_t begin, std::size_t end) const {
  const TokenPlace& first = tokens_.places[begin];
  const TokenPlace& last = tokens_.places[end > begin ? end - 1 : begin];
  Origin out;
  out.file = start_.file;
  const int line = std::max(start_.line, 1), column = std::max(start_.column, 1);
  out.line = line + static_cast<int>(first.line) - 1;
  out.column = static_cast<int>(first.column) + (first.line == 1 ? column - 1 : 0);
  out.length = static_cast<int>(last.character + last.characters - first.character);
  return out;
}

std::string ExpressionBuilder::name(const SyntaxNode& node) const {
  return name_token_text(tokens_.text_of(node.end - 1));
}

std::vector<std::string> ExpressionBuilder::names(const SyntaxNode& node) const {
  std::vector<std::string> out;
  for (std::size_t i = node.begin; i < node.end; ++i) {
    if (tokens_.kinds[i] != Token::Dot) out.push_back(name_token_text(tokens_.text_of(i)));
  }
  return out;
}

std::string ExpressionBuilder::source_text(const SyntaxNode& node) const {
  return std::string(tokens_.text_of(node.begin, node.end));
}

ExpressionPtr ExpressionBuilder::function(const SyntaxNode& node, std::string name,
                                          std::vector<ExpressionPtr> arguments) {
  return make_expression(Function{std::move(name), std::move(arguments), false, nullptr},
                         origin(node));
}

ExpressionPtr ExpressionBuilder::fail(const SyntaxNode& node, Error problem) {
  problem.origin = origin(node);
  if (!error) error = std::move(problem);
  return make_expression(Literal{}, origin(node));
}

ExpressionPtr ExpressionBuilder::literal(const SyntaxNode& node, Result<Value> value) {
  if (!value) return fail(node, std::move(value.error()));
  return make_expression(Literal{std::move(*value)}, origin(node));
}

ExpressionPtr ExpressionBuilder::text_literal(const SyntaxNode& node, std::string text) {
  return make_expression(Literal{string_value(std::move(text))}, origin(node));
}

std::vector<ExpressionPtr> ExpressionBuilder::expressions(const std::vector<SyntaxNode>& nodes) {
  std::vector<ExpressionPtr> out;
  for (const SyntaxNode& node : nodes) out.push_back(expression(node));
  return out;
}

ExpressionPtr ExpressionBuilder::expression(const SyntaxNode& node) {
  switch (node.kind) {
    case Syntax::OrChain: return logic_chain(node, "or");
    case Syntax::AndChain: return logic_chain(node, "and");
    case Syntax::Not: return function(node, "not", {expression(node.parts[0])});
    case Syntax::Predicate: return predicate(node);
    case Syntax::Operators: return operators(node);
    case Syntax::Sign: return sign(node);
    case Syntax::Postfix: return postfix(node);
    case Syntax::Column: return make_expression(Attribute{names(node), {}}, origin(node));
    case Syntax::Number:
      return literal(node, number_literal(tokens_.text_of(node.begin, node.end)));
    case Syntax::String: return text_literal(node, string_text(node));
    case Syntax::Word: return word(node);
    case Syntax::TypedLiteral:
      return literal(node,
                     typed_literal(tokens_.text_of(node.begin), string_text(node.parts[0]), zone_));
    case Syntax::Interval: return interval(node);
    case Syntax::Case: return case_when(node);
    case Syntax::Cast:
      return cast(node, expression(node.parts[0]), node.parts[1],
                  is(node, Token::TryCast) ? CastMode::Try : CastMode::Plain);
    case Syntax::Call: return call(node);
    case Syntax::Lambda: return lambda(node);
    case Syntax::Named:
      return make_expression(NamedArgument{name(node.parts[0]), expression(node.parts[1])},
                             origin(node));
    case Syntax::Alias: return alias(node);
    case Syntax::SortItem: return sort_item(node);
    case Syntax::Row: return function(node, "struct", expressions(node.parts));
    case Syntax::Subquery: return subquery(node, "scalar_subquery", {});
    case Syntax::Exists: return subquery(node, "exists_subquery", {});
    case Syntax::Star: {
      auto target = names(node);
      target.pop_back();
      return make_expression(Star{std::move(target)}, origin(node));
    }
    default: return keyword_call(node);
  }
}

std::string ExpressionBuilder::string_text(const SyntaxNode& node) const {
  std::string out;
  for (std::size_t i = node.begin; i < node.end; ++i) out += string_token_text(tokens_.text_of(i));
  return out;
}

ExpressionPtr ExpressionBuilder::word(const SyntaxNode& node) {
  switch (tokens_.kinds[node.begin]) {
    case Token::Null: return literal(node, Value{});
    case Token::True: return literal(node, Value{TypeKind::Boolean, true});
    case Token::False: return literal(node, Value{TypeKind::Boolean, false});
    default: return text_literal(node, name(node));
  }
}

ExpressionPtr ExpressionBuilder::interval(const SyntaxNode& node) {
  std::vector<IntervalPart> parts;
  for (const SyntaxNode& part : node.parts) {
    const SyntaxNode& value = part.parts[0];
    IntervalPart out;
    out.value = value.kind == Syntax::String ? string_text(value) : source_text(value);
    if (is(part, Token::Minus))
      out.value = out.value[0] == '-' ? out.value.substr(1) : "-" + out.value;
    out.unit = source_text(part.parts[1]);
    if (part.parts.size() > 2) out.to_unit = source_text(part.parts[2]);
    parts.push_back(std::move(out));
  }
  return literal(node, interval_literal(parts));
}

ExpressionPtr ExpressionBuilder::cast(const SyntaxNode& whole, ExpressionPtr child,
                                      const SyntaxNode& type, CastMode mode) {
  auto to = parse_type(source_text(type));
  if (!to) {
    const Origin inside = to.error().origin;
    auto out = fail(type, std::move(to.error()));
    // The type's parser counts from its own start.
    if (error && inside.line == 1 && inside.column > 0 && inside.length > 0) {
      error->origin.column += inside.column - 1;
      error->origin.length = inside.length;
    }
    return out;
  }
  return make_expression(Cast{std::move(child), std::move(*to), mode}, origin(whole));
}

ExpressionPtr ExpressionBuilder::subquery(const SyntaxNode& node, const char* name,
                                          std::vector<ExpressionPtr> arguments) {
  const SyntaxNode& query = node.parts.back();
  arguments.push_back(make_expression(Text{source_text(query)}, origin(query)));
  return function(node, name, std::move(arguments));
}

}  // namespace millrace::parse
