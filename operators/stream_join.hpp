#pragma once

#include "operators/join_type.hpp"
#include "operators/operator.hpp"
#include "operators/table_join.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace millrace {

struct StreamJoinSide {
  JoinSide input;
  /// Column by which late rows are known, -1: none is late.
  int event_time = -1;
  /// When a row is given up; none: never.
  std::optional<JoinLimit> limit;
};

struct StreamJoinOptions {
  JoinType type = JoinType::Inner;
  StreamJoinSide left;
  StreamJoinSide right;
  /// For each key: NULL finds NULL (`<=>`).
  std::vector<bool> null_safe;
  /// Over the left columns, then the right ones; may be empty.
  BoundExpressionPtr condition;
  /// The left columns, then the right ones; any of them nullable, as late rows have one side only.
  SchemaPtr pairs;
  /// `pairs`, or the left columns for a semi join.
  SchemaPtr output;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// Joins two streams: keeps the rows of both sides until the watermark says that no partner can come.
/// Pairs come out at once; a row that an outer join keeps comes without partner when it is given up,
/// a left row of a semi join at its first partner. Late rows, at or before the watermark in force,
/// are taken out first and given to what reads them, with NULLs for the other side. The watermark passed
/// on is the least of its own and of the limits of the sides whose rows come out, so that rows given up
/// late are not late below; a side without a limit has no say, and its pairs may be late.
/// Requires: no anti join. Source: Spark's StreamingSymmetricHashJoinExec.
std::unique_ptr<Operator> make_stream_join(StreamJoinOptions options);

}  // namespace millrace
