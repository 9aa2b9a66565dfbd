#include "checkpoint/journal_payload.hpp"

#include "checkpoint/journal_format.hpp"

#include <cstring>
#include <type_traits>

namespace millrace {
namespace {

class Writer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put_text(std::string_view text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_.append(text);
  }
  void put_optional(const std::optional<std::int64_t>& value) {
    put(static_cast<std::uint64_t>(value.has_value()));
    put(value.value_or(0));
  }
  void put_texts(const std::map<SubtaskName, std::string>& texts) {
    put(static_cast<std::uint64_t>(texts.size()));
    for (const auto& [name, text] : texts) {
      put_name(name);
      put_text(text);
    }
  }
  void put_name(const SubtaskName& name) {
    put_text(name.node);
    put(static_cast<std::int64_t>(name.subtask));
  }
  std::string finish() {
    bytes_.resize(padded_to_8(bytes_.size()));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    T value{};
    const std::string_view bytes = take_bytes(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take_text() { return take_bytes(take<std::uint64_t>()); }
  std::string_view take_bytes(std::uint64_t count) {
    if (count > bytes_.size() - at_) ok_ = false;
    if (!ok_) return {};
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::optional<std::int64_t> take_optional() {
    const bool there = take<std::uint64_t>() != 0;
    const auto value = take<std::int64_t>();
    return there ? std::optional(value) : std::nullopt;
  }
  SubtaskName take_name() {
    std::string node(take_text());
    return {std::move(node), static_cast<int>(take<std::int64_t>())};
  }
  std::map<SubtaskName, std::string> take_texts() {
    std::map<SubtaskName, std::string> texts;
    take_each([&] {
      SubtaskName name = take_name();
      texts[std::move(name)] = take_text();
    });
    return texts;
  }
  /// A count, and so many times what `take_one` takes.
  template <class F>
  void take_each(F&& take_one) {
    for (auto left = take<std::uint64_t>(); ok_ && left != 0; --left) take_one();
  }
  void skip_padding() { take_bytes(padded_to_8(at_) - at_); }
  /// Nothing but padding is left.
  bool is_at_end() const { return ok_ && bytes_.size() == padded_to_8(at_); }

 private:
  std::string_view bytes_;
  std::uint64_t at_ = 0;
  bool ok_ = true;
};

template <class Record>
std::optional<Record> if_complete(const Reader& reader, Record record) {
  if (!reader.is_at_end()) return std::nullopt;
  return record;
}

}  // namespace

std::string encode(const PlanRecord& record) {
  Writer writer;
  writer.put(record.epoch);
  writer.put(record.timestamp);
  writer.put_optional(record.watermark);
  writer.put_texts(record.starts);
  writer.put_texts(record.ends);
  return writer.finish();
}

std::optional<PlanRecord> decode_plan(std::string_view payload) {
  Reader reader(payload);
  PlanRecord record;
  record.epoch = reader.take<Epoch>();
  record.timestamp = reader.take<std::int64_t>();
  record.watermark = reader.take_optional();
  record.starts = reader.take_texts();
  record.ends = reader.take_texts();
  return if_complete(reader, std::move(record));
}

std::string encode(const OutputRecord& record) {
  Writer writer;
  writer.put(record.epoch);
  writer.put_name(record.sink);
  writer.put_text(record.rows);
  return writer.finish();
}

std::optional<OutputRecord> decode_output(std::string_view payload) {
  Reader reader(payload);
  OutputRecord record;
  record.epoch = reader.take<Epoch>();
  record.sink = reader.take_name();
  record.rows = reader.take_text();
  return if_complete(reader, std::move(record));
}

std::string encode(const CommitRecord& record) {
  Writer writer;
  writer.put(record.epoch);
  writer.put(record.committed_at);
  writer.put_optional(record.planned_watermark);
  writer.put_optional(record.watermark);
  writer.put(record.sinks_committed);
  writer.put(static_cast<std::uint64_t>(record.node_watermarks.size()));
  for (const auto& [node, watermark] : record.node_watermarks) {
    writer.put_text(node);
    writer.put(watermark);
  }
  writer.put_texts(record.offsets);
  writer.put_texts(record.tokens);
  return writer.finish();
}

std::optional<CommitRecord> decode_commit(std::string_view payload) {
  Reader reader(payload);
  CommitRecord record;
  record.epoch = reader.take<Epoch>();
  record.committed_at = reader.take<std::int64_t>();
  record.planned_watermark = reader.take_optional();
  record.watermark = reader.take_optional();
  record.sinks_committed = reader.take<std::int64_t>();
  reader.take_each([&] {
    std::string node(reader.take_text());
    record.node_watermarks[std::move(node)] = reader.take<std::int64_t>();
  });
  record.offsets = reader.take_texts();
  record.tokens = reader.take_texts();
  return if_complete(reader, std::move(record));
}

std::string encode(const StartRecord& record) {
  Writer writer;
  writer.put(record.epoch);
  writer.put(record.run);
  return writer.finish();
}

std::optional<StartRecord> decode_start(std::string_view payload) {
  Reader reader(payload);
  StartRecord record;
  record.epoch = reader.take<Epoch>();
  record.run = reader.take<std::uint64_t>();
  return if_complete(reader, record);
}

std::string encode_delta_head(const DeltaView& delta) {
  Writer writer;
  writer.put_name(delta.subtask);
  writer.put(delta.run);
  writer.put(static_cast<std::uint64_t>(delta.numbers.size()));
  for (const FrozenState::Number& number : delta.numbers) {
    writer.put_text(number.name);
    writer.put(static_cast<std::int64_t>(number.merge));
    writer.put(number.value);
  }
  writer.put(static_cast<std::uint64_t>(delta.tables.size()));
  for (const DeltaView::Table& table : delta.tables) {
    writer.put_text(table.name);
    writer.put(table.value_size);
    writer.put(table.num_bytes);
  }
  return writer.finish();
}

std::optional<DeltaView> decode_delta(std::string_view payload) {
  Reader reader(payload);
  DeltaView delta;
  delta.subtask = reader.take_name();
  delta.run = reader.take<std::uint64_t>();
  reader.take_each([&] {
    FrozenState::Number number{std::string(reader.take_text())};
    number.merge = static_cast<NumberMerge>(reader.take<std::int64_t>());
    number.value = reader.take<std::int64_t>();
    delta.numbers.push_back(std::move(number));
  });
  reader.take_each([&] {
    const std::string_view name = reader.take_text();
    const auto value_size = reader.take<std::uint64_t>();
    delta.tables.push_back({name, value_size, reader.take<std::uint64_t>(), {}});
  });
  reader.skip_padding();
  for (DeltaView::Table& table : delta.tables) table.changes = reader.take_bytes(table.num_bytes);
  return if_complete(reader, std::move(delta));
}

}  // namespace millrace
