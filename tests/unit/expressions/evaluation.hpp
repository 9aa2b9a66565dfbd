#pragma once

#include <string>
#include <vector>

#include "expressions/binder.hpp"
#include "expressions/parser.hpp"
#include "records/value.hpp"
#include "records/value_text.hpp"

namespace millrace::test {

/// A batch from rows of values, one column a field.
inline RecordBatch make_rows(RecordPool& pool, const SchemaPtr& schema,
                             const std::vector<std::vector<Value>>& rows) {
  RecordBatch batch = pool.make_batch(schema);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      if (row[c].is_null()) batch.columns()[c]->append_null();
      else append_value(*batch.columns()[c], row[c]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
  return batch;
}

inline BindScope scope_of(const Schema& schema) {
  BindScope scope;
  for (const Field& field : schema.fields)
    scope.columns.push_back({field.name, {}, {}, field.type, field.nullable});
  return scope;
}

/// Binds SQL text, or the errors' classes in `failure`.
inline BoundExpressionPtr bind_text(const std::string& sql, const Schema& schema,
                                    const ExpressionSettings& settings, std::string& failure) {
  auto parsed = parse_expression(sql);
  if (!parsed) {
    failure = parsed.error().error_class + ": " + parsed.error().message;
    return nullptr;
  }
  std::vector<Error> errors;
  auto bound = millrace::bind(**parsed, scope_of(schema), FunctionRegistry::builtin(), settings, errors);
  for (const Error& error : errors) failure += error.error_class + ": " + error.message + "\n";
  return bound;
}

/// The column's values for `rows` as one text: `1 null 3`; rows that failed show the error's class.
inline std::string evaluate_text(const BoundExpression& expression, EvalContext& context,
                                 const RecordBatch& batch, Rows rows) {
  const ColumnRef column = expression.evaluate(context, batch, rows);
  std::string text;
  rows.for_each([&](std::uint32_t row) {
    if (!text.empty()) text += " ";
    const RowError* failed = nullptr;
    for (const RowError& error : context.errors)
      if (error.row == row) failed = &error;
    if (failed != nullptr) text += failed->error.error_class;
    else append_text(text, *column, row & column->index_mask(), TextStyle());
  });
  return text;
}

/// Binds and evaluates over all rows: `trace("a + 1", schema, rows)` is `2 3 null`.
inline std::string trace(const std::string& sql, const SchemaPtr& schema,
                         const std::vector<std::vector<Value>>& rows,
                         const ExpressionSettings& settings = {}) {
  std::string failure;
  const BoundExpressionPtr bound = bind_text(sql, *schema, settings, failure);
  if (bound == nullptr) return failure;
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const RecordBatch batch = make_rows(*pool, schema, rows);
  return evaluate_text(*bound, context, batch, batch.rows());
}

inline Value long_value(std::int64_t value) { return {TypeKind::Long, value}; }
inline Value double_value(double value) { return {TypeKind::Double, value}; }
inline Value string_value(std::string value) { return {TypeKind::String, std::move(value)}; }
inline Value boolean_value(bool value) { return {TypeKind::Boolean, value}; }
inline Value missing(DataType type) { return {std::move(type), {}}; }

inline SchemaPtr schema_of(std::vector<Field> fields) {
  return std::make_shared<const Schema>(Schema{std::move(fields)});
}

}  // namespace millrace::test
