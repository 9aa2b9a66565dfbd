#include "expressions/expression.hpp"
#include "expressions/literal_text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

// Spark's names of columns without alias (toPrettySQL), as far as they do not depend on types.
namespace millrace {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

// Spark prints these functions in upper case (its MathExpressions).
bool is_upper_function(const std::string& name) {
  static const std::set<std::string_view> kNames = {
      "acos", "acosh",   "asin",    "asinh",  "atan", "atan2", "atanh", "cbrt",  "cos",   "cosh",
      "cot",  "csc",     "degrees", "e",      "exp",  "expm1", "hypot", "log10", "log1p", "log2",
      "pi",   "radians", "sec",     "signum", "sin",  "sinh",  "sqrt",  "tan",   "tanh"};
  return kNames.contains(name);
}

// A call of a type's name is an implicit cast, which Spark leaves out of names.
bool is_type_function(const std::string& name) {
  static const std::set<std::string_view> kNames = {"boolean", "tinyint",   "smallint", "int",
                                                    "bigint",  "float",     "double",   "decimal",
                                                    "date",    "timestamp", "binary",   "string"};
  return kNames.contains(name);
}

// Arguments that Spark adds where the user leaves them out.
struct DefaultArguments {
  std::string_view function;
  std::size_t when;  // the number of written arguments
  std::string_view text;
};
constexpr std::array kDefaults = {
    DefaultArguments{"split", 2, ", -1"},
    DefaultArguments{"round", 1, ", 0"},
    DefaultArguments{"bround", 1, ", 0"},
    DefaultArguments{"substring", 2, ", 2147483647"},
    DefaultArguments{"substr", 2, ", 2147483647"},
    DefaultArguments{"regexp_replace", 3, ", 1"},
    DefaultArguments{"regexp_extract", 2, ", 1"},
    DefaultArguments{"regexp_extract_all", 2, ", 1"},
    DefaultArguments{"regexp_instr", 2, ", 0"},
    DefaultArguments{"locate", 2, ", 1"},
    DefaultArguments{"unix_timestamp", 0, "current_timestamp(), yyyy-MM-dd HH:mm:ss"},
    DefaultArguments{"unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"},
    DefaultArguments{"to_unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"},
    DefaultArguments{"from_unixtime", 1, ", yyyy-MM-dd HH:mm:ss"},
    DefaultArguments{"sort_array", 1, ", true"},
    DefaultArguments{"str_to_map", 1, ", ,, :"},
    DefaultArguments{"str_to_map", 2, ", :"},
    DefaultArguments{"mask", 1, ", X, x, n, NULL"},
    DefaultArguments{"overlay", 3, ", -1"},
    DefaultArguments{"listagg", 1, ", NULL"},
    DefaultArguments{"string_agg", 1, ", NULL"},
    DefaultArguments{"percentile", 2, ", 1"},
    DefaultArguments{"percentile_approx", 2, ", 10000"},
    DefaultArguments{"approx_percentile", 2, ", 10000"},
    DefaultArguments{"lag", 1, ", 1, NULL"},
    DefaultArguments{"lead", 1, ", 1, NULL"}};

std::string defaults_of(const std::string& function, std::size_t written) {
  for (const DefaultArguments& entry : kDefaults) {
    if (entry.function == function && entry.when == written) return std::string(entry.text);
  }
  return {};
}

// Arguments that Spark hides: schemas and options become part of the function.
std::size_t shown_arguments(const std::string& function, std::size_t written) {
  static const std::set<std::string_view> kFirstOnly = {"from_json",  "to_json",   "from_csv",
                                                        "to_csv",     "likeany",   "likeall",
                                                        "notlikeany", "notlikeall"};
  return kFirstOnly.contains(function) ? std::min<std::size_t>(written, 1) : written;
}

bool is_interval(const Expression& expression) {
  const auto* literal = std::get_if<Literal>(&expression.node);
  if (!literal) return false;
  const TypeKind kind = literal->value.type.kind();
  return kind == TypeKind::DayTimeInterval || kind == TypeKind::YearMonthInterval ||
         kind == TypeKind::CalendarInterval;
}

bool is_infix(const std::string& name) {
  static const std::set<std::string_view> kNames = {"+",  "-",  "*",   "/",  "%",   "div", "<=>",
                                                    "<",  "<=", ">",   ">=", "&",   "|",   "^",
                                                    "<<", ">>", ">>>", "==", "and", "or"};
  return kNames.contains(name);
}

bool is_map_call(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  return call && (call->name.starts_with("map") || call->name == "str_to_map");
}

// The first column that a generator standing alone gives.
std::optional<std::string> generated_column(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  if (!call) return std::nullopt;
  const std::string name = lower_case(call->name);
  if (call->arguments.size() == 1 && (name == "explode" || name == "explode_outer"))
    return is_map_call(*call->arguments[0]) ? "key" : "col";
  if (name == "posexplode" || name == "posexplode_outer") return "pos";
  if (name == "stack") return "col0";
  if (name == "json_tuple") return "c0";
  return std::nullopt;
}

class NamePrinter {
 public:
  std::string print(const Expression& expression) { return std::visit(*this, expression.node); }

