#include "expressions/expression.hpp"
#include "expressions/literal_text.hpp"
#include "expressions/parse/name_text.hpp"

#include <array>
#include <string_view>

namespace millrace {
namespace {

// How tightly a piece of text holds together; an operand of a lower level needs parentheses.
enum Level { kOr = 1, kAnd, kNot, kPredicate, kComparison, kSign = 12, kPostfix, kPrimary };

struct Piece {
  std::string text;
  int level = kPrimary;
};

struct BinaryOperator {
  std::string_view name;
  std::string_view text;
  int level;
};
constexpr std::array kBinaryOperators = {BinaryOperator{"or", "OR", kOr},
                                         BinaryOperator{"and", "AND", kAnd},
                                         BinaryOperator{"==", "=", kComparison},
                                         BinaryOperator{"!=", "!=", kComparison},
                                         BinaryOperator{"<=>", "<=>", kComparison},
                                         BinaryOperator{"<", "<", kComparison},
                                         BinaryOperator{"<=", "<=", kComparison},
                                         BinaryOperator{">", ">", kComparison},
                                         BinaryOperator{">=", ">=", kComparison},
                                         BinaryOperator{"|", "|", 6},
                                         BinaryOperator{"^", "^", 7},
                                         BinaryOperator{"&", "&", 8},
                                         BinaryOperator{"<<", "<<", 9},
                                         BinaryOperator{">>", ">>", 9},
                                         BinaryOperator{">>>", ">>>", 9},
                                         BinaryOperator{"+", "+", 10},
                                         BinaryOperator{"-", "-", 10},
                                         BinaryOperator{"||", "||", 10},
                                         BinaryOperator{"*", "*", 11},
                                         BinaryOperator{"/", "/", 11},
                                         BinaryOperator{"%", "%", 11},
                                         BinaryOperator{"div", "DIV", 11}};

Piece print(const Expression& expression);

std::string print_at(const Expression& expression, int level) {
  Piece piece = print(expression);
  return piece.level >= level ? std::move(piece.text) : "(" + piece.text + ")";
}

std::string print_list(const std::vector<ExpressionPtr>& list, std::size_t first = 0) {
  std::string out;
  for (std::size_t i = first; i < list.size(); ++i) {
    if (i > first) out += ", ";
    out += print(*list[i]).text;
  }
  return out;
}

std::string dotted(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ".") + parse::quoted_name(name);
  return out;
}

std::string name_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + parse::quoted_name(name);
  return names.size() == 1 ? out : "(" + out + ")";
}

Piece print_binary(const BinaryOperator& op, const std::vector<ExpressionPtr>& arguments) {
  std::string out = print_at(*arguments[0], op.level);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    out += " " + std::string(op.text) + " " + print_at(*arguments[i], op.level + 1);
  }
  return {out, op.level};
}

Piece print_sign(char sign, const Expression& operand) {
  std::string text = print_at(operand, kSign);
  // `--` begins a comment and `-5` is one literal.
  const bool apart = text[0] == '-' || std::holds_alternative<Literal>(operand.node);
  return {sign + (apart ? "(" + text + ")" : text), kSign};
}

Piece print_case(const std::vector<ExpressionPtr>& arguments) {
  std::string out = "CASE";
  std::size_t i = 0;
  for (; i + 1 < arguments.size(); i += 2) {
    out += " WHEN " + print(*arguments[i]).text + " THEN " + print(*arguments[i + 1]).text;
  }
  if (i < arguments.size()) out += " ELSE " + print(*arguments[i]).text;
  return {out + " END", kPrimary};
}

// LIKE and its kin. `negation` is "" or "NOT ".
Piece print_test(std::string_view name, const std::vector<ExpressionPtr>& arguments,
                 const std::string& negation) {
  const std::string left = print_at(*arguments[0], kComparison) + " " + negation;
  const auto operand = [&](std::size_t i) { return print_at(*arguments[i], kComparison); };
  if (name == "between") return {left + "BETWEEN " + operand(1) + " AND " + operand(2), kPredicate};
  if (name == "in") return {left + "IN (" + print_list(arguments, 1) + ")", kPredicate};
  if (name == "in_subquery") return {left + "IN (" + print_list(arguments, 1) + ")", kPredicate};
  const std::string word = name == "like" ? "LIKE " : name == "ilike" ? "ILIKE " : "RLIKE ";
  const std::string escape = arguments.size() > 2 ? " ESCAPE " + operand(2) : "";
  return {left + word + operand(1) + escape, kPredicate};
}

bool is_test(const Function& call) {
  const std::string& name = call.name;
  const std::size_t count = call.arguments.size();
  if (name == "between") return count == 3;
  if (name == "in" || name == "in_subquery") return count >= 2;
  if (name == "like" || name == "ilike") return count == 2 || count == 3;
  return name == "rlike" && count == 2;
}

Piece print_not(const Expression& operand) {
  const auto* call = std::get_if<Function>(&operand.node);
  if (call && is_test(*call)) return print_test(call->name, call->arguments, "NOT ");
  return {"NOT " + print_at(operand, kNot), kNot};
}

Piece print_like_many(const Function& call) {
  const bool negated = call.name.starts_with("not");
  const bool all = call.name.ends_with("all");
  return {print_at(*call.arguments[0], kComparison) + (negated ? " NOT LIKE " : " LIKE ") +
              (all ? "ALL (" : "ANY (") + print_list(call.arguments, 1) + ")",
          kPredicate};
}

