#include "records/key_encoding.hpp"

#define XXH_INLINE_ALL
#include "records/fixed_values.hpp"
#include "records/value_encoding.hpp"

#include <xxhash.h>

#include <cstring>

namespace millrace {

// A key is the values of its columns (ValueForm::Key) one behind the other. A single key drops the
// marks: fixed NULL is empty, NULL bytes are kEscape, and bytes that begin with kEscape (never
// UTF-8) get one more in front.
namespace {

constexpr char kEscape = '\xff';
constexpr std::string_view kNullBytes("\xff", 1);
// In front of the bytes of a text: that it is there, and its size.
constexpr std::size_t kTextMarks = 1 + sizeof(std::uint32_t);

char* put(char* to, const void* from, std::size_t bytes) {
  if (bytes != 0) std::memcpy(to, from, bytes);
  return to + bytes;
}

/// Most texts are short: those of up to 16 bytes are copied without a call.
char* put_text(char* to, std::string_view text) {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size > 2 * sizeof(std::uint64_t)) return put(to, from, size);
  if (size >= sizeof(std::uint64_t)) {
    std::uint64_t first = 0, last = 0;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
  return to + size;
}

/// True when the fields of all rows can be handled column by column.
bool is_plain_struct(const Column& column) {
  return column.type().kind() == TypeKind::Struct && !column.has_nulls() && !column.is_constant();
}

/// Adds what each row of the column needs to `sizes`.
void measure_column(const Column& column, Rows rows, std::size_t* sizes) {
  const std::uint32_t n = rows.size();
  if (is_fixed_width(column.type()) && !column.has_nulls()) {
    const std::size_t bytes = 1 + column.type().width();
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += bytes;
  } else if (column.type().is_bytes() && !column.has_nulls()) {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += kTextMarks + column.at<std::string_view>(rows[k]).size();
  } else if (is_plain_struct(column)) {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += 1;
    for (std::size_t c = 0; c < column.num_children(); ++c)
      measure_column(*column.child(c), rows, sizes);
  } else {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += encoded_size(column, rows[k]);
  }
}

template <class T>
void write_fixed_column(const Column& column, Rows rows, char** cursors) {
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const T value = canonical(column.at<T>(rows[k]));
    *cursors[k] = 1;
    std::memcpy(cursors[k] + 1, &value, sizeof value);
    cursors[k] += 1 + sizeof value;
  }
}

void write_text_column(const Column& column, Rows rows, char** cursors) {
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const std::string_view text = column.at<std::string_view>(rows[k]);
    const auto size = static_cast<std::uint32_t>(text.size());
    *cursors[k] = 1;
    std::memcpy(cursors[k] + 1, &size, sizeof size);
    cursors[k] = put_text(cursors[k] + kTextMarks, text);
  }
}

/// Writes the column's value of each row and moves the cursors on.
void write_column(const Column& column, Rows rows, char** cursors) {
  const std::uint32_t n = rows.size();
  if (is_fixed_width(column.type()) && !column.has_nulls()) {
    with_fixed_type(column.type(),
                    [&]<class T>(T*) { write_fixed_column<T>(column, rows, cursors); });
  } else if (column.type().is_bytes() && !column.has_nulls()) {
    write_text_column(column, rows, cursors);
  } else if (is_plain_struct(column)) {
    for (std::uint32_t k = 0; k < n; ++k) *cursors[k]++ = 1;
    for (std::size_t c = 0; c < column.num_children(); ++c)
      write_column(*column.child(c), rows, cursors);
  } else {
    for (std::uint32_t k = 0; k < n; ++k)
      cursors[k] = encode_value(cursors[k], column, rows[k], ValueForm::Key);
  }
}

}  // namespace

KeyEncoder::KeyEncoder(std::vector<DataType> types)
    : types_(std::move(types)), layout_(Layout::General) {
  if (types_.size() != 1) return;
  if (types_[0].is_bytes())
    layout_ = Layout::Bytes;
  else if (is_fixed_width(types_[0]) && !types_[0].is_fractional())
    layout_ = Layout::Fixed;
}

std::uint64_t KeyEncoder::hash_of(std::string_view key) {
  return XXH3_64bits(key.data(), key.size());
}

void KeyEncoder::encode(const std::vector<ColumnRef>& columns, Rows rows) {
  keys_.resize(rows.size());
  hashes_.resize(rows.size());
  switch (layout_) {
    case Layout::Fixed: encode_fixed(*columns[0], rows); break;
    case Layout::Bytes: encode_bytes(*columns[0], rows); break;
    case Layout::General: encode_general(columns, rows); break;
  }
  for (std::uint32_t k = 0; k < rows.size(); ++k) hashes_[k] = hash_of(keys_[k]);
}

void KeyEncoder::encode_fixed(const Column& column, Rows rows) {
  const std::size_t width = types_[0].width();
  const char* values = column.values<char>();
  const std::uint32_t mask = column.index_mask();
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    keys_[k] = {values + (rows[k] & mask) * width, width};
  if (!column.has_nulls()) return;
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    if (column.is_null(rows[k])) keys_[k] = {values, 0};
}

void KeyEncoder::encode_bytes(const Column& column, Rows rows) {
  std::size_t escaped = 0;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    keys_[k] = column.is_null(rows[k]) ? std::string_view() : column.at<std::string_view>(rows[k]);
    if (!keys_[k].empty() && keys_[k][0] == kEscape) escaped += keys_[k].size() + 1;
  }
  buffer_.reserve(escaped, 0);
  char* to = reinterpret_cast<char*>(buffer_.data());
  for (std::uint32_t k = 0; escaped != 0 && k < rows.size(); ++k) {
    if (keys_[k].empty() || keys_[k][0] != kEscape) continue;
    char* start = to;
    *to++ = kEscape;
    to = put(to, keys_[k].data(), keys_[k].size());
    keys_[k] = {start, to};
  }
  if (!column.has_nulls()) return;
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    if (column.is_null(rows[k])) keys_[k] = kNullBytes;
}

void KeyEncoder::encode_general(const std::vector<ColumnRef>& columns, Rows rows) {
  const std::uint32_t n = rows.size();
  sizes_.assign(n, 0);
  for (const ColumnRef& column : columns) measure_column(*column, rows, sizes_.data());
  std::size_t total = 0;
  for (std::size_t size : sizes_) total += size;
  buffer_.reserve(total, 0);
  cursors_.resize(n);
  char* to = reinterpret_cast<char*>(buffer_.data());
  for (std::uint32_t k = 0; k < n; ++k) {
    keys_[k] = {to, sizes_[k]};
    cursors_[k] = to;
    to += sizes_[k];
  }
  for (const ColumnRef& column : columns) write_column(*column, rows, cursors_.data());
}

void KeyEncoder::decode(std::string_view key, const std::vector<ColumnRef>& columns) const {
  if (layout_ == Layout::Fixed) {
    if (key.empty()) return columns[0]->append_null();
    return with_fixed_type(types_[0], [&]<class T>(T*) {
      T value;
      std::memcpy(&value, key.data(), sizeof value);
      columns[0]->append(value);
    });
  }
  if (layout_ == Layout::Bytes) {
    if (key == kNullBytes) return columns[0]->append_null();
    if (!key.empty() && key[0] == kEscape) key.remove_prefix(1);
    return columns[0]->append_bytes(key);
  }
  const char* next = key.data();
  for (const ColumnRef& column : columns) next = decode_value(next, *column);
}

}  // namespace millrace
