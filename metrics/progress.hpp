#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// What one stateful operator did in one epoch; Spark's `stateOperators[]`.
struct StateOperatorProgress {
  std::string operator_name;  // stateStoreSave, dedupe, symmetricHashJoin
  std::int64_t num_rows_total = 0;
  std::int64_t num_rows_updated = 0;
  std::int64_t all_updates_time_ms = 0;
  std::int64_t num_rows_removed = 0;
  std::int64_t all_removals_time_ms = 0;
  std::int64_t commit_time_ms = 0;
  std::int64_t memory_used_bytes = 0;
  std::int64_t num_rows_dropped_by_watermark = 0;
  std::int64_t num_partitions = 1;
  std::map<std::string, std::int64_t> custom_metrics = {};
};

/// Spark's `sources[]`. Offsets are JSON, or text that is no JSON; none is null.
struct SourceProgress {
  std::string description;
  std::optional<std::string> start_offset;
  std::optional<std::string> end_offset;
  std::optional<std::string> latest_offset;
  std::int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  std::map<std::string, std::string> metrics = {};  // texts, also where they are numbers
};

struct SinkProgress {
  std::string description;
  std::int64_t num_output_rows = -1;  // -1: unknown
  std::map<std::string, std::string> metrics = {};
};

/// Event times of one epoch, microseconds since 1970 UTC; empty where nothing was seen.
struct EventTimeProgress {
  std::optional<std::int64_t> average;
  std::optional<std::int64_t> max;
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> watermark;
};

/// One epoch of a job, with the fields of Spark's StreamingQueryProgress. Plain data.
struct QueryProgress {
  std::string id;      // UUID, kept over restarts
  std::string run_id;  // UUID, new at each start
  std::optional<std::string> name;
  std::int64_t timestamp_micros = 0;  // start of the trigger, since 1970 UTC
  std::int64_t batch_id = 0;
  std::int64_t batch_duration_ms = 0;
  std::int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  std::map<std::string, std::int64_t> duration_ms;
  EventTimeProgress event_time;
  std::vector<StateOperatorProgress> state_operators;
  std::vector<SourceProgress> sources;
  std::vector<SinkProgress> sinks;
  std::map<std::string, std::string> observed_metrics;  // name to a row as JSON
};

/// One line of JSON in Spark's order of fields. Spark's rules: rates with one decimal (half up), NaN and
/// infinity and empty maps left out, timestamps in UTC with milliseconds, offsets as JSON where they
/// are JSON. Several sinks: `sink` is the first, `sinks` lists all.
std::string to_json(const QueryProgress& progress);

/// `text` between quotes, as JSON.
std::string json_string(std::string_view text);

}  // namespace millrace
