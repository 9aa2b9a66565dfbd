#pragma once

#include "expressions/bound_expression.hpp"
#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

enum class FrameFunction { Count, CountDistinct, Sum, Average, Min, Max };
enum class FrameOverflow { Fail, Null, Wrap };

/// What calls are computed from; calls with one argument share its place in the buffer.
struct FrameArgument {
  /// Empty: every row counts, as in count(*).
  BoundExpressionPtr value;
  /// FILTER: other rows count as NULL. May be empty.
  BoundExpressionPtr filter;
};

struct FrameCall {
  FrameFunction function{};
  std::size_t argument = 0;
  std::size_t frame = 0;
  DataType result;
  FrameOverflow on_overflow = FrameOverflow::Fail;
};

struct FrameAggregateOptions {
  /// PARTITION BY, bound to the input batch; none: one group of all rows.
  std::vector<BoundExpressionPtr> keys;
  /// RANGE: the input column to order by (whole numbers, dates or times). ROWS: -1, the order of
  /// arrival.
  int order = -1;
  /// How far each frame reaches back, ascending: in the unit of the order column, or in rows.
  std::vector<std::int64_t> frames;
  /// At most 64.
  std::vector<FrameArgument> arguments;
  std::vector<FrameCall> calls;
  /// The input's columns, then the calls.
  SchemaPtr output;
  /// `order` where it is the watermarked event time, else -1: no row is late and none is forgotten.
  int event_time = -1;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// `call OVER (PARTITION BY keys ORDER BY time RANGE BETWEEN x PRECEDING AND CURRENT ROW)`, and
/// ROWS. One output row for each input row, at once: over the rows so far whose time lies in the
/// frame that ends with its own. All frames of a key share one buffer, rows leave a frame by being
/// subtracted, so a row in order costs the same whatever the range; one out of order costs a pass
/// over the longest frame. A RANGE row is forgotten when the watermark is past the longest frame
/// that could hold it; ROWS keeps as many rows of a key as the longest frame has. Rows behind the
/// watermark are dropped. A row without a time is alone in its frame.
std::unique_ptr<Operator> make_frame_aggregate(FrameAggregateOptions options);

}  // namespace millrace
