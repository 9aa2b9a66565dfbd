#include "expressions/expression_errors.hpp"
#include "expressions/parse/expression_builder.hpp"
#include "expressions/parse/literal.hpp"

#include <algorithm>

// Calls and everything written like one, and what may follow a primary expression.
namespace millrace::parse {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ".") + name;
  return out;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Their first argument is a unit written as a bare word: `timestampdiff(HOUR, a, b)`.
bool takes_unit(const std::string& function, std::size_t num_arguments) {
  static const char* const kNames[] = {"timestampdiff", "timestampadd", "date_add",
                                       "dateadd",       "date_diff",    "datediff"};
  return num_arguments == 3 &&
         std::find(std::begin(kNames), std::end(kNames), function) != std::end(kNames);
}

bool is_argument(const SyntaxNode& node) {
  return node.kind != Syntax::Name && node.kind != Syntax::Mark &&
         node.kind != Syntax::FilterClause && node.kind != Syntax::WithinGroup && node.kind != Syntax::Over;
}

Error missing_window(const std::string& name) {
  Error error = spark_error("MISSING_WINDOW_SPECIFICATION", "42P20",
                            "Window specification is not defined in the WINDOW clause for `" +
                                name + "`.");
  error.fix = "add `WINDOW " + name + " AS (PARTITION BY ... ORDER BY ...)` to the query";
  return error;
}

}  // namespace

ExpressionPtr ExpressionBuilder::call(const SyntaxNode& node) {
  Function out;
  const SyntaxNode* over_node = nullptr;
  std::vector<ExpressionPtr> within_group;
  for (const SyntaxNode& part : node.parts) {
    if (part.kind == Syntax::Name)
      out.name = joined(names(part));
    else if (part.kind == Syntax::Mark)
      out.distinct = true;
    else if (part.kind == Syntax::FilterClause)
      out.filter = expression(part.parts[0]);
    else if (part.kind == Syntax::WithinGroup)
      within_group = expressions(part.parts);
    else if (part.kind == Syntax::Over)
      over_node = &part;
    else
      out.arguments.push_back(expression(part));
  }
  if (takes_unit(lower_case(out.name), out.arguments.size())) {
    const auto unit = std::find_if(node.parts.begin(), node.parts.end(), is_argument);
    if (unit->kind == Syntax::Column) out.arguments[0] = text_literal(*unit, source_text(*unit));
  }
  out.arguments.insert(out.arguments.end(), within_group.begin(), within_group.end());
  SyntaxNode place{node.kind, node.begin, over_node ? over_node->begin : node.end, {}};
  auto function = make_expression(std::move(out), origin(place));
  return over_node ? over(node, std::move(function), *over_node) : function;
}

ExpressionPtr ExpressionBuilder::over(const SyntaxNode& whole, ExpressionPtr function,
                                      const SyntaxNode& node) {
  const SyntaxNode* found = specification(node);
  if (!found) return fail(node, missing_window(name(node.parts[0])));
  WindowOver out;
  out.function = std::move(function);
  for (const SyntaxNode& part : found->parts) {
    if (part.kind == Syntax::PartitionBy) out.partition_by = expressions(part.parts);
    if (part.kind == Syntax::OrderBy) out.order_by = expressions(part.parts);
    if (part.kind == Syntax::Frame) out.frame = source_text(part);
  }
  return make_expression(std::move(out), origin(whole));
}

const SyntaxNode* ExpressionBuilder::specification(const SyntaxNode& over) const {
  if (over.parts.empty() || over.parts[0].kind != Syntax::Word) return &over;
  for (const auto& [window, node] : windows_)
    if (equal_ignoring_case(window, name(over.parts[0]))) return node;
  return nullptr;
}

ExpressionPtr ExpressionBuilder::lambda(const SyntaxNode& node) {
  Lambda out;
  for (const SyntaxNode& parameter : node.parts[0].parts) out.parameters.push_back(name(parameter));
  out.body = expression(node.parts[1]);
  return make_expression(std::move(out), origin(node));
}

