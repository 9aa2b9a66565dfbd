#include "records/key_encoding.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace millrace {

// One value is the byte 0 (NULL), or the byte 1 and then: the fixed width; or length and bytes; or the
// fields; or count and elements. A single key drops the marks: fixed NULL is empty, NULL bytes are
// kEscape, and bytes that begin with kEscape (never UTF-8) get one more in front.
namespace {

constexpr char kEscape = '\xff';
constexpr std::string_view kNullBytes("\xff", 1);

template <class T>
T canonical(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
    return value == 0 ? T{0} : value;
  } else {
    return value;
  }
}

/// Calls f with a null pointer to the C++ type that has the width and equality of `kind`.
template <class F>
void with_fixed_type(const DataType& type, F&& f) {
  if (type.kind() == TypeKind::Float) return f(static_cast<float*>(nullptr));
  if (type.kind() == TypeKind::Double) return f(static_cast<double*>(nullptr));
  switch (type.width()) {
    case 1: return f(static_cast<std::uint8_t*>(nullptr));
    case 2: return f(static_cast<std::uint16_t*>(nullptr));
    case 4: return f(static_cast<std::uint32_t*>(nullptr));
    case 8: return f(static_cast<std::uint64_t*>(nullptr));
    default: return f(static_cast<Int128*>(nullptr));
  }
}

bool is_fixed(const DataType& type) { return type.width() != 0 && !type.is_bytes() && !type.is_nested(); }

std::size_t measure(const Column& column, std::size_t row);

std::size_t measure_elements(const Column& column, ListSlot slot) {
  std::size_t bytes = sizeof slot.size;
  for (std::size_t c = 0; c < column.num_children(); ++c)
    for (std::uint32_t e = 0; e < slot.size; ++e) bytes += measure(*column.child(c), slot.offset + e);
  return bytes;
}

/// Bytes that `write` needs for one value.
std::size_t measure(const Column& column, std::size_t row) {
  if (column.type().is_null() || column.is_null(row)) return 1;
  row &= column.index_mask();
  if (column.type().is_bytes()) return 5 + column.at<std::string_view>(row).size();
  if (!column.type().is_nested()) return 1 + column.type().width();
  if (column.type().kind() != TypeKind::Struct) return 1 + measure_elements(column, column.at<ListSlot>(row));
  std::size_t bytes = 1;
  for (std::size_t c = 0; c < column.num_children(); ++c) bytes += measure(*column.child(c), row);
  return bytes;
}

char* put(char* to, const void* from, std::size_t bytes) {
  if (bytes != 0) std::memcpy(to, from, bytes);
  return to + bytes;
}

char* write_bytes(char* to, std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  *to = 1;
  return put(put(to + 1, &size, sizeof size), bytes.data(), size);
}

char* write(char* to, const Column& column, std::size_t row);

/// Entries of a map in the order of their bytes, so that equal maps have equal keys.
char* write_entries(char* to, const Column& column, ListSlot slot) {
  std::vector<std::string> entries(slot.size);
  for (std::uint32_t e = 0; e < slot.size; ++e) {
    const std::size_t row = slot.offset + e;
    entries[e].resize(measure(*column.child(0), row) + measure(*column.child(1), row));
    write(write(entries[e].data(), *column.child(0), row), *column.child(1), row);
  }
  std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) to = put(to, entry.data(), entry.size());
  return to;
}

char* write_nested(char* to, const Column& column, std::size_t row) {
  if (column.type().kind() == TypeKind::Struct) {
    for (std::size_t c = 0; c < column.num_children(); ++c) to = write(to, *column.child(c), row);
    return to;
  }
  const ListSlot slot = column.at<ListSlot>(row);
  to = put(to, &slot.size, sizeof slot.size);
  if (column.type().kind() == TypeKind::Map) return write_entries(to, column, slot);
  for (std::uint32_t e = 0; e < slot.size; ++e) to = write(to, *column.child(0), slot.offset + e);
  return to;
}

/// Writes one value and returns where the next one goes.
char* write(char* to, const Column& column, std::size_t row) {
  if (column.type().is_null() || column.is_null(row)) return *to = 0, to + 1;
  row &= column.index_mask();
  if (column.type().is_bytes()) return write_bytes(to, column.at<std::string_view>(row));
  *to++ = 1;
  if (column.type().is_nested()) return write_nested(to, column, row);
  with_fixed_type(column.type(), [&]<class T>(T*) {
    const T value = canonical(column.at<T>(row));
    to = put(to, &value, sizeof value);
  });
  return to;
}