  std::string operator()(const Attribute& attribute) {
    const bool parameter =
        attribute.parts.size() == 1 &&
        std::find(parameters_.begin(), parameters_.end(), attribute.parts[0]) != parameters_.end();
    if (parameter) return "namedlambdavariable()";
    std::string out;
    for (const std::string& part : attribute.parts) out += (out.empty() ? "" : ".") + part;
    return out;
  }
  std::string operator()(const Star& star) {
    std::string out;
    for (const std::string& part : star.target) out += part + ".";
    return out + "*";
  }
  std::string operator()(const Literal& literal) { return literal_name(literal.value); }
  std::string operator()(const Function& call) {
    std::string out = function(call);
    if (call.filter) out += " FILTER (WHERE " + print(*call.filter) + ")";
    return out;
  }
  std::string operator()(const Cast& cast) {
    return std::string(cast.mode == CastMode::Try ? "TRY_CAST(" : "CAST(") + print(*cast.child) +
           " AS " + cast.to.to_sql() + ")";
  }
  std::string operator()(const Alias& alias) {
    return print(*alias.child) + " AS " + alias.names[0];
  }
  std::string operator()(const SortOrder& order) {
    return print(*order.child) + (order.ascending ? " ASC" : " DESC") +
           (order.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  std::string operator()(const ExtractValue& extract) {
    const std::string child = print(*extract.child), key = print(*extract.key);
    return is_field(extract) ? child + "." + key : child + "[" + key + "]";
  }
  std::string operator()(const Lambda& lambda) {
    const std::size_t outer = parameters_.size();
    parameters_.insert(parameters_.end(), lambda.parameters.begin(), lambda.parameters.end());
    std::string out = "lambdafunction(" + print(*lambda.body);
    for (std::size_t i = outer; i < parameters_.size(); ++i) out += ", namedlambdavariable()";
    parameters_.resize(outer);
    return out + ")";
  }
  std::string operator()(const WindowOver& window) {
    std::string inside;
    const auto add = [&](const std::string& text) { inside += (inside.empty() ? "" : " ") + text; };
    if (!window.partition_by.empty())
      add("PARTITION BY " + list(window.partition_by, window.partition_by.size()));
    if (!window.order_by.empty()) add("ORDER BY " + list(window.order_by, window.order_by.size()));
    if (!window.frame.empty()) add(window.frame);
    return print(*window.function) + " OVER (" + inside + ")";
  }
  std::string operator()(const UserFunction& call) {
    return "user_function_" + std::to_string(call.handle) + "(" +
           list(call.arguments, call.arguments.size()) + ")";
  }
  std::string operator()(const NamedArgument& argument) { return print(*argument.child); }
  std::string operator()(const Text& text) { return text.sql; }

 private:
  std::string list(const std::vector<ExpressionPtr>& arguments, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? ", " : "") + print(*arguments[i]);
    return out;
  }

  // Maps are read with brackets, structs with a dot; a plain column with a key in brackets is a
  // map.
  static bool is_field(const ExtractValue& extract) {
    const auto* key = std::get_if<Literal>(&extract.key->node);
    if (!key || key->value.type.kind() != TypeKind::String) return false;
    if (std::holds_alternative<Attribute>(extract.child->node)) return false;
    return !is_map_call(*extract.child);
  }

  std::string function(const Function& call) {
    const std::string name = lower_case(call.name);
    if (const auto text = operation(name, call.arguments)) return *text;
    if (const auto text = special(name, call)) return *text;
    if (const auto text = within_group(name, call)) return *text;
    const std::size_t shown = shown_arguments(name, call.arguments.size());
    const bool upper = is_upper_function(name) || (name == "log" && call.arguments.size() == 2);
    return (upper ? upper_case(name) : name) + "(" + (call.distinct ? "DISTINCT " : "") +
           list(call.arguments, shown) + defaults_of(name, call.arguments.size()) + ")";
  }

  std::optional<std::string> within_group(const std::string& name, const Function& call) {
    const auto first = std::find_if(
        call.arguments.begin(), call.arguments.end(),
        [](const ExpressionPtr& one) { return std::holds_alternative<SortOrder>(one->node); });
    if (first == call.arguments.end()) return std::nullopt;
    Function plain = call;
    plain.arguments.assign(call.arguments.begin(), first);
    std::string order;
    for (auto item = first; item != call.arguments.end(); ++item) {
      const auto& written = std::get<SortOrder>((*item)->node);
      const std::string text = is_listagg(name) ? print(**item)
                               : print(*written.child) + (written.ascending ? "" : " DESC");
      order += (order.empty() ? "" : ", ") + text;
    }
    return function(plain) + " WITHIN GROUP (ORDER BY " + order + ")";
  }

  static bool is_listagg(const std::string& name) {
    return name == "listagg" || name == "string_agg";
  }

  // Operands are printed only by the one notation that shows them: printing twice at each level
  // would take exponential time.
  std::optional<std::string> operation(const std::string& name,
                                       const std::vector<ExpressionPtr>& arguments) {
    if (arguments.size() == 1) return unary_operation(name, *arguments[0]);
    if (arguments.size() < 2) return std::nullopt;
    const auto left = [&] { return print(*arguments[0]); };
    const auto right = [&] { return print(*arguments[1]); };
    if (name == "!=") return "(NOT (" + left() + " = " + right() + "))";
    if (name == "||") return "concat(" + left() + ", " + right() + ")";
    if (name == "rlike") return "RLIKE(" + left() + ", " + right() + ")";
    if (name == "like") {
      const std::string escape =
          arguments.size() > 2 ? " ESCAPE '" + print(*arguments[2]) + "'" : "";
      return left() + " LIKE " + right() + escape;
    }
    if (name == "in") {
      const std::vector<ExpressionPtr> values(arguments.begin() + 1, arguments.end());
      return "(" + left() + " IN (" + list(values, values.size()) + "))";
    }
    if (!is_infix(name)) return std::nullopt;
    const std::string op = name == "=="                    ? "="
                           : name == "and" || name == "or" ? upper_case(name)
                                                           : name;
    const std::string text = left() + " " + op + " " + right();
    // Moving a time by an interval is an expression of its own in Spark, without parentheses.
    const bool moves_time =
        (name == "+" || name == "-") && is_interval(*arguments[1]) && !is_interval(*arguments[0]);
    return moves_time ? text : "(" + text + ")";
  }

  std::optional<std::string> unary_operation(const std::string& name, const Expression& operand) {
    if (name == "not") return "(NOT " + print(operand) + ")";
    if (name == "negative") return "(- " + print(operand) + ")";
    if (name == "positive") return "(+ " + print(operand) + ")";
    if (name == "~") return "~" + print(operand);
    if (name == "isnull") return "(" + print(operand) + " IS NULL)";
    if (name == "isnotnull") return "(" + print(operand) + " IS NOT NULL)";
    return std::nullopt;
  }

  std::optional<std::string> special(const std::string& name, const Function& call) {
    const auto& arguments = call.arguments;
    if (name == "case_when") return case_when(arguments);
    if (name == "if" && arguments.size() == 3) return "(IF(" + list(arguments, 3) + "))";
    if (name == "window" || name == "session_window") return name;
    if (is_type_function(name) && arguments.size() == 1) return print(*arguments[0]);
    if ((name == "ceil" || name == "ceiling") && arguments.size() == 1)
      return "CEIL(" + print(*arguments[0]) + ")";
    if (name == "floor" && arguments.size() == 1) return "FLOOR(" + print(*arguments[0]) + ")";
    if (name == "extract" && arguments.size() == 2)
      return "extract(" + print(*arguments[0]) + " FROM " + print(*arguments[1]) + ")";
    if (name == "count" && arguments.size() == 1 &&
        std::holds_alternative<Star>(arguments[0]->node)) {
      return std::string("count(") + (call.distinct ? "DISTINCT " : "") +
             (call.distinct ? "*)" : "1)");
    }
    if ((name == "aggregate" || name == "reduce") && arguments.size() == 3) {
      return name + "(" + list(arguments, 3) +
             ", lambdafunction(namedlambdavariable(), namedlambdavariable()))";
    }
    return std::nullopt;
  }

  std::string case_when(const std::vector<ExpressionPtr>& arguments) {
    std::string out = "CASE";
    std::size_t i = 0;
    for (; i + 1 < arguments.size(); i += 2)
      out += " WHEN " + print(*arguments[i]) + " THEN " + print(*arguments[i + 1]);
    if (i < arguments.size()) out += " ELSE " + print(*arguments[i]);
    return out + " END";
  }

  std::vector<std::string> parameters_;  // of the lambdas around
};

}  // namespace

std::string column_name(const Expression& expression) {
  if (const auto* alias = std::get_if<Alias>(&expression.node)) return alias->names[0];
  if (const auto* attribute = std::get_if<Attribute>(&expression.node))
    return attribute->parts.back();
  if (const auto generated = generated_column(expression)) return *generated;
  return NamePrinter().print(expression);
}

}  // namespace millrace