ExpressionPtr ExpressionBuilder::alias(const SyntaxNode& node) {
  Alias out;
  out.child = expression(node.parts[0]);
  for (const SyntaxNode& word : node.parts[1].parts) out.names.push_back(name(word));
  return make_expression(std::move(out), origin(node));
}

ExpressionPtr ExpressionBuilder::sort_item(const SyntaxNode& node) {
  SortOrder out;
  out.child = expression(node.parts[0]);
  for (const SyntaxNode& part : node.parts) {
    if (part.kind == Syntax::Mark && is(part, Token::Desc)) out.ascending = out.nulls_first = false;
  }
  for (const SyntaxNode& part : node.parts) {
    if (part.kind == Syntax::Mark && is(part, Token::First)) out.nulls_first = true;
    if (part.kind == Syntax::Mark && is(part, Token::Last)) out.nulls_first = false;
  }
  return make_expression(std::move(out), origin(node));
}

ExpressionPtr ExpressionBuilder::case_when(const SyntaxNode& node) {
  Function out{"case_when", {}, false, nullptr};
  ExpressionPtr operand;
  for (const SyntaxNode& part : node.parts) {
    if (part.kind == Syntax::CaseOperand) {
      operand = expression(part.parts[0]);
    } else if (part.kind == Syntax::Else) {
      out.arguments.push_back(expression(part.parts[0]));
    } else {
      auto condition = expression(part.parts[0]);
      if (operand) condition = function(part.parts[0], "==", {operand, std::move(condition)});
      out.arguments.push_back(std::move(condition));
      out.arguments.push_back(expression(part.parts[1]));
    }
  }
  return make_expression(std::move(out), origin(node));
}

ExpressionPtr ExpressionBuilder::postfix(const SyntaxNode& node) {
  ExpressionPtr out = expression(node.parts[0]);
  for (std::size_t i = 1; i < node.parts.size(); ++i) {
    const SyntaxNode& part = node.parts[i];
    const SyntaxNode upto{node.kind, node.begin, part.end, {}};
    if (part.kind == Syntax::CastTo) {
      out = cast(upto, std::move(out), part.parts[0], CastMode::Plain);
      continue;
    }
    auto key =
        part.kind == Syntax::FieldOf ? text_literal(part, name(part)) : expression(part.parts[0]);
    out = make_expression(ExtractValue{std::move(out), std::move(key)}, origin(upto));
  }
  return out;
}

ExpressionPtr ExpressionBuilder::keyword_call(const SyntaxNode& node) {
  switch (node.kind) {
    case Syntax::Extract: return function(node, "extract", expressions(node.parts));
    case Syntax::Substring:
      return function(node, lower_case(source_text({node.kind, node.begin, node.begin + 1, {}})),
                      expressions(node.parts));
    case Syntax::Trim: return trim(node);
    case Syntax::Position: return position(node);
    default: return overlay(node);
  }
}

// `trim(LEADING 'x' FROM s)` is `ltrim('x', s)`.
ExpressionPtr ExpressionBuilder::trim(const SyntaxNode& node) {
  std::vector<ExpressionPtr> arguments;
  std::string name = "trim";
  for (const SyntaxNode& part : node.parts) {
    if (part.kind != Syntax::Mark)
      arguments.push_back(expression(part));
    else if (is(part, Token::Leading))
      name = "ltrim";
    else if (is(part, Token::Trailing))
      name = "rtrim";
  }
  return function(node, std::move(name), std::move(arguments));
}

ExpressionPtr ExpressionBuilder::position(const SyntaxNode& node) {
  return function(node, tokens_.kinds[node.parts[0].end] == Token::In ? "locate" : "position",
                  expressions(node.parts));
}

ExpressionPtr ExpressionBuilder::overlay(const SyntaxNode& node) {
  return function(node, "overlay", expressions(node.parts));
}

}  // namespace millrace::parse
