#pragma once

#include "operators/operator.hpp"
#include "operators/stateful_processor.hpp"
#include "records/options.hpp"
#include "records/value.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// Rows that a processor gets before any input, when its query starts for the first time: columns
/// of the key, then others.
struct InitialState {
  Schema schema;
  std::vector<std::vector<Value>> rows;
};

struct TransformWithStateOptions {
  /// What groups the rows, bound to the input batch; at least one.
  std::vector<BoundExpressionPtr> keys;
  /// Names and types of the keys, for the processor.
  SchemaPtr key_schema;
  SchemaPtr input;
  SchemaPtr output;
  MakeProcessor make;
  TimeMode time_mode = TimeMode::None;
  /// Input column with the watermarked event time, or -1: no row is ever late.
  int event_time = -1;
  /// The processor's name, for messages, and what the user set for it.
  std::string name;
  Options processor_options;
  InitialState initial;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// Gives the rows of each key to a processor of the program, which keeps state and sets timers for
/// the key and puts out rows. Rows behind the watermark are dropped. Timers in event time fire
/// behind the rows, when the watermark reaches them; timers in processing time when their time has
/// come, in micro-batch mode at the end of the next micro-batch. When a bounded input ends all
/// timers in event time fire. Source of the rules: Spark's TransformWithStateExec.
std::unique_ptr<Operator> make_transform_with_state(TransformWithStateOptions options);

}  // namespace millrace
