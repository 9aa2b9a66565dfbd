#pragma once

#include "expressions/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

/// An expression of the fluent API, unresolved: nothing is checked until the query is analyzed.
/// Plain text is SQL, so `"amount > 5"` and `"count(*) AS n"` are columns. A cheap value to copy.
class ColumnExpression {
 public:
  ColumnExpression(const char* sql) : ColumnExpression(std::string(sql)) {}
  ColumnExpression(std::string sql);
  ColumnExpression(std::nullptr_t) = delete;  // also the number 0: write `lit(0)`
  explicit ColumnExpression(ExpressionPtr expression) : expression_(std::move(expression)) {}

  ColumnExpression alias(std::string name) const;
  /// `type` is Spark's DDL: `DECIMAL(10,2)`. A type that does not exist is an error of analysis.
  ColumnExpression cast(const std::string& type) const;
  ColumnExpression asc() const;
  ColumnExpression desc() const;

  const ExpressionPtr& expression() const { return expression_; }

 private:
  ExpressionPtr expression_;
};

// Functions, under the names of pyspark.sql.functions.

/// A column by name: `a`, `t.a`, `` `odd name`.field ``, or `*`.
ColumnExpression col(const std::string& name);
/// An expression as SQL text.
ColumnExpression expr(std::string sql);
ColumnExpression lit(const char* text);
ColumnExpression lit(const std::string& text);
ColumnExpression lit(int number);
ColumnExpression lit(std::int64_t number);
ColumnExpression lit(double number);
ColumnExpression lit(bool truth);
/// Any function of the engine by name; text arguments are SQL.
ColumnExpression call_function(const std::string& name,
                               const std::vector<ColumnExpression>& arguments);

ColumnExpression count(const ColumnExpression& column);
ColumnExpression sum(const ColumnExpression& column);
ColumnExpression avg(const ColumnExpression& column);
ColumnExpression min(const ColumnExpression& column);
ColumnExpression max(const ColumnExpression& column);

/// Windows of event time; durations as in Spark (`10 minutes`). No `slide`: tumbling.
ColumnExpression window(const ColumnExpression& time, const std::string& duration,
                        const std::string& slide = {}, const std::string& start = {});
ColumnExpression session_window(const ColumnExpression& time, const std::string& gap);

}  // namespace millrace
