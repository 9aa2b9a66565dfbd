#include "metrics/progress.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "records/time_text.hpp"
#include "records/utf8.hpp"

namespace millrace {
namespace {

/// Writes members with commas between them.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonObject() { out_ += '}'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  /// Gives the text to append the value to.
  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += json_string(name) + ":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) { key(name) += json_string(value); }
  void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void rate(std::string_view name, double value) {
    if (!std::isfinite(value)) return;
    key(name) += fmt::format("{:.1f}", std::floor(value * 10 + 0.5) / 10);
  }
  void time(std::string_view name, const std::optional<std::int64_t>& micros) {
    if (!micros) return;
    std::string text;
    append_timestamp_iso(text, *micros, TimeZone());
    this->text(name, text);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

// Offsets come from our own sources: an object, a list, or a whole number is JSON.
bool is_json(std::string_view offset) {
  if (offset.empty()) return false;
  if (offset.front() == '{') return offset.back() == '}';
  if (offset.front() == '[') return offset.back() == ']';
  if (offset == "null") return true;
  const std::size_t digits = offset.front() == '-' ? 1 : 0;
  return offset.size() > digits &&
         offset.find_first_not_of("0123456789", digits) == std::string_view::npos;
}

void write_offset(JsonObject& object, std::string_view name,
                  const std::optional<std::string>& offset) {
  std::string& out = object.key(name);
  if (!offset)
    out += "null";
  else
    out += is_json(*offset) ? *offset : json_string(*offset);
}

void write_numbers(JsonObject& parent, std::string_view name,
                   const std::map<std::string, std::int64_t>& numbers) {
  if (numbers.empty()) return;
  JsonObject object(parent.key(name));
  for (const auto& [key, number] : numbers) object.number(key, number);
}

void write_texts(JsonObject& parent, const std::map<std::string, std::string>& texts) {
  if (texts.empty()) return;
  JsonObject object(parent.key("metrics"));
  for (const auto& [key, text] : texts) object.text(key, text);
}

void write_observed(JsonObject& parent, const std::map<std::string, std::string>& rows) {
  if (rows.empty()) return;
  JsonObject object(parent.key("observedMetrics"));
  for (const auto& [name, row] : rows) object.key(name) += row;
}

void write(std::string& out, const StateOperatorProgress& state) {
  JsonObject object(out);
  object.text("operatorName", state.operator_name);
  object.number("numRowsTotal", state.num_rows_total);
  object.number("numRowsUpdated", state.num_rows_updated);
  object.number("allUpdatesTimeMs", state.all_updates_time_ms);
  object.number("numRowsRemoved", state.num_rows_removed);
  object.number("allRemovalsTimeMs", state.all_removals_time_ms);
  object.number("commitTimeMs", state.commit_time_ms);
  object.number("memoryUsedBytes", state.memory_used_bytes);
  object.number("numRowsDroppedByWatermark", state.num_rows_dropped_by_watermark);
  object.number("numShufflePartitions", state.num_partitions);
  object.number("numStateStoreInstances", state.num_partitions);
  write_numbers(object, "customMetrics", state.custom_metrics);
}

void write(std::string& out, const SourceProgress& source) {
  JsonObject object(out);
  object.text("description", source.description);
  write_offset(object, "startOffset", source.start_offset);
  write_offset(object, "endOffset", source.end_offset);
  write_offset(object, "latestOffset", source.latest_offset);
  object.number("numInputRows", source.num_input_rows);
  object.rate("inputRowsPerSecond", source.input_rows_per_second);
  object.rate("processedRowsPerSecond", source.processed_rows_per_second);
  write_texts(object, source.metrics);
}

void write(std::string& out, const SinkProgress& sink) {
  JsonObject object(out);
  object.text("description", sink.description);
  object.number("numOutputRows", sink.num_output_rows);
  write_texts(object, sink.metrics);
}

template <class Element>
void write_list(std::string& out, const std::vector<Element>& elements) {
  out += '[';
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    write(out, elements[i]);
  }
  out += ']';
}

void write_event_time(JsonObject& progress, const EventTimeProgress& times) {
  if (!times.watermark && !times.max) return;
  JsonObject object(progress.key("eventTime"));
  object.time("avg", times.average);
  object.time("max", times.max);
  object.time("min", times.min);
  object.time("watermark", times.watermark);
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string valid;
  append_valid_utf8(valid, text);
  std::string out = "\"";
  for (char c : valid) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string to_json(const QueryProgress& progress) {
  std::string out;
  {
    JsonObject object(out);
    object.text("id", progress.id);
    object.text("runId", progress.run_id);
    object.key("name") += progress.name ? json_string(*progress.name) : "null";
    object.time("timestamp", progress.timestamp_micros);
    object.number("batchId", progress.batch_id);
    object.number("batchDuration", progress.batch_duration_ms);
    object.number("numInputRows", progress.num_input_rows);
    object.rate("inputRowsPerSecond", progress.input_rows_per_second);
    object.rate("processedRowsPerSecond", progress.processed_rows_per_second);
    write_numbers(object, "durationMs", progress.duration_ms);
    write_event_time(object, progress.event_time);
    write_list(object.key("stateOperators"), progress.state_operators);
    write_list(object.key("sources"), progress.sources);
    if (!progress.sinks.empty()) write(object.key("sink"), progress.sinks.front());
    if (progress.sinks.size() > 1) write_list(object.key("sinks"), progress.sinks);
    write_observed(object, progress.observed_metrics);
  }
  return out;
}

}  // namespace millrace
