#pragma once

#include "session/column_expression.hpp"
#include "session/typed_rows.hpp"
#include "topology/plan/node.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct SessionState;
class DataStreamWriter;
class GroupedData;

/// Rows of a table or a stream that a program describes step by step (Spark's DataFrame). Holds an
/// unresolved logical plan only: nothing is read and nothing is checked until `schema`, `collect`
/// or `write_stream().start()`. Immutable and cheap to copy; safe to share between threads.
class DataFrame {
 public:
  DataFrame(std::shared_ptr<SessionState> session, plan::NodePtr plan)
      : session_(std::move(session)), plan_(std::move(plan)) {}

  DataFrame select(const std::vector<ColumnExpression>& columns) const;
  template <class... Columns>
  DataFrame select(const Columns&... columns) const {
    return select(std::vector<ColumnExpression>{ColumnExpression(columns)...});
  }
  template <class... Texts>
  DataFrame select_expr(const Texts&... texts) const {
    return select(std::vector<ColumnExpression>{ColumnExpression(texts)...});
  }
  DataFrame where(const ColumnExpression& condition) const;
  DataFrame filter(const ColumnExpression& condition) const { return where(condition); }
  DataFrame with_column(const std::string& name, const ColumnExpression& column) const;
  DataFrame with_column_renamed(const std::string& from, const std::string& to) const;
  DataFrame drop(const std::vector<std::string>& columns) const;

  GroupedData group_by(const std::vector<ColumnExpression>& columns) const;
  template <class... Columns>
  GroupedData group_by(const Columns&... columns) const;
  /// Aggregates of all rows.
  DataFrame agg(const std::vector<ColumnExpression>& aggregates) const;

  /// Rows more than `delay` older than the newest event time are late. After `idle_timeout` without rows
  /// the frame no longer holds back the watermark of what it is joined or united with; empty: it always does.
  DataFrame with_watermark(const std::string& column, const std::string& delay,
                           const std::string& idle_timeout = {}) const;
  /// Without columns: rows that are equal in all.
  DataFrame drop_duplicates(const std::vector<std::string>& columns = {}) const;
  DataFrame drop_duplicates_within_watermark(const std::vector<std::string>& columns = {}) const;
  DataFrame distinct() const { return drop_duplicates(); }

  DataFrame union_all(const DataFrame& other) const;
  DataFrame union_by_name(const DataFrame& other) const;

  /// Rows of both frames that belong together; `type` is one of Spark's names (`inner`, `left`,
  /// `left_semi` ...). Columns of one name need an `alias` on each side.
  DataFrame join(const DataFrame& other, const ColumnExpression& condition,
                 const std::string& type = "inner") const;
  /// Rows that are equal in columns which both frames have; those come once, in front.
  DataFrame join_using(const DataFrame& other, const std::vector<std::string>& columns,
                       const std::string& type = "inner") const;
  /// Every row with every other.
  DataFrame cross_join(const DataFrame& other) const;

  DataFrame order_by(const std::vector<ColumnExpression>& columns) const;
  template <class... Columns>
  DataFrame order_by(const Columns&... columns) const {
    return order_by(std::vector<ColumnExpression>{ColumnExpression(columns)...});
  }
  DataFrame limit(int count) const;
  /// Qualifies the columns: `name.column`.
  DataFrame alias(const std::string& name) const;

  /// Makes the frame known to `Session::sql` and `Session::table`; takes the place of a view of
  /// that name.
  void create_or_replace_temp_view(const std::string& name) const;

  /// The same, but a view of that name is an error: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS.
  Status create_temp_view(const std::string& name) const;

  /// The columns, without starting anything.
  Result<Schema> schema() const;
  /// Whether a streaming source is below; an error when the plan has one.
  Result<bool> is_streaming() const;
  /// All rows of a frame without streaming source. Runs the query and waits for it.
  Result<std::vector<std::vector<Value>>> collect() const;
  /// The same, each row with its schema.
  Result<std::vector<Row>> rows() const;
  /// The same as structs that MILLRACE_ROW was written for.
  template <RowType T>
  Result<std::vector<T>> collect_as() const {
    auto all = rows();
    if (!all) return std::move(all.error());
    return rows_as<T>(*all);
  }
  /// The first rows as a table, as Spark's `show` prints it; `truncate` cuts cells to 20 characters.
  Result<std::string> show_text(int num_rows = 20, bool truncate = true) const;
  /// How to run the frame as a streaming query.
  DataStreamWriter write_stream() const;

  const plan::NodePtr& plan() const { return plan_; }

 private:
  friend class GroupedData;
  DataFrame over(plan::Node::Kind kind) const;
  DataFrame joined(const DataFrame& other, plan::Join join) const;
  DataFrame united(const DataFrame& other, bool by_name) const;

  std::shared_ptr<SessionState> session_;
  plan::NodePtr plan_;
};

/// A frame with the keys to group it by. Immutable.
class GroupedData {
 public:
  GroupedData(DataFrame input, std::vector<ColumnExpression> keys)
      : input_(std::move(input)), keys_(std::move(keys)) {}

  /// The keys, then the aggregates.
  DataFrame agg(const std::vector<ColumnExpression>& aggregates) const;
  template <class... Columns>
  DataFrame agg(const Columns&... columns) const {
    return agg(std::vector<ColumnExpression>{ColumnExpression(columns)...});
  }
  /// Rows of each group, as the column `count`.
  DataFrame count() const;
  /// A stateful operator of the program's own over the rows of each key (Spark's transformWithState).
  /// `schema`: the DDL of what it puts out; `make`: makes the processor of one subtask.
  DataFrame transform_with_state(MakeProcessor make, std::string schema,
                                 TimeMode time_mode = TimeMode::None) const;
  /// The same beginning with the rows of a table, whose first columns are the key: the processor gets
  /// them by `handle_initial_state`. The table is read now.
  Result<DataFrame> transform_with_state(MakeProcessor make, std::string schema, TimeMode time_mode,
                                         const DataFrame& initial) const;

 private:
  DataFrame input_;
  std::vector<ColumnExpression> keys_;
};

template <class... Columns>
GroupedData DataFrame::group_by(const Columns&... columns) const {
  return group_by(std::vector<ColumnExpression>{ColumnExpression(columns)...});
}

}  // namespace millrace
