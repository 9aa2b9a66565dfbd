#include "topology/spark/spark_export.hpp"

#include <algorithm>
#include <functional>

#include "records/option_value.hpp"
#include "topology/spark/frame_writer.hpp"
#include "topology/spark/refusals.hpp"
#include "topology/spark/sink_writer.hpp"

namespace millrace::spark {
namespace {

constexpr const char* kKafkaPackage = "org.apache.spark:spark-sql-kafka-0-10_2.13:4.3.0";

void for_each_node(const plan::NodePtr& root, const std::function<void(const plan::Node&)>& visit) {
  visit(*root);
  for (const plan::NodePtr& input : root->inputs) for_each_node(input, visit);
}

/// What the writers have to know of the whole job.
struct JobFacts {
  bool has_stream = false;
  bool uses_kafka = false;
  bool reads_kafka_only = true;
  bool has_idle_timeout = false;
  bool has_partition_watermark = false;
  bool is_stateless = true;
};

bool keeps_state(const plan::Node& node) {
  const auto& kind = node.kind;
  return std::holds_alternative<plan::Aggregate>(kind) ||
         std::holds_alternative<plan::Deduplicate>(kind) ||
         std::holds_alternative<plan::Join>(kind) || std::holds_alternative<plan::Limit>(kind) ||
         std::holds_alternative<plan::Sort>(kind) || std::holds_alternative<plan::SqlQuery>(kind) ||
         std::holds_alternative<plan::SetOperation>(kind);
}

void look_at(const plan::Node& node, JobFacts& facts) {
  if (const auto* read = std::get_if<plan::Read>(&node.kind)) {
    facts.has_stream |= read->streaming;
    facts.uses_kafka |= read->format == "kafka";
    facts.reads_kafka_only &= read->format == "kafka";
  }
  const auto* watermark = std::get_if<plan::WithWatermark>(&node.kind);
  facts.has_idle_timeout |= watermark && !watermark->idle_timeout.empty();
  facts.has_partition_watermark |= watermark && node.options.find("partitionBy");
  facts.is_stateless &= !keeps_state(node);
}

/// All names count, also those that only a query reads.
JobFacts facts_of(const LoadedTopology& loaded) {
  JobFacts facts;
  for (const auto& [name, node] : loaded.views)
    for_each_node(node, [&](const plan::Node& part) { look_at(part, facts); });
  for (const plan::WriteStream& sink : loaded.outputs) {
    for_each_node(sink.input, [&](const plan::Node& part) { look_at(part, facts); });
    facts.uses_kafka |= sink.format == "kafka";
  }
  return facts;
}

/// Spark's Real-Time Mode reads Kafka and writes to Kafka or the console; with state it wants RocksDB and
/// other settings of the cluster, which a topology does not know.
bool allows_real_time(const LoadedTopology& loaded, const JobFacts& facts) {
  return loaded.settings.trigger.is_continuous() && facts.reads_kafka_only && facts.is_stateless &&
         std::all_of(loaded.outputs.begin(), loaded.outputs.end(), [](const auto& sink) {
           const bool is_json = lower_trimmed(text_option(sink.options, "format", "")) == "json";
           return sink.format == "kafka" || (sink.format == "console" && !is_json);
         });
}

std::vector<std::string> notes_of(const LoadedTopology& loaded, const JobFacts& facts,
                                  bool real_time) {
  std::vector<std::string> notes;
  if (real_time)
    notes.push_back("The continuous trigger becomes Spark's Real-Time Mode; its batches last 5 seconds "
                    "or longer.");
  else if (loaded.settings.trigger.is_continuous())
    notes.push_back("Spark has no continuous mode for this job: it runs in micro-batches, as soon as "
                    "the last one is done.");
  if (facts.has_idle_timeout)
    notes.push_back("Spark has no idleTimeout: an input that is silent holds the watermark back.");
  if (facts.has_partition_watermark)
    notes.push_back("Spark has one watermark over all partitions: rows of a slow one may be late.");
  if (loaded.outputs.size() > 1)
    notes.push_back("Each sink is a query of its own in Spark: it reads its sources itself.");
  if (!loaded.checkpoint_location.empty())
    notes.push_back("State does not move between the engines: Spark keeps checkpoints of its own.");
  return notes;
}

/// The text as comment lines of at most 96 characters.
std::string comment(const std::string& text) {
  constexpr std::size_t kWidth = 94;
  std::string out;
  std::size_t start = 0;
  while (text.size() - start > kWidth) {
    const std::size_t blank = text.rfind(' ', start + kWidth);
    out += "# " + text.substr(start, blank - start) + "\n";
    start = blank + 1;
  }
  return out + "# " + text.substr(start) + "\n";
}

std::string head(const LoadedTopology& loaded, const SparkExport& result) {
  std::string out = comment(loaded.name + ": written by `millrace export spark` and yours to edit.");
  const std::string packages =
      result.packages.empty() ? "" : "--packages " + result.packages.front() + " ";
  out += "#\n" + comment("Run it with: spark-submit " + packages + "<this file>");
  if (!result.notes.empty()) out += "#\n";
  for (const std::string& note : result.notes) out += comment(note);
  return out;
}

std::string import_lines(const ProgramParts& parts, const std::string& body) {
  std::string out;
  for (const std::string& name : parts.imports) out += "import " + name + "\n";
  if (!out.empty()) out += "\n";
  out += "from pyspark.sql import SparkSession\n";
  if (body.find("F.") != std::string::npos) out += "from pyspark.sql import functions as F\n";
  return out + "\n";
}

std::string session_lines(const LoadedTopology& loaded) {
  const Settings& settings = loaded.settings;
  Chain chain{"SparkSession.builder.appName(" + quoted(loaded.name) + ")"};
  const auto set = [&](const std::string& name, const std::string& value) {
    chain.calls.push_back(".config(" + quoted(name) + ", " + quoted(value) + ")");
  };
  set("spark.sql.session.timeZone", settings.time_zone);
  set("spark.sql.ansi.enabled", settings.ansi ? "true" : "false");
  if (settings.max_watermark_policy) set("spark.sql.streaming.multipleWatermarkPolicy", "max");
  return assignment("spark", std::move(chain).with(".getOrCreate()"));
}

/// Waits for all queries; the first that fails ends the program with its error.
std::string wait_lines(const std::vector<std::string>& queries) {
  if (queries.empty()) return "";
  if (queries.size() == 1) return queries.front() + ".awaitTermination()\n";
  return "# One job: when a query fails, the others end with it.\n"
         "while spark.streams.active:\n"
         "    spark.streams.awaitAnyTermination()\n"
         "    spark.streams.resetTerminated()\n"
         "for query in (" +
         joined(queries) +
         "):\n"
         "    query.awaitTermination()\n";
}

SinkSettings sink_settings(const LoadedTopology& loaded, const JobFacts& facts, bool real_time) {
  SinkSettings settings;
  settings.trigger = loaded.settings.trigger;
  settings.real_time = real_time;
  settings.streaming = facts.has_stream;
  if (!loaded.checkpoint_location.empty())
    settings.checkpoint_location = loaded.checkpoint_location + "/spark";
  return settings;
}

}  // namespace

SparkExport export_to_spark(const LoadedTopology& loaded) {
  SparkExport result;
  result.errors = find_refusals(loaded);
  if (!result.errors.empty()) return result;
  const JobFacts facts = facts_of(loaded);
  const bool real_time = allows_real_time(loaded, facts);
  result.notes = notes_of(loaded, facts, real_time);
  if (facts.uses_kafka) result.packages.push_back(kKafkaPackage);
  ProgramParts parts{loaded.secrets};
  FrameWriter frames(loaded.views, parts);
  SinkWriter sinks(sink_settings(loaded, facts, real_time), parts);
  for (const plan::WriteStream& sink : loaded.outputs) sinks.write(sink, frames.frame(sink.input));
  const std::string body = session_lines(loaded) + "\n" + frames.definitions() + sinks.text() +
                           wait_lines(sinks.queries());
  result.program = head(loaded, result) + import_lines(parts, body) + body;
  result.environment = std::move(parts.environment);
  return result;
}

}  // namespace millrace::spark
