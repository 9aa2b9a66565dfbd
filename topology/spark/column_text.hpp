#pragma once

#include <string>
#include <vector>

#include "expressions/expression.hpp"

/// Expressions as arguments of PySpark's methods. They stay the SQL that the user wrote; only what every
/// reader of PySpark expects otherwise (columns, windows, sort orders, plain aggregates) becomes calls.
namespace millrace::spark {

/// The SQL of an expression as the user wrote it.
std::string sql_of(const Expression& expression);
/// An argument of `groupBy`: "name", F.window("time", "1 minute") or F.expr("...").
std::string grouping_text(const Expression& expression);
/// An argument of `agg`: F.sum("amount").alias("total") or F.expr("...").
std::string aggregate_text(const Expression& expression);
/// An argument of `orderBy`: "name", F.desc("name") or F.expr("...").desc_nulls_first().
std::string order_text(const Expression& expression);
/// F.expr("...")
std::string expr_text(const Expression& expression);
/// Does the expression name a column of `table`, as `table.column`? Names are compared without case.
bool mentions(const Expression& expression, const std::string& table);
/// Names of all functions that the expression calls, as written.
std::vector<std::string> functions_in(const Expression& expression);

}  // namespace millrace::spark
