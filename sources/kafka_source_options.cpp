#include "sources/kafka_source_options.hpp"

#include "records/option_value.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>

namespace millrace {

namespace {

constexpr std::string_view kOffsetsForm = R"({"topicA":{"0":23,"1":-1},"topicB":{"0":-2}})";
constexpr std::string_view kTimesForm =
    "{\"topicA\": {\"0\": 123456789, \"1\": 123456789},\n"
    "\"topicB\": {\"0\": 123456789, \"1\": 123456789}}";
constexpr std::string_view kListForm = R"({"topicA":[0,1],"topicB":[0,1]})";

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin));
}

Error expected(const Options& given, std::string_view name, std::string_view form) {
  return option_error(given, name,
                      fmt::format("Expected e.g. {}, got {}", form, given.find(name)->value));
}

Error no_number(const Options& given, std::string_view name) {
  return option_error(given, name,
                      fmt::format("For input string: \"{}\"", given.find(name)->value));
}

Result<bool> read_flag(const Options& given, std::string_view name, bool fallback) {
  const OptionText* text = given.find(name);
  if (text == nullptr) return fallback;
  const std::string value = lower_trimmed(text->value);
  if (value == "true" || value == "false") return value == "true";
  return no_number(given, name);
}

Status read_topics(const Options& given, KafkaSubscription& to) {
  const std::string& list = given.find("subscribe")->value;
  std::string shown;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string topic = trimmed(std::string_view(list).substr(begin, end - begin));
    begin = end + 1;
    if (topic.empty()) continue;
    shown += (shown.empty() ? "" : ", ") + topic;
    to.topics.insert(std::move(topic));
  }
  to.description = fmt::format("Subscribe[{}]", shown);
  if (!to.topics.empty()) return {};
  return option_error(
      given, "subscribe",
      fmt::format("No topics to subscribe to as specified value for option 'subscribe' is '{}'",
                  list));
}

Status read_pattern(const Options& given, KafkaSubscription& to) {
  to.kind = KafkaSubscription::Kind::Pattern;
  to.pattern = trimmed(given.find("subscribePattern")->value);
  to.description = fmt::format("SubscribePattern[{}]", to.pattern);
  if (to.pattern.empty())
    return option_error(given, "subscribePattern",
                        "Pattern to subscribe is empty as specified value for option "
                        "'subscribePattern' is ''");
  const re2::RE2 compiled(to.pattern, re2::RE2::Quiet);
  if (compiled.ok()) return {};
  return option_error(given, "subscribePattern",
                      fmt::format("kafka source: no regular expression: '{}': {}", to.pattern,
                                  compiled.error()));
}

Status read_assignment(const Options& given, KafkaSubscription& to) {
  to.kind = KafkaSubscription::Kind::Assigned;
  const std::string& text = given.find("assign")->value;
  to.description = fmt::format("Assign[{}]", text);
  if (!trimmed(text).starts_with('{'))
    return option_error(given, "assign",
                        fmt::format("No topicpartitions to assign as specified value for option "
                                    "'assign' is '{}'",
                                    text));
  auto listed = parse_partition_lists(text);
  if (!listed) return expected(given, "assign", kListForm);
  to.assigned = std::move(*listed);
  return {};
}

Status read_subscription(const Options& given, KafkaSubscription& to) {
  constexpr std::array<std::string_view, 3> kNames{"subscribe", "subscribePattern", "assign"};
  std::string_view chosen;
  for (const std::string_view name : kNames) {
    if (given.find(name) == nullptr) continue;
    if (!chosen.empty())
      return option_error(given, name,
                          "Only one of the following options can be specified for Kafka source: "
                          "subscribe, subscribepattern, assign. See the docs for more details.",
                          "keep one of them");
    chosen = name;
  }
  if (chosen == kNames[0]) return read_topics(given, to);
  if (chosen == kNames[1]) return read_pattern(given, to);
  if (chosen == kNames[2]) return read_assignment(given, to);
  return make_error(ErrorKind::Config,
                    "One of the following options must be specified for Kafka source: subscribe, "
                    "subscribepattern, assign. See the docs for more details.",
                    "set subscribe to the topic's name");
}

/// Names of the three options that set a bound, the first that is set wins.
struct BoundNames {
  std::string_view time;
  std::string_view times;
  std::string_view offsets;
};
constexpr BoundNames kStart{"startingTimestamp", "startingOffsetsByTimestamp", "startingOffsets"};
constexpr BoundNames kEnd{"endingTimestamp", "endingOffsetsByTimestamp", "endingOffsets"};

