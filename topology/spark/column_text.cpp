#include "topology/spark/column_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "expressions/parser.hpp"
#include "records/option_value.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/spark/python_text.hpp"

namespace millrace::spark {
namespace {

// Aggregates of one column that functions.py has under the same name.
constexpr std::array<std::string_view, 16> kPlainAggregates{
    "count",   "sum",  "avg",    "mean",         "min",          "max",    "first",  "last",
    "stddev",  "variance", "collect_list", "collect_set", "median", "mode", "any_value",
    "approx_count_distinct"};

bool is_plain_aggregate(const std::string& name) {
  return std::find(kPlainAggregates.begin(), kPlainAggregates.end(), name) != kPlainAggregates.end();
}

/// The expression behind a text that is not parsed yet; what does not parse is the analyzer's to report.
ExpressionPtr parsed(const Expression& expression) {
  if (const auto* text = std::get_if<Text>(&expression.node)) {
    auto result = parse_expression_list(text->sql);
    if (result && result->size() == 1) return result->front();
  }
  return std::make_shared<const Expression>(expression);
}

bool needs_quotes(const std::string& part) {
  return part.empty() || identifier(part) != part;
}

std::optional<std::string> column_literal(const Expression& expression) {
  const auto* attribute = std::get_if<Attribute>(&expression.node);
  if (!attribute || std::any_of(attribute->parts.begin(), attribute->parts.end(), needs_quotes))
    return std::nullopt;
  std::string name;
  for (const std::string& part : attribute->parts) name += (name.empty() ? "" : ".") + part;
  return quoted(name);
}

std::optional<std::string> text_literal(const Expression& expression) {
  const auto* literal = std::get_if<Literal>(&expression.node);
  const bool is_text = literal && literal->value.type.kind() == TypeKind::String;
  const auto* text = is_text ? std::get_if<std::string>(&literal->value.storage) : nullptr;
  return text ? std::optional(quoted(*text)) : std::nullopt;
}

/// F.window("time", "10 minutes", "5 minutes"), when it is as plain as that.
std::optional<std::string> window_call(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  if (!call || call->arguments.size() < 2 || call->filter || call->distinct) return std::nullopt;
  const std::string name = lower_trimmed(call->name);
  if (name != "window" && name != "session_window") return std::nullopt;
  const auto column = column_literal(*call->arguments.front());
  if (!column) return std::nullopt;
  std::vector<std::string> arguments{*column};
  for (std::size_t i = 1; i < call->arguments.size(); ++i) {
    const auto text = text_literal(*call->arguments[i]);
    if (!text) return std::nullopt;
    arguments.push_back(*text);
  }
  return "F." + name + "(" + joined(arguments) + ")";
}

bool counts_rows(const Function& call) {
  const Expression& argument = *call.arguments.front();
  const auto* star = std::get_if<Star>(&argument.node);
  const auto* literal = std::get_if<Literal>(&argument.node);
  return lower_trimmed(call.name) == "count" && ((star && star->target.empty()) || literal);
}

/// F.sum("amount")
std::optional<std::string> aggregate_call(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  if (!call || call->arguments.size() != 1 || call->filter || call->distinct) return std::nullopt;
  const std::string name = lower_trimmed(call->name);
  if (!is_plain_aggregate(name)) return std::nullopt;
  const auto column = counts_rows(*call) ? std::optional<std::string>("\"*\"")
                                         : column_literal(*call->arguments.front());
  return column ? std::optional("F." + name + "(" + *column + ")") : std::nullopt;
}

void collect_functions(const Expression& expression, std::vector<std::string>& names) {
  if (const auto* call = std::get_if<Function>(&expression.node)) names.push_back(call->name);
  for_each_child(expression, [&](const ExpressionPtr& child) { collect_functions(*child, names); });
}

}  // namespace

std::string sql_of(const Expression& expression) {
  const auto* text = std::get_if<Text>(&expression.node);
  return text ? text->sql : to_sql(expression);
}

std::string expr_text(const Expression& expression) {
  return "F.expr(" + quoted(sql_of(expression)) + ")";
}

std::string grouping_text(const Expression& expression) {
  const ExpressionPtr tree = parsed(expression);
  if (const auto column = column_literal(*tree)) return *column;
  if (const auto window = window_call(*tree)) return *window;
  return expr_text(expression);
}

std::string aggregate_text(const Expression& expression) {
  const ExpressionPtr tree = parsed(expression);
  const auto name = alias_name(*tree);
  const auto call = name ? aggregate_call(*without_alias(tree)) : std::nullopt;
  return call ? *call + ".alias(" + quoted(*name) + ")" : expr_text(expression);
}

std::string order_text(const Expression& expression) {
  const auto* order = std::get_if<SortOrder>(&expression.node);
  if (!order) return expr_text(expression);
  const auto column = column_literal(*parsed(*order->child));
  const bool is_usual = order->nulls_first == order->ascending;
  if (column && is_usual) return order->ascending ? *column : "F.desc(" + *column + ")";
  const std::string direction = order->ascending ? ".asc" : ".desc";
  const std::string nulls = order->nulls_first ? "_nulls_first()" : "_nulls_last()";
  return (column ? "F.col(" + *column + ")" : expr_text(*order->child)) + direction +
         (is_usual ? "()" : nulls);
}

bool mentions(const Expression& expression, const std::string& table) {
  return any_of(*parsed(expression), [&](const Expression& part) {
    const auto* attribute = std::get_if<Attribute>(&part.node);
    if (attribute)
      return attribute->parts.size() > 1 &&
             lower_trimmed(attribute->parts.front()) == lower_trimmed(table);
    const auto* star = std::get_if<Star>(&part.node);
    return star && !star->target.empty() &&
           lower_trimmed(star->target.front()) == lower_trimmed(table);
  });
}

std::vector<std::string> functions_in(const Expression& expression) {
  std::vector<std::string> names;
  collect_functions(*parsed(expression), names);
  return names;
}

}  // namespace millrace::spark
