#pragma once

#include "operators/join_type.hpp"
#include "operators/operator.hpp"
#include "operators/table_reload.hpp"

#include <memory>
#include <vector>

namespace millrace {

/// One side of a join as the join sees it; expressions are bound to the side's columns.
struct JoinSide {
  SchemaPtr schema;
  std::vector<BoundExpressionPtr> keys;
  /// Rows for which it is not true find no partner; may be empty.
  BoundExpressionPtr condition;
};

struct TableJoinOptions {
  JoinType type = JoinType::Inner;
  JoinSide left;
  JoinSide right;
  /// For each key: NULL finds NULL (`<=>`).
  std::vector<bool> null_safe;
  /// Over the left columns, then the right ones; may be empty.
  BoundExpressionPtr condition;
  /// The left columns, then the right ones.
  SchemaPtr pairs;
  /// `pairs`, or the left columns for semi and anti joins.
  SchemaPtr output;
  /// The port whose input is bounded and comes whole before any row of the other: 0 left, 1 right.
  int table_port = 1;
  OnError on_error = OnError::Fail;
  /// Shared by the subtasks; null: the table is not read again. Requires: no join that keeps rows of the
  /// table.
  std::shared_ptr<TableReadings> reload{};
};

/// Joins a stream with a table: reads the table into memory, then looks each row of the stream up. A
/// reload puts a new table in the place of the old one between two epochs, the same in all subtasks; when the table
/// cannot be read then, the job fails. Requires: semi and anti joins have the table on the right. An outer join
/// that keeps rows of the table gives them in `finish`, so it wants a bounded job and one subtask.
std::unique_ptr<Operator> make_table_join(TableJoinOptions options);

}  // namespace millrace
