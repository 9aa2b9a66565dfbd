#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/trigger.hpp"
#include "operators/operator.hpp"
#include "sinks/sink.hpp"
#include "sources/source.hpp"

namespace millrace {

/// How an edge spreads rows over the subtasks below it.
enum class Partitioning { Forward, Rebalance, Hash, Broadcast };

struct SourceSpec {
  std::function<std::unique_ptr<Source>()> make;
  /// Text for progress and explain: `FileStreamSource[file:/data]`.
  std::string description;
  bool bounded = false;
  bool tells_latest_offset = false;
};
struct OperatorSpec {
  std::function<std::unique_ptr<Operator>()> make;
  bool stateful = false;
  /// Spark's name in progress: stateStoreSave, dedupe, symmetricHashJoin; empty when stateless.
  std::string state_name;
  /// What its keys and values are; a checkpoint with other ones cannot be taken up.
  std::string state_schema;
  /// Gives out watermarks of its own and reports event times.
  bool is_watermark = false;
};
struct SinkSpec {
  std::function<std::unique_ptr<Sink>()> make;
  std::string description;
  OutputMode mode = OutputMode::Append;
  bool tells_rows = true;
};

/// A line of explain about one node: when results leave it, what bounds its state, what a sink promises.
struct PlanNote {
  std::string topic;  // emits, state, guarantee
  std::string text;
};

/// One node: `parallelism` subtasks of one source, operator or sink.
struct ExecutionNode {
  int id = 0;
  std::string name;    // the user's name, or kind and number
  std::string kind;    // "file", "filter", "aggregate"
  std::string detail;  // expressions, for explain
  SchemaPtr output;
  int parallelism = 1;
  std::variant<SourceSpec, OperatorSpec, SinkSpec> spec;
  std::vector<PlanNote> notes = {};
};

/// Rows of `from` go to input `port` of `to`.
struct ExecutionEdge {
  int from = 0;
  int to = 0;
  int port = 0;
  Partitioning partitioning = Partitioning::Forward;
  /// Hash: what to hash, bound to the output of `from`.
  std::vector<BoundExpressionPtr> keys;
  /// Whether watermarks travel on this edge; an input without them does not hold others back.
  bool has_watermark = false;
  /// Carries the rows that came too late for `from` instead of its results.
  bool is_late = false;
  /// Carries the records that `from` could not decode or evaluate, in place of its results.
  bool dead_letters = false;
};

/// What a job runs: printable, no live objects, factories only. Nodes stand in topological order and
/// `id` is the index.
struct ExecutionPlan {
  std::string name;
  std::vector<ExecutionNode> nodes;
  std::vector<ExecutionEdge> edges;
  /// Micro-batch: run an epoch without data when the watermark moved (stateful, not complete mode).
  bool needs_no_data_epochs = false;
  /// multipleWatermarkPolicy = max
  bool max_watermark_policy = false;
  /// No source is streaming: the job ends by itself and flushes.
  bool bounded = false;
};

}  // namespace millrace
