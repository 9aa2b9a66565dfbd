#include "session/column_expression.hpp"

namespace millrace {
namespace {

ColumnExpression literal(TypeKind kind, Value::Storage storage) {
  return ColumnExpression(make_expression(Literal{Value{kind, std::move(storage)}}));
}

// Cuts `a.b` at dots outside of back quotes; a doubled back quote inside stands for one.
std::vector<std::string> name_parts(const std::string& name) {
  std::vector<std::string> parts{""};
  bool is_quoted = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool is_doubled = is_quoted && name.compare(i, 2, "``") == 0;
    if (name[i] == '.' && !is_quoted)
      parts.emplace_back();
    else if (name[i] == '`' && !is_doubled)
      is_quoted = !is_quoted;
    else
      parts.back() += name[i];
    if (is_doubled) ++i;
  }
  return parts;
}

ColumnExpression sorted(const ExpressionPtr& child, bool ascending) {
  return ColumnExpression(make_expression(SortOrder{child, ascending, ascending}));
}

}  // namespace

ColumnExpression::ColumnExpression(std::string sql)
    : expression_(make_expression(Text{std::move(sql)})) {}

ColumnExpression ColumnExpression::alias(std::string name) const {
  return ColumnExpression(make_expression(Alias{expression_, {std::move(name)}}));
}

// A type is text until analysis, which parses it with the expression around it.
ColumnExpression ColumnExpression::cast(const std::string& type) const {
  return expr("CAST(" + to_sql(*expression_) + " AS " + type + ")");
}

ColumnExpression ColumnExpression::asc() const { return sorted(expression_, true); }
ColumnExpression ColumnExpression::desc() const { return sorted(expression_, false); }

ColumnExpression col(const std::string& name) {
  if (name == "*") return ColumnExpression(make_expression(Star{}));
  return ColumnExpression(make_expression(Attribute{name_parts(name), {}}));
}

ColumnExpression expr(std::string sql) { return ColumnExpression(std::move(sql)); }

ColumnExpression lit(const char* text) { return lit(std::string(text)); }
ColumnExpression lit(const std::string& text) { return literal(TypeKind::String, text); }
ColumnExpression lit(int number) { return literal(TypeKind::Int, std::int64_t{number}); }
ColumnExpression lit(std::int64_t number) { return literal(TypeKind::Long, number); }
ColumnExpression lit(double number) { return literal(TypeKind::Double, number); }
ColumnExpression lit(bool truth) { return literal(TypeKind::Boolean, truth); }

ColumnExpression call_function(const std::string& name,
                               const std::vector<ColumnExpression>& arguments) {
  Function call;
  call.name = name;
  for (const ColumnExpression& argument : arguments)
    call.arguments.push_back(argument.expression());
  return ColumnExpression(make_expression(std::move(call)));
}

ColumnExpression count(const ColumnExpression& column) { return call_function("count", {column}); }
ColumnExpression sum(const ColumnExpression& column) { return call_function("sum", {column}); }
ColumnExpression avg(const ColumnExpression& column) { return call_function("avg", {column}); }
ColumnExpression min(const ColumnExpression& column) { return call_function("min", {column}); }
ColumnExpression max(const ColumnExpression& column) { return call_function("max", {column}); }

ColumnExpression window(const ColumnExpression& time, const std::string& duration,
                        const std::string& slide, const std::string& start) {
  std::vector<ColumnExpression> arguments{time, lit(duration)};
  if (!slide.empty() || !start.empty()) arguments.push_back(lit(slide.empty() ? duration : slide));
  if (!start.empty()) arguments.push_back(lit(start));
  return call_function("window", arguments);
}

ColumnExpression session_window(const ColumnExpression& time, const std::string& gap) {
  return call_function("session_window", {time, lit(gap)});
}

}  // namespace millrace
