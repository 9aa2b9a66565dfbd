#include "session/data_frame.hpp"

#include "expressions/expression_errors.hpp"
#include "session/data_stream_writer.hpp"
#include "session/option_names.hpp"
#include "session/query_start.hpp"
#include "session/session_state.hpp"

namespace millrace {
namespace {

std::vector<ExpressionPtr> expressions(const std::vector<ColumnExpression>& columns) {
  std::vector<ExpressionPtr> list;
  for (const ColumnExpression& column : columns) list.push_back(column.expression());
  return list;
}

// Text may carry its own direction (`n DESC`); other columns ascend.
ExpressionPtr sort_order(const ColumnExpression& column) {
  const auto& node = column.expression()->node;
  if (std::holds_alternative<Text>(node) || std::holds_alternative<SortOrder>(node))
    return column.expression();
  return column.asc().expression();
}

}  // namespace

DataFrame DataFrame::over(plan::Node::Kind kind) const {
  return {session_, plan::make_node(std::move(kind), {plan_})};
}

DataFrame DataFrame::select(const std::vector<ColumnExpression>& columns) const {
  return over(plan::Project{expressions(columns)});
}

DataFrame DataFrame::where(const ColumnExpression& condition) const {
  return over(plan::Filter{condition.expression()});
}

DataFrame DataFrame::with_column(const std::string& name, const ColumnExpression& column) const {
  return over(plan::WithColumns{{{name, column.expression()}}});
}

DataFrame DataFrame::with_column_renamed(const std::string& from, const std::string& to) const {
  return over(plan::WithColumnsRenamed{{{from, to}}});
}

DataFrame DataFrame::drop(const std::vector<std::string>& columns) const {
  return over(plan::Drop{columns});
}

GroupedData DataFrame::group_by(const std::vector<ColumnExpression>& columns) const {
  return {*this, columns};
}

DataFrame DataFrame::agg(const std::vector<ColumnExpression>& aggregates) const {
  return group_by(std::vector<ColumnExpression>{}).agg(aggregates);
}

DataFrame DataFrame::with_watermark(const std::string& column, const std::string& delay,
                                    const std::string& idle_timeout) const {
  return over(plan::WithWatermark{column, delay, idle_timeout});
}

DataFrame DataFrame::drop_duplicates(const std::vector<std::string>& columns) const {
  return over(plan::Deduplicate{columns, false});
}

DataFrame DataFrame::drop_duplicates_within_watermark(
    const std::vector<std::string>& columns) const {
  return over(plan::Deduplicate{columns, true});
}

DataFrame DataFrame::united(const DataFrame& other, bool by_name) const {
  plan::SetOperation both{plan::SetKind::Union, true, by_name};
  return {session_, plan::make_node(std::move(both), {plan_, other.plan_})};
}

DataFrame DataFrame::union_all(const DataFrame& other) const { return united(other, false); }
DataFrame DataFrame::union_by_name(const DataFrame& other) const { return united(other, true); }

DataFrame DataFrame::joined(const DataFrame& other, plan::Join join) const {
  return {session_, plan::make_node(std::move(join), {plan_, other.plan_})};
}

DataFrame DataFrame::join(const DataFrame& other, const ColumnExpression& condition,
                          const std::string& type) const {
  return joined(other, {type, condition.expression(), {}});
}

DataFrame DataFrame::join_using(const DataFrame& other, const std::vector<std::string>& columns,
                                const std::string& type) const {
  return joined(other, {type, nullptr, columns});
}

DataFrame DataFrame::cross_join(const DataFrame& other) const {
  return joined(other, {"cross", nullptr, {}});
}

DataFrame DataFrame::order_by(const std::vector<ColumnExpression>& columns) const {
  plan::Sort sort;
  for (const ColumnExpression& column : columns) sort.orders.push_back(sort_order(column));
  return over(std::move(sort));
}

DataFrame DataFrame::limit(int count) const { return over(plan::Limit{lit(count).expression()}); }

DataFrame DataFrame::alias(const std::string& name) const {
  return over(plan::SubqueryAlias{name});
}

void DataFrame::create_or_replace_temp_view(const std::string& name) const {
  session_->put_view(name, plan_);
}

Status DataFrame::create_temp_view(const std::string& name) const {
  if (session_->add_view(name, plan_)) return {};
  Error error = spark_error("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
                            "Cannot create the temporary view `" + name +
                                "` because it already exists. Choose a different name, drop or "
                                "replace the existing view, or add the IF NOT EXISTS clause to "
                                "tolerate pre-existing views.");
  error.kind = ErrorKind::Config;
  error.fix = "use `create_or_replace_temp_view`, or drop the view first";
  return error;
}

Result<std::vector<Row>> DataFrame::rows() const {
  auto columns = schema();
  if (!columns) return std::move(columns.error());
  auto values = collect();
  if (!values) return std::move(values.error());
  const auto shared = std::make_shared<const Schema>(std::move(*columns));
  std::vector<Row> rows;
  for (auto& row : *values) rows.emplace_back(shared, std::move(row));
  return rows;
}

Result<Schema> DataFrame::schema() const {
  const Catalog catalog = session_->catalog();
  if (Status status = check_option_names(plan_, catalog); !status) return std::move(status.error());
  return schema_of(plan_, catalog, session_->settings());
}

Result<bool> DataFrame::is_streaming() const { return millrace::is_streaming(*session_, plan_); }

Result<std::vector<std::vector<Value>>> DataFrame::collect() const {
  return collect_rows(session_, plan_);
}

DataStreamWriter DataFrame::write_stream() const { return {session_, plan_}; }

DataFrame GroupedData::agg(const std::vector<ColumnExpression>& aggregates) const {
  plan::Aggregate grouped;
  grouped.grouping = expressions(keys_);
  grouped.aggregates = expressions(aggregates);
  return input_.over(std::move(grouped));
}

namespace {
plan::TransformWithState transform(std::vector<ExpressionPtr> keys, MakeProcessor make,
                                   std::string schema, TimeMode time_mode) {
  plan::TransformWithState node;
  node.grouping = std::move(keys);
  node.processor = "transformWithState";
  node.schema = std::move(schema);
  node.make = std::move(make);
  if (time_mode == TimeMode::EventTime) node.time_mode = "eventTime";
  if (time_mode == TimeMode::ProcessingTime) node.time_mode = "processingTime";
  return node;
}
}  // namespace

DataFrame GroupedData::transform_with_state(MakeProcessor make, std::string schema,
                                            TimeMode time_mode) const {
  return input_.over(transform(expressions(keys_), std::move(make), std::move(schema), time_mode));
}

Result<DataFrame> GroupedData::transform_with_state(MakeProcessor make, std::string schema,
                                                    TimeMode time_mode,
                                                    const DataFrame& initial) const {
  auto columns = initial.schema();
  if (!columns) return std::move(columns.error());
  auto rows = initial.collect();
  if (!rows) return std::move(rows.error());
  auto node = transform(expressions(keys_), std::move(make), std::move(schema), time_mode);
  node.initial_schema = std::move(*columns);
  node.initial_rows = std::move(*rows);
  return input_.over(std::move(node));
}

DataFrame GroupedData::count() const { return agg(millrace::count(lit(1)).alias("count")); }

}  // namespace millrace