/// Adds what each row of the column needs to `sizes`.
void measure_column(const Column& column, Rows rows, std::size_t* sizes) {
  const std::uint32_t n = rows.size();
  if (is_fixed(column.type()) && !column.has_nulls()) {
    const std::size_t bytes = 1 + column.type().width();
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += bytes;
  } else if (column.type().is_bytes() && !column.has_nulls()) {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += 5 + column.at<std::string_view>(rows[k]).size();
  } else if (column.type().kind() == TypeKind::Struct && !column.has_nulls() && !column.is_constant()) {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += 1;
    for (std::size_t c = 0; c < column.num_children(); ++c) measure_column(*column.child(c), rows, sizes);
  } else {
    for (std::uint32_t k = 0; k < n; ++k) sizes[k] += measure(column, rows[k]);
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

/// Writes the column's value of each row and moves the cursors on.
void write_column(const Column& column, Rows rows, char** cursors) {
  const std::uint32_t n = rows.size();
  if (is_fixed(column.type()) && !column.has_nulls()) {
    with_fixed_type(column.type(), [&]<class T>(T*) { write_fixed_column<T>(column, rows, cursors); });
  } else if (column.type().is_bytes() && !column.has_nulls()) {
    for (std::uint32_t k = 0; k < n; ++k)
      cursors[k] = write_bytes(cursors[k], column.at<std::string_view>(rows[k]));
  } else if (column.type().kind() == TypeKind::Struct && !column.has_nulls() && !column.is_constant()) {
    for (std::uint32_t k = 0; k < n; ++k) *cursors[k]++ = 1;
    for (std::size_t c = 0; c < column.num_children(); ++c) write_column(*column.child(c), rows, cursors);
  } else {
    for (std::uint32_t k = 0; k < n; ++k) cursors[k] = write(cursors[k], column, rows[k]);
  }
}

/// Takes bytes off the front of a key.
struct Reader {
  const char* next;
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, next, sizeof value);
    next += sizeof value;
    return value;
  }
};

void read(Reader& reader, Column& out);

void read_list(Reader& reader, Column& out) {
  const auto count = reader.take<std::uint32_t>();
  for (std::uint32_t e = 0; e < count; ++e)
    for (std::size_t c = 0; c < out.num_children(); ++c) read(reader, *out.child(c));
  out.append_list(count);
}

void read_struct(Reader& reader, Column& out) {
  for (std::size_t c = 0; c < out.num_children(); ++c) read(reader, *out.child(c));
  out.append_struct();
}

/// Appends the next value of the key.
void read(Reader& reader, Column& out) {
  if (reader.take<char>() == 0) return out.append_null();
  if (out.type().kind() == TypeKind::Struct) return read_struct(reader, out);
  if (out.type().is_nested()) return read_list(reader, out);
  if (!out.type().is_bytes())
    return with_fixed_type(out.type(), [&]<class T>(T*) { out.append(reader.take<T>()); });
  const auto size = reader.take<std::uint32_t>();
  out.append_bytes({reader.next, size});
  reader.next += size;
}

}  // namespace

KeyEncoder::KeyEncoder(std::vector<DataType> types) : types_(std::move(types)), layout_(Layout::General) {
  if (types_.size() != 1) return;
  if (types_[0].is_bytes()) layout_ = Layout::Bytes;
  else if (is_fixed(types_[0]) && !types_[0].is_fractional()) layout_ = Layout::Fixed;
}

std::uint64_t KeyEncoder::hash_of(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

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
  for (std::uint32_t k = 0; k < rows.size(); ++k) keys_[k] = {values + (rows[k] & mask) * width, width};
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
    return with_fixed_type(types_[0], [&]<class T>(T*) { columns[0]->append(Reader{key.data()}.take<T>()); });
  }
  if (layout_ == Layout::Bytes) {
    if (key == kNullBytes) return columns[0]->append_null();
    if (!key.empty() && key[0] == kEscape) key.remove_prefix(1);
    return columns[0]->append_bytes(key);
  }
  Reader reader{key.data()};
  for (const ColumnRef& column : columns) read(reader, *column);
}

}  // namespace millrace
