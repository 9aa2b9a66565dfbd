#include "records/option_value.hpp"
#include "sources/kafka_source.hpp"

#include <fmt/format.h>

#include <memory>

namespace millrace {

namespace {

std::vector<OptionDeclaration> kafka_options() {
  std::vector<OptionDeclaration> options{
      declare("subscribe", OptionType::Text, "", "Topics to read, with commas between."),
      declare("subscribePattern", OptionType::Text, "",
              "Reads the topics in whose names this regular expression is found."),
      declare("assign", OptionType::Text, "", "Partitions to read: {\"topicA\":[0,1]}."),
      declare("startingOffsets", OptionType::Text, "latest",
              "Where a new query starts: earliest, latest or {\"topicA\":{\"0\":23,\"1\":-2}}; a "
              "static source starts at earliest."),
      declare("startingTimestamp", OptionType::Text, "",
              "Starts at the first record from this time on, milliseconds since 1970 UTC."),
      declare("startingOffsetsByTimestamp", OptionType::Text, "",
              "The same for each partition: {\"topicA\":{\"0\":1709280000000}}."),
      declare_choice("startingOffsetsByTimestampStrategy", {"error", "latest"}, "error",
                     "What happens when no record is that new."),
      declare("endingOffsets", OptionType::Text, "latest",
              "Static sources: where reading ends (exclusive)."),
      declare("endingTimestamp", OptionType::Text, "", "Static sources: the same by time."),
      declare("endingOffsetsByTimestamp", OptionType::Text, "",
              "Static sources: the same by time for each partition."),
      declare("failOnDataLoss", OptionType::Boolean, "true",
              "Ends the query when records are gone that were not read yet."),
      declare("maxOffsetsPerTrigger", OptionType::Integer, "",
              "Most records in one trigger, shared out by what waits in each partition."),
      declare("minOffsetsPerTrigger", OptionType::Integer, "",
              "Waits until so many records are there."),
      declare("maxTriggerDelay", OptionType::Duration, "15m",
              "Longest wait for minOffsetsPerTrigger."),
      declare("includeHeaders", OptionType::Boolean, "false", "Adds the column headers."),
      declare("commitOffsets", OptionType::Boolean, "false",
              "Tells the brokers after each epoch what was read, for tools that show lag."),
      declare("partitionDiscoveryInterval", OptionType::Duration, "1s",
              "How often new partitions and topics are looked for."),
      declare("minPartitions", OptionType::Integer, "", "Accepted as in Spark, without effect."),
      declare("maxRecordsPerPartition", OptionType::Integer, "",
              "Accepted as in Spark, without effect."),
      declare("groupIdPrefix", OptionType::Text, "spark-kafka-source",
              "Accepted as in Spark: without kafka.group.id there is no group."),
      declare("kafkaConsumer.pollTimeoutMs", OptionType::Integer, "120000",
              "Accepted as in Spark: a broker that is away is waited for."),
      declare("fetchOffset.numRetries", OptionType::Integer, "3",
              "How often a question to the brokers is tried again at the start."),
      declare("fetchOffset.retryIntervalMs", OptionType::Integer, "10",
              "Milliseconds between two tries.")};
  add_options(options, kafka_setting_options());
  return options;
}

Result<PlannedSource> plan_kafka(const SourceRequest& request) {
  if (request.schema)
    return make_error(ErrorKind::Config,
                      "requirement failed: Kafka source has a fixed schema and cannot be set with "
                      "a custom one",
                      "leave out the schema and cast `value`");
  auto read = read_kafka_source_options(request);
  if (!read.ok()) return read.error();
  auto options = std::make_shared<const KafkaSourceOptions>(std::move(*read));
  PlannedSource planned;
  planned.schema = kafka_source_schema(options->include_headers);
  planned.description = fmt::format("KafkaV2[{}]", options->subscription.description);
  planned.bounded = !request.streaming;
  planned.tells_latest_offset = true;
  planned.make = [options] { return std::make_unique<KafkaSource>(options); };
  return planned;
}

}  // namespace

SourceType kafka_source_type() {
  SourceType type;
  type.name = "kafka";
  type.summary = "Reads topics of Kafka brokers.";
  type.options = kafka_options();
  type.plan = plan_kafka;
  return type;
}

}  // namespace millrace
