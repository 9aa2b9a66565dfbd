#include "topology/spark/sink_writer.hpp"

#include <algorithm>
#include <array>

#include "records/option_value.hpp"
#include "topology/option_registry.hpp"
#include "topology/spark/sink_functions.hpp"
#include "topology/spark/source_text.hpp"

namespace millrace::spark {
namespace {

constexpr std::int64_t kMicrosPerMilli = 1'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
/// spark.sql.streaming.realTimeMode.minBatchDuration
constexpr std::int64_t kLeastRealTime = 5 * kMicrosPerSecond;

// Keys of the file that are no options of a writer of Spark.
constexpr std::array<std::string_view, 7> kLeftOut{"format", "path",    "visibility", "onError",
                                                   "command", "maxRetries", "retryDelay"};

bool is_left_out(const std::string& name) {
  return std::any_of(kLeftOut.begin(), kLeftOut.end(), [&](std::string_view known) {
    return lower_trimmed(known) == lower_trimmed(name);
  });
}

bool is_json_console(const plan::WriteStream& sink) {
  return sink.format == "console" && lower_trimmed(text_option(sink.options, "format", "")) == "json";
}

/// Spark gives these a checkpoint of their own where none is named.
bool wants_checkpoint(const plan::WriteStream& sink) {
  return takes_path(sink.format) || sink.format == "kafka";
}

std::string interval_text(std::int64_t micros) {
  if (micros % kMicrosPerSecond == 0) return std::to_string(micros / kMicrosPerSecond) + " seconds";
  return std::to_string(std::max<std::int64_t>(1, micros / kMicrosPerMilli)) + " milliseconds";
}

}  // namespace

void SinkWriter::define(const std::string& definition) {
  if (defined_.insert(definition).second) text_ += definition + "\n";
}

void SinkWriter::write(const plan::WriteStream& sink, const Chain& frame) {
  Target to = target(sink, frame);
  if (settings_.streaming)
    write_query(sink, std::move(to));
  else
    write_table(sink, to);
}

SinkWriter::Target SinkWriter::target(const plan::WriteStream& sink, const Chain& frame) {
  if (sink.format == "foreach" || sink.format == "foreachBatch") return command_target(sink, frame);
  if (is_json_console(sink)) {
    define(kPrintRows);
    return {frame, ".foreachBatch(print_rows)", false};
  }
  const std::string format = spark_format(sink.format, sink.options);
  return {frame, ".format(" + quoted(format.empty() ? "json" : format) + ")", true,
          text_option(sink.options, "path", "")};
}

SinkWriter::Target SinkWriter::command_target(const plan::WriteStream& sink, const Chain& frame) {
  parts_.imports.insert({"os", "subprocess", "time"});
  const std::string command = quoted(text_option(sink.options, "command", ""));
  if (sink.format == "foreach") {
    define(kPipe);
    return {frame_of_lines(frame, sink.options), ".foreach(Pipe(" + command + "))", false};
  }
  const std::string function = "run_" + identifier(sink.name);
  text_ += batch_function(function, command, sink.options) + "\n";
  return {frame, ".foreachBatch(" + function + ")", false};
}

std::vector<std::string> SinkWriter::options(const plan::WriteStream& sink) const {
  std::vector<std::string> calls;
  for (const auto& [name, option] : sink.options.entries())
    if (!is_left_out(name))
      calls.push_back(".option(" + quoted(name) + ", " + parts_.value_text(name, option.value) + ")");
  return calls;
}

std::string SinkWriter::trigger_call() const {
  const std::int64_t micros = settings_.trigger.interval.count();
  switch (settings_.trigger.kind) {
    case Trigger::Kind::Once:
    case Trigger::Kind::AvailableNow: return ".trigger(availableNow=True)";
    case Trigger::Kind::ProcessingTime:
      return micros == 0 ? "" : ".trigger(processingTime=" + quoted(interval_text(micros)) + ")";
    case Trigger::Kind::Continuous: break;
  }
  if (!settings_.real_time) return "";
  return ".trigger(realTime=" + quoted(interval_text(std::max(micros, kLeastRealTime))) + ")";
}

std::string SinkWriter::checkpoint_call(const plan::WriteStream& sink) {
  std::string place;
  if (!settings_.checkpoint_location.empty()) {
    place = quoted(settings_.checkpoint_location + "/" + identifier(sink.name));
  } else if (wants_checkpoint(sink)) {
    parts_.imports.insert("tempfile");
    place = "tempfile.mkdtemp()";
  }
  return place.empty() ? "" : ".option(\"checkpointLocation\", " + place + ")";
}

void SinkWriter::write_query(const plan::WriteStream& sink, Target to) {
  Chain chain{inline_text(to.frame) + ".writeStream" + to.call};
  const bool is_update = settings_.real_time && sink.output_mode.empty();
  const std::string mode = is_update ? "update" : sink.output_mode;
  if (!mode.empty()) chain.calls.push_back(".outputMode(" + quoted(lower_trimmed(mode)) + ")");
  if (!sink.partition_by.empty()) {
    std::vector<std::string> columns;
    for (const std::string& column : sink.partition_by) columns.push_back(quoted(column));
    chain.calls.push_back(".partitionBy(" + joined(columns) + ")");
  }
  if (to.takes_options)
    for (std::string& call : options(sink)) chain.calls.push_back(std::move(call));
  for (std::string call : {checkpoint_call(sink), trigger_call()})
    if (!call.empty()) chain.calls.push_back(std::move(call));
  chain.calls.push_back(".queryName(" + quoted(sink.name) + ")");
  chain.calls.push_back(".start(" + (to.path.empty() ? "" : quoted(to.path)) + ")");
  const std::string variable = identifier(sink.name);
  queries_.push_back(variable);
  text_ += assignment(variable, chain) + "\n";
}

void SinkWriter::write_table(const plan::WriteStream& sink, const Target& to) {
  const std::string frame = inline_text(to.frame);
  const std::string prefix = ".foreachBatch(";
  if (to.call.starts_with(prefix)) {
    text_ += to.call.substr(prefix.size(), to.call.size() - prefix.size() - 1) + "(" + frame + ", 0)\n";
  } else if (sink.format == "console") {
    text_ += frame + ".show(" + option_literal(text_option(sink.options, "numRows", "20")) + ", " +
             option_literal(text_option(sink.options, "truncate", "true")) + ")\n";
  } else if (sink.format == "memory") {
    text_ += frame + ".createOrReplaceTempView(" + quoted(sink.name) + ")\n";
  } else {
    std::string calls = to.call;
    for (const std::string& call : options(sink)) calls += call;
    const std::string mode = sink.format == "noop" ? ".mode(\"overwrite\")" : ".mode(\"append\")";
    text_ += frame + ".write" + calls + mode + ".save(" + (to.path.empty() ? "" : quoted(to.path)) +
             ")\n";
  }
}

}  // namespace millrace::spark