Piece print_extract(const std::vector<ExpressionPtr>& arguments) {
  const auto* field = std::get_if<Literal>(&arguments[0]->node);
  const auto* text = field ? std::get_if<std::string>(&field->value.storage) : nullptr;
  if (!text) return {"extract(" + print_list(arguments) + ")", kPrimary};
  return {"extract(" + parse::quoted_name(*text) + " FROM " + print(*arguments[1]).text + ")",
          kPrimary};
}

std::string function_name(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i <= name.size();) {
    const std::size_t end = std::min(name.find('.', i), name.size());
    out += (out.empty() ? "" : ".") + parse::quoted_name(name.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

Piece print_call(const Function& call) {
  const auto first_order = std::find_if(
      call.arguments.begin(), call.arguments.end(),
      [](const ExpressionPtr& one) { return std::holds_alternative<SortOrder>(one->node); });
  std::string out = function_name(call.name) + "(" + (call.distinct ? "DISTINCT " : "") +
                    print_list({call.arguments.begin(), first_order}) + ")";
  if (first_order != call.arguments.end())
    out += " WITHIN GROUP (ORDER BY " + print_list({first_order, call.arguments.end()}) + ")";
  if (call.filter) out += " FILTER (WHERE " + print(*call.filter).text + ")";
  return {out, kPrimary};
}

// Functions that have a notation of their own.
Piece print_function(const Function& call) {
  const auto& arguments = call.arguments;
  const std::string& name = call.name;
  if (arguments.size() >= 2) {
    for (const BinaryOperator& op : kBinaryOperators) {
      if (op.name == name) return print_binary(op, arguments);
    }
    if (name == "case_when") return print_case(arguments);
    if (is_test(call)) return print_test(name, arguments, "");
    if (name.ends_with("likeany") || name.ends_with("likeall")) return print_like_many(call);
    if (name == "extract" && arguments.size() == 2) return print_extract(arguments);
  }
  if (arguments.size() == 1) {
    if (name == "not") return print_not(*arguments[0]);
    if (name == "negative") return print_sign('-', *arguments[0]);
    if (name == "positive") return print_sign('+', *arguments[0]);
    if (name == "~") return print_sign('~', *arguments[0]);
    if (name == "isnull") return {print_at(*arguments[0], kComparison) + " IS NULL", kPredicate};
    if (name == "isnotnull")
      return {print_at(*arguments[0], kComparison) + " IS NOT NULL", kPredicate};
    if (name == "scalar_subquery") return {"(" + print(*arguments[0]).text + ")", kPrimary};
    if (name == "exists_subquery") return {"EXISTS (" + print(*arguments[0]).text + ")", kPrimary};
  }
  return print_call(call);
}

Piece print_extract_value(const ExtractValue& extract) {
  const auto* key = std::get_if<Literal>(&extract.key->node);
  const auto* name = key ? std::get_if<std::string>(&key->value.storage) : nullptr;
  // On a plain column `.x` would become a part of the column's name.
  const bool dot = name && key->value.type.kind() == TypeKind::String &&
                   !std::holds_alternative<Attribute>(extract.child->node);
  const std::string child = print_at(*extract.child, kPostfix);
  if (dot) return {child + "." + parse::quoted_name(*name), kPostfix};
  return {child + "[" + print_at(*extract.key, kComparison) + "]", kPostfix};
}

Piece print_window(const WindowOver& window) {
  std::string inside;
  const auto add = [&](const std::string& text) { inside += (inside.empty() ? "" : " ") + text; };
  if (!window.partition_by.empty()) add("PARTITION BY " + print_list(window.partition_by));
  if (!window.order_by.empty()) add("ORDER BY " + print_list(window.order_by));
  if (!window.frame.empty()) add(window.frame);
  return {print(*window.function).text + " OVER (" + inside + ")", kPrimary};
}

Piece print_sort(const SortOrder& order) {
  return {print(*order.child).text + (order.ascending ? " ASC" : " DESC") +
              (order.nulls_first ? " NULLS FIRST" : " NULLS LAST"),
          0};
}

struct Printer {
  Piece operator()(const Attribute& attribute) const { return {dotted(attribute.parts), kPrimary}; }
  Piece operator()(const Star& star) const {
    return {star.target.empty() ? "*" : dotted(star.target) + ".*", kPrimary};
  }
  Piece operator()(const Literal& literal) const { return {literal_sql(literal.value), kPrimary}; }
  Piece operator()(const Function& call) const { return print_function(call); }
  Piece operator()(const Cast& cast) const {
    return {std::string(cast.mode == CastMode::Try ? "TRY_CAST(" : "CAST(") +
                print(*cast.child).text + " AS " + cast.to.to_sql() + ")",
            kPrimary};
  }
  Piece operator()(const Alias& alias) const {
    return {print(*alias.child).text + " AS " + name_list(alias.names), 0};
  }
  Piece operator()(const SortOrder& order) const { return print_sort(order); }
  Piece operator()(const ExtractValue& extract) const { return print_extract_value(extract); }
  Piece operator()(const Lambda& lambda) const {
    return {name_list(lambda.parameters) + " -> " + print(*lambda.body).text, 0};
  }
  Piece operator()(const WindowOver& window) const { return print_window(window); }
  Piece operator()(const UserFunction& call) const {
    return {"user_function_" + std::to_string(call.handle) + "(" + print_list(call.arguments) + ")",
            kPrimary};
  }
  Piece operator()(const NamedArgument& argument) const {
    return {parse::quoted_name(argument.name) + " => " + print(*argument.child).text, 0};
  }
  Piece operator()(const Text& text) const { return {text.sql, 0}; }
};

Piece print(const Expression& expression) { return std::visit(Printer{}, expression.node); }

}  // namespace

std::string to_sql(const Expression& expression) { return print(expression).text; }

}  // namespace millrace
