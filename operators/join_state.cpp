#include "operators/join_state.hpp"

#include "records/fixed_values.hpp"
#include "records/value_encoding.hpp"

#include <algorithm>
#include <limits>

namespace millrace {

namespace {

// A value: whether the row found a partner, then its encoded columns.
constexpr std::size_t kMatchedAt = 0;
constexpr std::size_t kBytesAt = 16;

bool has_fixed_width(const Schema& schema) {
  return std::all_of(schema.fields.begin(), schema.fields.end(),
                     [](const Field& field) { return is_fixed_width(field.type); });
}

StateLayout layout_of(const Schema& schema) {
  if (!has_fixed_width(schema)) return {kBytesAt + sizeof(StateBytes), {kBytesAt}};
  std::size_t size = kBytesAt;
  for (const Field& field : schema.fields) size += 1 + field.type.width();
  return {size, {}};
}

StateBytes& bytes_of(std::byte* row) { return *reinterpret_cast<StateBytes*>(row + kBytesAt); }

}  // namespace

JoinState::JoinState(const Schema& schema)
    : is_fixed_(has_fixed_width(schema)), map_(layout_of(schema), MapEviction::ByOrder) {}

std::span<const MapElement> JoinState::find(std::string_view key, std::uint64_t hash) const {
  const MapElements* elements = map_.find(key, hash);
  return elements == nullptr ? std::span<const MapElement>() : elements->all();
}

void JoinState::add(std::string_view key, std::uint64_t hash, const RecordBatch& batch,
                    std::uint32_t row, bool is_matched, std::optional<std::int64_t> due) {
  std::byte* kept =
      map_.insert(key, hash, due.value_or(std::numeric_limits<std::int64_t>::max()));
  kept[kMatchedAt] = std::byte{is_matched};
  std::byte* place = kept + kBytesAt;
  if (!is_fixed_) {
    std::size_t num_bytes = 0;
    for (const ColumnRef& column : batch.columns()) num_bytes += encoded_size(*column, row);
    place = bytes_of(kept).extend(static_cast<std::uint32_t>(num_bytes));
  }
  auto* to = reinterpret_cast<char*>(place);
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

const char* JoinState::encoded(const std::byte* row) const {
  const std::byte* place = row + kBytesAt;
  if (!is_fixed_) place = reinterpret_cast<const StateBytes*>(place)->data();
  return reinterpret_cast<const char*>(place);
}

void JoinState::decode(const std::byte* row, std::span<const ColumnRef> columns) const {
  const char* next = encoded(row);
  for (const ColumnRef& column : columns) next = decode_value(next, *column);
}

}  // namespace millrace
