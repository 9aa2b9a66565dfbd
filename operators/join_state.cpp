#include "operators/join_state.hpp"

#include "records/value_encoding.hpp"

#include <limits>

namespace millrace {

namespace {

// A value: whether the row found a partner, then its encoded columns.
constexpr std::size_t kMatchedAt = 0;
constexpr std::size_t kBytesAt = 16;

StateBytes& bytes_of(std::byte* row) { return *reinterpret_cast<StateBytes*>(row + kBytesAt); }
const StateBytes& bytes_of(const std::byte* row) {
  return *reinterpret_cast<const StateBytes*>(row + kBytesAt);
}

}  // namespace

JoinState::JoinState() : map_({kBytesAt + sizeof(StateBytes), {kBytesAt}}, MapEviction::ByOrder) {}

std::span<const MapElement> JoinState::find(std::string_view key, std::uint64_t hash) const {
  const MapElements* elements = map_.find(key, hash);
  return elements == nullptr ? std::span<const MapElement>() : elements->all();
}

void JoinState::add(std::string_view key, std::uint64_t hash, const RecordBatch& batch,
                    std::uint32_t row, bool is_matched, std::optional<std::int64_t> due) {
  std::size_t num_bytes = 0;
  for (const ColumnRef& column : batch.columns()) num_bytes += encoded_size(*column, row);
  std::byte* kept =
      map_.insert(key, hash, due.value_or(std::numeric_limits<std::int64_t>::max()));
  kept[kMatchedAt] = std::byte{is_matched};
  StateBytes& bytes = bytes_of(kept);
  auto* to = reinterpret_cast<char*>(bytes.extend(static_cast<std::uint32_t>(num_bytes)));
  for (const ColumnRef& column : batch.columns())
    to = encode_value(to, *column, row, ValueForm::Exact);
  map_.changed(kept);
}

bool JoinState::is_matched(const std::byte* row) { return row[kMatchedAt] != std::byte{0}; }

void JoinState::set_matched(std::byte* row) {
  if (is_matched(row)) return;
  row[kMatchedAt] = std::byte{1};
  map_.changed(row);
}

void JoinState::decode(const std::byte* row, std::span<const ColumnRef> columns) {
  const auto* next = reinterpret_cast<const char*>(bytes_of(row).data());
  for (const ColumnRef& column : columns) next = decode_value(next, *column);
}

}  // namespace millrace
