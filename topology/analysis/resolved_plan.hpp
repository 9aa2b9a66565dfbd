#pragma once

#include "operators/transform_with_state.hpp"
#include "expressions/binder.hpp"
#include "operators/frame_aggregate.hpp"
#include "operators/join_type.hpp"
#include "operators/lag.hpp"
#include "operators/operator.hpp"
#include "records/options.hpp"
#include "sinks/sink_type.hpp"
#include "sources/source_type.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The resolved logical plan: steps with known types and bound expressions. A step used twice is
/// one object with two parents. Knows neither trigger nor output mode; holds nothing live.
namespace millrace::resolved {

struct Step;
using StepPtr = std::shared_ptr<const Step>;

struct Read {
  std::string format;
  PlannedSource source;
};
struct Project {
  std::vector<BoundExpressionPtr> expressions;
};
struct Filter {
  BoundExpressionPtr condition;
};
/// Output: the input's columns, then the generator's.
struct Explode {
  std::string function;  // explode, posexplode, inline; `_outer` is in `outer`
  BoundExpressionPtr collection;
  bool outer = false;
};
/// Several rows for one: one for each projection (grouping sets).
struct Expand {
  std::vector<std::vector<BoundExpressionPtr>> projections;
};
/// A time window over event times; microseconds since 1970-01-01 UTC.
struct TimeWindow {
  BoundExpressionPtr time;  // timestamp; rows where it is NULL fall in no window
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::int64_t start = 0;
  /// session_window: when the row's own session ends, its time plus the gap; else empty.
  BoundExpressionPtr session_end;
  bool is_session() const { return session_end != nullptr; }
};
/// Output: the keys, then the aggregates.
struct Aggregate {
  std::vector<BoundExpressionPtr> keys;
  std::vector<BoundAggregate> aggregates;
  /// Index of the key that has the watermark (timestamp, or window of it): groups at or below it
  /// are final. -1: none.
  int event_time_key = -1;
  /// Index of the key that is a session window: sessions of equal other keys merge. -1: none.
  int session_key = -1;
  /// The event-time key is a sliding window that nothing else looks at, and no aggregate depends on the
  /// order of the rows: windows may be put together from slices.
  bool may_slice = false;
};
/// OVER with the frame of all rows so far. Output: the input's columns, then one for each call.
struct RunningAggregate {
  std::vector<BoundExpressionPtr> keys;
  std::vector<BoundAggregate> calls;
  /// The input column by which rows are late, or -1.
  int event_time = -1;
};
/// OVER with frames that move. Output: the input's columns, then one for each call.
struct FrameAggregate {
  std::vector<BoundExpressionPtr> keys;
  /// RANGE: the input column that orders the rows. ROWS: -1.
  int order = -1;
  /// How far each frame reaches back, ascending.
  std::vector<std::int64_t> frames;
  std::vector<FrameArgument> arguments;
  std::vector<FrameCall> calls;
  int event_time = -1;
};
/// lag() OVER. Output: the input's columns, then one for each call.
struct Lag {
  std::vector<BoundExpressionPtr> keys;
  std::vector<LagCall> calls;
  int event_time = -1;
};
/// lead() OVER. Output: the input's columns, then one for each call.
struct Lead {
  std::vector<BoundExpressionPtr> keys;
  std::vector<LagCall> calls;
};
/// Adds a window column behind the input's columns, one row for each window a row lies in.
struct AssignWindow {
  TimeWindow window;
};
struct Watermark {
  int column = 0;
  std::int64_t delay_micros = 0;
  std::int64_t idle_timeout_micros = 0;  // 0: never idle
};
struct Deduplicate {
  std::vector<int> keys;
  bool within_watermark = false;
  /// The input's event-time column, -1 when there is none; whether it is one of the keys.
  int event_time = -1;
  bool event_time_is_key = false;
  std::int64_t delay_micros = 0;
};
/// A program's own operator. Output: what its schema says.
struct TransformWithState {
  std::vector<BoundExpressionPtr> keys;
  SchemaPtr key_schema;
  std::string name;
  MakeProcessor make;
  TimeMode time_mode = TimeMode::None;
  /// The input's event-time column, -1 when there is none.
  int event_time = -1;
  Options options;
  InitialState initial;
};
struct Union {};
struct JoinInput {
  /// Bound to the side; the keys of both sides have the same types.
  std::vector<BoundExpressionPtr> keys;
  /// Terms of the condition that look at this side only; may be empty.
  BoundExpressionPtr condition;
  /// Both sides streaming: when its rows may be forgotten; none: never.
  std::optional<JoinLimit> limit;
};
/// Output: the left columns, then the right ones; the left ones only for semi and anti joins.
struct Join {
  JoinType type = JoinType::Inner;
  JoinInput left;
  JoinInput right;
  /// For each key: NULL finds NULL.
  std::vector<bool> null_safe;
  /// What is left of the condition, over the columns of `pairs`; may be empty.
  BoundExpressionPtr condition;
  /// The left columns, then the right ones.
  SchemaPtr pairs;
  /// A key carries a watermark.
  bool has_watermark_key = false;
  bool is_stream_stream = false;
};
struct SortKey {
  BoundExpressionPtr expression;
  bool ascending = true;
  bool nulls_first = true;
};
struct Sort {
  std::vector<SortKey> keys;
};
/// The first rows of each key. Output: the input's columns, then the rank.
struct TopRows {
  std::vector<BoundExpressionPtr> keys;
  std::vector<SortKey> order;
  std::int64_t count = 1;
};
struct Limit {
  std::int64_t count = 0;
};

struct Step {
  using Kind = std::variant<Read, Project, Filter, Explode, Expand, Aggregate,
                            RunningAggregate, FrameAggregate, Lag, Lead, AssignWindow,
                            Watermark, Deduplicate, TransformWithState, Union, Join, Sort, TopRows,
                            Limit>;
  Kind kind;
  std::vector<StepPtr> inputs;
  SchemaPtr schema;
  /// For each output column, the watermark delay in microseconds when it carries event time. Plain
  /// copies keep it, computed columns do not (Spark's delay metadata).
  std::vector<std::optional<std::int64_t>> event_time;
  /// At least one source below is streaming.
  bool streaming = false;
  /// A watermark is declared at or below this step.
  bool has_watermark = false;
  std::string name;    // the user's, or empty
  std::string detail;  // what the user wrote, as SQL
  Origin origin;
  Options options;  // uid, parallelism, onError, lateRecords
  /// Stands for one node of the user's plan: the node's id.
  std::int64_t node_id = 0;
};

/// One sink with what it reads.
struct Output {
  StepPtr input;
  std::string name;
  std::string format;
  PlannedSink sink;
  OutputMode mode = OutputMode::Append;
  /// `visibility: committed`.
  bool wants_committed = false;
  Origin origin;
  /// Writes the rows that come too late for `input`, in the form in which they come to it.
  bool late_records = false;
};

struct Plan {
  std::vector<Output> outputs;
};

/// Of what a sink behind `step` gets: its results, or its late rows as they come to it.
const SchemaPtr& written_schema(const Step& step, bool late_records);
/// `filter`, `aggregate` ...: the name of the kind in explain, metrics and messages.
std::string kind_name(const Step& step);
/// The first column with event time, -1 when there is none.
int event_time_column(const Step& step);
/// True when the step keeps state between rows.
bool is_stateful(const Step& step);

}  // namespace millrace::resolved
