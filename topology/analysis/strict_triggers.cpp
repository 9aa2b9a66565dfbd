#include "topology/analysis/strict_triggers.hpp"

#include "expressions/expression_errors.hpp"
#include "topology/analysis/formats.hpp"

#include <chrono>
#include <map>
#include <string_view>

namespace millrace {
namespace {

using resolved::Step;
using resolved::StepPtr;

constexpr const char* kFix = "set sparkStrict to false, or use another trigger";

template <class Kind>
const Kind* as(const Step& step) {
  return std::get_if<Kind>(&step.kind);
}

Error refusal(std::string message, const Origin& origin) {
  Error error = make_error(ErrorKind::Config, std::move(message), kFix);
  error.origin = origin;
  return error;
}

Error real_time_limit(const std::string& subclass, const std::string& limit) {
  Error error = spark_error("STREAMING_REAL_TIME_MODE." + subclass, "0A000",
                            "Streaming real-time mode has the following limitation: " + limit);
  error.kind = ErrorKind::Config;
  error.fix = kFix;
  return error;
}

/// Spark's name of an operation that is not on the list of continuous mode, or nothing.
std::string_view refused_in_continuous(const Step& step) {
  if (as<resolved::Aggregate>(step)) return "Aggregate";
  if (as<resolved::Watermark>(step)) return "EventTimeWatermark";
  if (as<resolved::Deduplicate>(step)) return "Deduplicate";
  if (as<resolved::TransformWithState>(step)) return "TransformWithState";
  if (as<resolved::Explode>(step)) return "Generate";
  if (as<resolved::Expand>(step) || as<resolved::AssignWindow>(step)) return "Expand";
  if (as<resolved::Limit>(step)) return "LocalLimit";
  if (as<resolved::Union>(step)) return "Union";
  if (as<resolved::Join>(step)) return "Join";
  if (as<resolved::Sort>(step)) return "Sort";
  const auto* read = as<resolved::Read>(step);
  return read && is_file_format(read->format) ? "StreamingRelation" : "";
}

/// The class of Spark that reads a kind of source in micro-batches only; Kafka has a reader for both.
std::string_view micro_batch_reader(const std::string& format) {
  static const std::map<std::string, std::string_view> kReaders{
      {"rate", "sources.RateStreamMicroBatchStream"},
      {"rate-micro-batch", "sources.RatePerMicroBatchStream"},
      {"socket", "sources.TextSocketMicroBatchStream"}};
  if (is_file_format(format)) return "runtime.FileStreamSource";
  const auto reader = kReaders.find(format);
  return reader == kReaders.end() ? "" : reader->second;
}

std::string title(OutputMode mode) {
  return mode == OutputMode::Complete ? "Complete" : "Append";
}

}  // namespace

std::vector<Error> continuous_refusals(const resolved::Output& output,
                                       const std::vector<StepPtr>& steps,
                                       const Settings& settings) {
  std::vector<Error> errors;
  if (output.format == "foreachBatch")
    errors.push_back(
        refusal("'foreachBatch' is not supported with continuous trigger.", output.origin));
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const std::string_view operation = refused_in_continuous(**step);
    if (operation.empty()) continue;
    errors.push_back(refusal(
        "Continuous processing does not support " + std::string(operation) + " operations.",
        (*step)->origin));
  }
  const auto interval = std::chrono::floor<std::chrono::milliseconds>(settings.trigger.interval);
  if (is_file_format(output.format))
    errors.push_back(refusal("Unknown type of trigger: ContinuousTrigger(" +
                                 std::to_string(interval.count()) + ")",
                             output.origin));
  return errors;
}

std::optional<Error> real_time_mode_refusal(OutputMode mode) {
  if (mode == OutputMode::Update) return std::nullopt;
  return real_time_limit("OUTPUT_MODE_NOT_SUPPORTED",
                         "The output mode " + title(mode) +
                             " is not supported. To work around this limitation, set the output "
                             "mode to Update. In the future, " +
                             title(mode) + " may be supported.");
}

std::vector<Error> real_time_source_refusals(const std::vector<StepPtr>& steps) {
  std::vector<Error> errors;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto* read = as<resolved::Read>(**step);
    if (!read || !(*step)->streaming) continue;
    const std::string_view reader = micro_batch_reader(read->format);
    if (reader.empty()) continue;
    errors.push_back(real_time_limit(
        "INPUT_STREAM_NOT_SUPPORTED",
        "The input stream org.apache.spark.sql.execution.streaming." + std::string(reader) +
            " is not supported in Real-time Mode."));
    errors.back().origin = (*step)->origin;
  }
  return errors;
}

}  // namespace millrace
