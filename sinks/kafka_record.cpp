#include "sinks/kafka_record.hpp"

#include <fmt/format.h>

#include <cstring>

namespace millrace {

namespace {

constexpr std::uint32_t kAbsent = 0xffffffff;

Error schema_error(std::string message, std::string fix) {
  Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
  error.error_class = "_LEGACY_ERROR_TEMP_3080";
  return error;
}

int find_exactly(const Schema& schema, std::string_view name) {
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (schema[i].name == name) return static_cast<int>(i);
  return -1;
}

bool is_headers(const DataType& type) {
  if (type.kind() != TypeKind::Array || type.element().kind() != TypeKind::Struct) return false;
  const auto& fields = type.element().fields();
  return fields.size() == 2 && fields[0].name == "key" && fields[1].name == "value" &&
         fields[0].type.kind() == TypeKind::String && fields[1].type.kind() == TypeKind::Binary;
}

bool is_int(const DataType& type) { return type.kind() == TypeKind::Int; }
bool is_text(const DataType& type) { return type.kind() == TypeKind::String; }
bool is_bytes(const DataType& type) { return type.is_bytes(); }

Result<int> find_column(const Schema& schema, std::string_view name, bool (*fits)(const DataType&),
                        std::string_view types) {
  const int column = find_exactly(schema, name);
  if (column < 0) return column;
  const DataType& type = schema[static_cast<std::size_t>(column)].type;
  if (fits(type)) return column;
  return schema_error(fmt::format("{} attribute unsupported type {}. {} must be a(n) {}", name,
                                  type.is_null() ? "void" : type.to_string(), name, types),
                      fmt::format("cast the column `{}`", name));
}

std::optional<std::string_view> bytes_at(const Column& column, std::uint32_t row) {
  if (column.is_null(row)) return std::nullopt;
  return column.at<std::string_view>(row);
}

Status read_headers(const Column& column, std::uint32_t row, KafkaRecord& to) {
  to.has_headers = !column.is_null(row);
  to.headers.clear();
  if (!to.has_headers) return {};
  const ListSlot slot = column.at<ListSlot>(row);
  const Column& entries = *column.child(0);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
    const auto key = bytes_at(*entries.child(0), i);
    if (!key || entries.is_null(i))
      return make_error(ErrorKind::QueryFailed, "kafka sink: a header has no key",
                        "drop headers whose key is NULL");
    to.headers.push_back({*key, bytes_at(*entries.child(1), i)});
  }
  return {};
}

void put(std::uint32_t number, std::string& to) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof number);
}

void put(const std::optional<std::string_view>& bytes, std::string& to) {
  put(bytes ? static_cast<std::uint32_t>(bytes->size()) : kAbsent, to);
  if (bytes) to.append(*bytes);
}

bool take(std::string_view& from, std::uint32_t& number) {
  if (from.size() < sizeof number) return false;
  std::memcpy(&number, from.data(), sizeof number);
  from.remove_prefix(sizeof number);
  return true;
}

bool take(std::string_view& from, std::optional<std::string_view>& bytes) {
  std::uint32_t size = 0;
  bytes.reset();
  if (!take(from, size)) return false;
  if (size == kAbsent) return true;
  if (from.size() < size) return false;
  bytes = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

bool take(std::string_view& from, std::string_view& bytes) {
  std::optional<std::string_view> taken;
  if (!take(from, taken) || !taken) return false;
  bytes = *taken;
  return true;
}

}  // namespace

Result<KafkaColumns> find_kafka_columns(const Schema& schema, bool has_topic) {
  KafkaColumns columns;
  struct Wanted {
    std::string_view name;
    int& column;
    bool (*fits)(const DataType&);
    std::string_view types;
  };
  const Wanted wanted[] = {
      {"topic", columns.topic, is_text, "string"},
      {"key", columns.key, is_bytes, "string or binary"},
      {"value", columns.value, is_bytes, "string or binary"},
      {"headers", columns.headers, is_headers, "array<struct<key:string,value:binary>>"},
      {"partition", columns.partition, is_int, "int"}};
  for (const Wanted& one : wanted) {
    if (one.name == "topic" && has_topic) continue;
    const auto found = find_column(schema, one.name, one.fits, one.types);
    if (!found.ok()) return found.error();
    one.column = *found;
    if (one.name == "topic" && *found < 0)
      return schema_error(
          "topic option required when no 'topic' attribute is present. Use the topic option for "
          "setting a topic.",
          "set topic");
  }
  if (columns.value < 0)
    return schema_error("Required attribute 'value' not found",
                        "select what to write AS value, a string or binary");
  return columns;
}

Status read_kafka_record(const RecordBatch& batch, std::uint32_t row, const KafkaColumns& columns,
                         std::string_view topic, KafkaRecord& to) {
  const auto column = [&](int index) -> const Column& {
    return batch.column(static_cast<std::size_t>(index));
  };
  to.topic = topic;
  if (columns.topic >= 0) {
    const auto named = bytes_at(column(columns.topic), row);
    if (!named) {
      Error error = make_error(ErrorKind::QueryFailed,
                               "The Kafka message data sent to the producer contains a null topic. "
                               "Use the `topic` option for setting a default topic.",
                               "set topic, or leave out rows without a topic");
      error.error_class = "KAFKA_NULL_TOPIC_IN_DATA";
      return error;
    }
    to.topic = *named;
  }
  if (columns.key >= 0) to.key = bytes_at(column(columns.key), row);
  to.value = bytes_at(column(columns.value), row);
  to.partition = -1;
  if (columns.partition >= 0 && !column(columns.partition).is_null(row))
    to.partition = column(columns.partition).at<std::int32_t>(row);
  return columns.headers < 0 ? Status() : read_headers(column(columns.headers), row, to);
}

void encode_kafka_record(const KafkaRecord& record, std::string& to) {
  put(std::optional(record.topic), to);
  put(static_cast<std::uint32_t>(record.partition), to);
  put(record.key, to);
  put(record.value, to);
  put(record.has_headers ? static_cast<std::uint32_t>(record.headers.size()) : kAbsent, to);
  for (const KafkaRecord::Header& header : record.headers) {
    put(std::optional(header.key), to);
    put(header.value, to);
  }
}

bool decode_kafka_record(std::string_view& bytes, KafkaRecord& to) {
  std::uint32_t partition = 0;
  std::uint32_t num_headers = 0;
  to.headers.clear();
  if (!take(bytes, to.topic) || !take(bytes, partition) || !take(bytes, to.key) ||
      !take(bytes, to.value) || !take(bytes, num_headers))
    return false;
  to.partition = static_cast<std::int32_t>(partition);
  to.has_headers = num_headers != kAbsent;
  for (std::uint32_t i = 0; to.has_headers && i < num_headers; ++i) {
    KafkaRecord::Header header;
    if (!take(bytes, header.key) || !take(bytes, header.value)) return false;
    to.headers.push_back(header);
  }
  return true;
}

}  // namespace millrace