Result<KafkaBound> read_bound(const Options& given, const BoundNames& names, bool at_end) {
  KafkaBound bound;
  if (const OptionText* time = given.find(names.time)) {
    const auto ms = parse_whole_number(trimmed(time->value));
    if (!ms)
      return option_error(given, names.time,
                          fmt::format("Expected a single long value, got {}", time->value));
    bound.kind = *ms == -1 ? KafkaBound::Kind::Latest : KafkaBound::Kind::Time;
    bound.time_ms = *ms;
    return bound;
  }
  if (const OptionText* times = given.find(names.times)) {
    auto map = parse_partition_offsets(times->value);
    if (!map) return expected(given, names.times, kTimesForm);
    bound = {KafkaBound::Kind::Times, std::move(*map)};
    return bound;
  }
  const std::string text = text_option(given, names.offsets, at_end ? "latest" : "earliest");
  const std::string word = lower_trimmed(text);
  bound.kind = word == "earliest" ? KafkaBound::Kind::Earliest : KafkaBound::Kind::Latest;
  if (word == "earliest" || word == "latest") return bound;
  auto map = parse_partition_offsets(text);
  if (!map) return expected(given, names.offsets, kOffsetsForm);
  for (const auto& [partition, offset] : *map)
    if (offset < kEarliestOffset)
      return option_error(
          given, names.offsets,
          fmt::format("assertion failed: earliest offset {} does not equal -2", offset),
          "use -1 for latest, -2 for earliest");
  bound = {KafkaBound::Kind::Offsets, std::move(*map)};
  return bound;
}

Status check_batch_bounds(const Options& given, const KafkaSourceOptions& options) {
  if (options.start.kind == KafkaBound::Kind::Latest)
    return option_error(given, "startingOffsets",
                        "starting offset can't be latest for batch queries on Kafka");
  for (const auto& [partition, offset] : options.start.offsets)
    if (options.start.kind == KafkaBound::Kind::Offsets && offset == kLatestOffset)
      return option_error(given, "startingOffsets",
                          fmt::format("startingOffsets for {} can't be latest for batch queries on "
                                      "Kafka",
                                      to_string(partition)));
  if (options.end.kind == KafkaBound::Kind::Earliest)
    return option_error(given, "endingOffsets",
                        "ending offset can't be earliest for batch queries on Kafka");
  for (const auto& [partition, offset] : options.end.offsets)
    if (options.end.kind == KafkaBound::Kind::Offsets && offset == kEarliestOffset)
      return option_error(
          given, "endingOffsets",
          fmt::format("ending offset for {} can't be earliest for batch queries on Kafka",
                      to_string(partition)));
  return {};
}

Status read_bounds(const SourceRequest& request, KafkaSourceOptions& options) {
  const Options& given = request.options;
  if (request.streaming) {
    if (given.find(kEnd.offsets) != nullptr)
      return option_error(given, kEnd.offsets, "ending offset not valid in streaming queries",
                          "remove it");
    if (given.find(kEnd.times) != nullptr)
      return option_error(given, kEnd.times, "ending timestamp not valid in streaming queries",
                          "remove it");
  }
  auto start = read_bound(given, kStart, request.streaming);
  if (!start.ok()) return start.error();
  options.start = std::move(*start);
  const std::string strategy =
      lower_trimmed(text_option(given, "startingOffsetsByTimestampStrategy", "error"));
  options.latest_when_no_match = strategy == "latest";
  if (strategy != "latest" && strategy != "error") {
    std::string upper = strategy;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return option_error(given, "startingOffsetsByTimestampStrategy",
                        fmt::format("No value found for '{}'", upper), "write error or latest");
  }
  if (request.streaming) return {};
  auto end = read_bound(given, kEnd, true);
  if (!end.ok()) return end.error();
  options.end = std::move(*end);
  return check_batch_bounds(given, options);
}

/// Empty when not set; Millrace refuses numbers that would never read a record.
Result<std::optional<std::int64_t>> read_limit(const Options& given, std::string_view name,
                                               std::int64_t smallest) {
  if (given.find(name) == nullptr) return std::optional<std::int64_t>();
  const auto number = integer_option(given, name, 0);
  if (!number.ok()) return number.error();
  if (*number >= smallest) return std::optional(*number);
  return option_error(
      given, name,
      fmt::format("Invalid value '{}' for option '{}', must be a positive integer", *number, name));
}

