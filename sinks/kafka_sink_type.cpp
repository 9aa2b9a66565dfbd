#include "records/option_value.hpp"
#include "sinks/kafka_epoch_sink.hpp"
#include "sinks/kafka_sink.hpp"

#include <memory>

namespace millrace {

namespace {

std::vector<OptionDeclaration> kafka_options() {
  std::vector<OptionDeclaration> options{
      declare("topic", OptionType::Text, "",
              "Topic of all rows; without it the column `topic` says it."),
      declare("includeHeaders", OptionType::Boolean, "false",
              "Accepted as in Spark: a column `headers` is written whenever it is there."),
      declare_choice("visibility", {"immediate", "committed"}, "immediate",
                     "committed: exactly once, rows are seen when their epoch commits, by a "
                     "transaction; immediate: at once, at least once.")};
  add_options(options, kafka_setting_options());
  return options;
}

Result<PlannedSink> plan_kafka(const SinkRequest& request) {
  KafkaSinkOptions read;
  read.topic = text_option(request.options, "topic", "");
  const bool has_topic = request.options.find("topic") != nullptr;
  if (has_topic && read.topic.empty())
    return option_error(request.options, "topic", "Invalid topics: []", "name the topic");
  auto columns = find_kafka_columns(request.schema, has_topic);
  if (!columns.ok()) return columns.error();
  read.columns = *columns;
  auto settings = read_kafka_settings(request.options, KafkaSide::Sink);
  if (!settings.ok()) return settings.error();
  read.settings = std::move(*settings);
  const bool by_epoch =
      lower_trimmed(text_option(request.options, "visibility", "immediate")) == "committed";
  if (read.settings.find("transactional.id") != nullptr && !by_epoch)
    return option_error(request.options, "kafka.transactional.id",
                        "kafka sink: kafka.transactional.id is of no use without transactions",
                        "set visibility: committed, or remove it");
  auto options = std::make_shared<const KafkaSinkOptions>(std::move(read));
  PlannedSink planned;
  planned.description = "KafkaSink[" + options->topic + "]";
  planned.shows_by_epoch = by_epoch;
  if (by_epoch)
    planned.guarantee =
        "exactly once for readers with isolation.level=read_committed: the rows of an epoch and its "
        "marker are written in one transaction when it commits";
  planned.make = [options, by_epoch]() -> std::unique_ptr<Sink> {
    if (by_epoch) return std::make_unique<KafkaEpochSink>(options);
    return std::make_unique<KafkaSink>(options);
  };
  return planned;
}

}  // namespace

SinkType kafka_sink_type() {
  SinkType type;
  type.name = "kafka";
  type.summary = "Writes rows to topics of Kafka brokers.";
  type.options = kafka_options();
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_kafka;
  return type;
}

}  // namespace millrace
