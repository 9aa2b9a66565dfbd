#include "records/sort_key.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace millrace {

namespace {

template <class Unsigned>
void append_big_endian(std::string& key, Unsigned bits) {
  char bytes[sizeof bits];
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bytes[i] = static_cast<char>(bits >> (8 * (sizeof bits - 1 - i)));
  key.append(bytes, sizeof bytes);
}

/// Signed numbers order like unsigned ones when the sign bit is turned over.
template <class Unsigned>
void append_signed(std::string& key, Unsigned bits) {
  append_big_endian(key, static_cast<Unsigned>(bits ^ (Unsigned{1} << (sizeof bits * 8 - 1))));
}

template <class Real, class Unsigned>
void append_real(std::string& key, Real value) {
  if (std::isnan(value)) value = std::numeric_limits<Real>::quiet_NaN();
  if (value == 0) value = 0;
  const auto bits = std::bit_cast<Unsigned>(value);
  constexpr Unsigned kSign = Unsigned{1} << (sizeof bits * 8 - 1);
  append_big_endian(key, static_cast<Unsigned>(bits & kSign ? ~bits : bits | kSign));
}

/// The byte 0 becomes 0 255, and 0 0 ends the text: no text is the beginning of another's key.
void append_text(std::string& key, std::string_view text) {
  for (char c : text) {
    key.push_back(c);
    if (c == 0) key.push_back('\xff');
  }
  key.append(2, '\0');
}

void append_decimal(std::string& key, Int128 value) {
  append_signed(key, static_cast<std::uint64_t>(value >> 64));
  append_big_endian(key, static_cast<std::uint64_t>(value));
}

void append_value(std::string& key, const Column& column, std::size_t row);

/// Inside a value NULL is least, whatever the direction says of NULL rows.
void append_element(std::string& key, const Column& column, std::size_t row) {
  const bool is_null = column.type().is_null() || column.is_null(row);
  key.push_back(is_null ? 1 : 2);
  if (!is_null) append_value(key, column, row);
}

void append_nested(std::string& key, const Column& column, std::size_t row) {
  if (column.type().kind() == TypeKind::Struct) {
    for (std::size_t c = 0; c < column.num_children(); ++c)
      append_element(key, *column.child(c), row);
    return;
  }
  const ListSlot list = column.at<ListSlot>(row);
  for (std::uint32_t e = 0; e < list.size; ++e)
    append_element(key, *column.child(0), list.offset + e);
  key.push_back(0);
}

void append_value(std::string& key, const Column& column, std::size_t row) {
  row &= column.index_mask();
  switch (column.type().kind()) {
    case TypeKind::Boolean: return append_big_endian(key, column.at<std::uint8_t>(row));
    case TypeKind::Float: return append_real<float, std::uint32_t>(key, column.at<float>(row));
    case TypeKind::Double: return append_real<double, std::uint64_t>(key, column.at<double>(row));
    case TypeKind::Decimal: return append_decimal(key, column.at<Int128>(row));
    default: break;
  }
  if (column.type().is_bytes()) return append_text(key, column.at<std::string_view>(row));
  if (column.type().is_nested()) return append_nested(key, column, row);
  switch (column.type().width()) {
    case 1: return append_signed(key, column.at<std::uint8_t>(row));
    case 2: return append_signed(key, column.at<std::uint16_t>(row));
    case 4: return append_signed(key, column.at<std::uint32_t>(row));
    default: return append_signed(key, column.at<std::uint64_t>(row));
  }
}

bool is_whole_in_eight_bytes(const DataType& type) {
  return type.width() == 8 && !type.is_fractional() && !type.is_nested() && !type.is_bytes();
}

/// What most rows are ordered by, with the mark in front, at once.
void append_whole(std::string& key, std::uint64_t bits, bool ascending) {
  bits ^= std::uint64_t{1} << 63;
  if (!ascending) bits = ~bits;
  bits = __builtin_bswap64(bits);
  char bytes[1 + sizeof bits];
  bytes[0] = 1;
  std::memcpy(bytes + 1, &bits, sizeof bits);
  key.append(bytes, sizeof bytes);
}

}  // namespace

void append_sort_key(std::string& key, const Column& column, std::size_t row,
                     SortDirection direction) {
  const bool is_null = column.type().is_null() || column.is_null(row);
  if (!is_null && is_whole_in_eight_bytes(column.type()))
    return append_whole(key, column.at<std::uint64_t>(row), direction.ascending);
  key.push_back(is_null ? (direction.nulls_first ? 0 : 2) : 1);
  if (is_null) return;
  const std::size_t start = key.size();
  append_value(key, column, row);
  if (direction.ascending) return;
  for (std::size_t i = start; i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
}

}  // namespace millrace