Status read_limits(const Options& given, KafkaSourceOptions& options) {
  const auto max = read_limit(given, "maxOffsetsPerTrigger", 1);
  if (!max.ok()) return max.error();
  const auto min = read_limit(given, "minOffsetsPerTrigger", 0);
  if (!min.ok()) return min.error();
  if (*max && *min && **min > **max)
    return option_error(given, "minOffsetsPerTrigger",
                        fmt::format("The value of minOffsetPerTrigger({}) is higher than the "
                                    "maxOffsetsPerTrigger({}).",
                                    **min, **max));
  const auto delay = duration_option(given, "maxTriggerDelay", "ms", options.max_delay_micros);
  if (!delay.ok()) return delay.error();
  options.max_offsets = *max;
  options.min_offsets = *min;
  options.max_delay_micros = *delay;
  // Accepted as in Spark; one subtask reads all partitions.
  for (const auto& [name, shown] :
       {std::pair("minPartitions", "minPartitions"),
        std::pair("maxRecordsPerPartition", "maxrecordsperpartition")}) {
    const auto number = integer_option(given, name, 1);
    if (!number.ok()) return number.error();
    if (*number <= 0) return option_error(given, name, fmt::format("{} must be positive", shown));
  }
  return {};
}

Status read_flags(const Options& given, KafkaSourceOptions& options) {
  for (const auto& [name, flag] : {std::pair("failOnDataLoss", &options.fail_on_data_loss),
                                   std::pair("includeHeaders", &options.include_headers),
                                   std::pair("commitOffsets", &options.commit_offsets)}) {
    const auto value = read_flag(given, name, *flag);
    if (!value.ok()) return value.error();
    *flag = *value;
  }
  const KafkaSetting* group = options.settings.find("group.id");
  if (group != nullptr) options.group_id = group->value;
  if (options.commit_offsets && options.group_id.empty())
    return option_error(given, "commitOffsets",
                        "kafka source: offsets cannot be committed without a group",
                        "set kafka.group.id to the name that lag tools shall show");
  return {};
}

Status read_times(const Options& given, KafkaSourceOptions& options) {
  for (const auto& [name, number] :
       {std::pair("fetchOffset.numRetries", &options.num_retries),
        std::pair("fetchOffset.retryIntervalMs", &options.retry_interval_ms)}) {
    const auto value = integer_option(given, name, *number);
    if (!value.ok()) return value.error();
    if (*value < 0) return option_error(given, name, "assertion failed", "give a number from 0 on");
    *number = *value;
  }
  // Accepted as in Spark; a broker that is away is waited for.
  const auto poll = integer_option(given, "kafkaConsumer.pollTimeoutMs", 120'000);
  if (!poll.ok()) return poll.error();
  const auto interval = duration_option(given, "partitionDiscoveryInterval", "ms", 1'000'000);
  if (!interval.ok()) return interval.error();
  if (*interval < 1000)
    return option_error(given, "partitionDiscoveryInterval",
                        "kafka source: partitionDiscoveryInterval is below 1 ms",
                        "write a duration, for example `1s`");
  options.discovery_interval_ms = *interval / 1000;
  return {};
}

}  // namespace

Result<KafkaSourceOptions> read_kafka_source_options(const SourceRequest& request) {
  const Options& given = request.options;
  KafkaSourceOptions options;
  options.streaming = request.streaming;
  options.continuous = request.continuous;
  Status status = read_subscription(given, options.subscription);
  if (!status.ok()) return status.error();
  auto settings = read_kafka_settings(given, KafkaSide::Source);
  if (!settings.ok()) return settings.error();
  options.settings = std::move(*settings);
  status = read_bounds(request, options);
  if (status.ok()) status = read_limits(given, options);
  if (status.ok()) status = read_flags(given, options);
  if (status.ok()) status = read_times(given, options);
  if (!status.ok()) return status.error();
  return options;
}

Schema kafka_source_schema(bool include_headers) {
  Schema schema{{{"key", TypeKind::Binary},
                 {"value", TypeKind::Binary},
                 {"topic", TypeKind::String},
                 {"partition", TypeKind::Int},
                 {"offset", TypeKind::Long},
                 {"timestamp", TypeKind::Timestamp},
                 {"timestampType", TypeKind::Int}}};
  if (include_headers)
    schema.fields.push_back(
        {"headers", DataType::array(DataType::structure(
                        {{"key", TypeKind::String}, {"value", TypeKind::Binary}}))});
  return schema;
}

}  // namespace millrace
