#include "records/value_encoding.hpp"

#include "records/fixed_values.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace millrace {

namespace {

std::size_t elements_size(const Column& column, ListSlot slot) {
  std::size_t bytes = sizeof slot.size;
  for (std::size_t c = 0; c < column.num_children(); ++c)
    for (std::uint32_t e = 0; e < slot.size; ++e)
      bytes += encoded_size(*column.child(c), slot.offset + e);
  return bytes;
}

char* put(char* to, const void* from, std::size_t bytes) {
  if (bytes != 0) std::memcpy(to, from, bytes);
  return to + bytes;
}

/// Entries of a map in the order of their bytes, so that equal maps have equal keys.
char* put_entries(char* to, const Column& column, ListSlot slot, ValueForm form) {
  std::vector<std::string> entries(slot.size);
  for (std::uint32_t e = 0; e < slot.size; ++e) {
    const std::size_t row = slot.offset + e;
    entries[e].resize(encoded_size(*column.child(0), row) + encoded_size(*column.child(1), row));
    char* value = encode_value(entries[e].data(), *column.child(0), row, form);
    encode_value(value, *column.child(1), row, form);
  }
  if (form == ValueForm::Key) std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) to = put(to, entry.data(), entry.size());
  return to;
}

char* put_nested(char* to, const Column& column, std::size_t row, ValueForm form) {
  if (column.type().kind() == TypeKind::Struct) {
    for (std::size_t c = 0; c < column.num_children(); ++c)
      to = encode_value(to, *column.child(c), row, form);
    return to;
  }
  const ListSlot slot = column.at<ListSlot>(row);
  to = put(to, &slot.size, sizeof slot.size);
  if (column.type().kind() == TypeKind::Map) return put_entries(to, column, slot, form);
  for (std::uint32_t e = 0; e < slot.size; ++e)
    to = encode_value(to, *column.child(0), slot.offset + e, form);
  return to;
}

template <class T>
const char* take(const char* from, T& value) {
  std::memcpy(&value, from, sizeof value);
  return from + sizeof value;
}

const char* take_nested(const char* from, Column& column) {
  if (column.type().kind() == TypeKind::Struct) {
    for (std::size_t c = 0; c < column.num_children(); ++c)
      from = decode_value(from, *column.child(c));
    column.append_struct();
    return from;
  }
  std::uint32_t count = 0;
  from = take(from, count);
  for (std::uint32_t e = 0; e < count; ++e)
    for (std::size_t c = 0; c < column.num_children(); ++c)
      from = decode_value(from, *column.child(c));
  column.append_list(count);
  return from;
}

}  // namespace

std::size_t encoded_size(const Column& column, std::size_t row) {
  if (column.type().is_null() || column.is_null(row)) return 1;
  row &= column.index_mask();
  if (column.type().is_bytes()) return 5 + column.at<std::string_view>(row).size();
  if (!column.type().is_nested()) return 1 + column.type().width();
  if (column.type().kind() != TypeKind::Struct)
    return 1 + elements_size(column, column.at<ListSlot>(row));
  std::size_t bytes = 1;
  for (std::size_t c = 0; c < column.num_children(); ++c)
    bytes += encoded_size(*column.child(c), row);
  return bytes;
}

char* encode_value(char* to, const Column& column, std::size_t row, ValueForm form) {
  const bool is_null = column.type().is_null() || column.is_null(row);
  *to++ = is_null ? 0 : 1;
  if (is_null) return to;
  row &= column.index_mask();
  if (column.type().is_nested()) return put_nested(to, column, row, form);
  if (column.type().is_bytes()) {
    const std::string_view bytes = column.at<std::string_view>(row);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    return put(put(to, &size, sizeof size), bytes.data(), size);
  }
  with_fixed_type(column.type(), [&]<class T>(T*) {
    const T value = form == ValueForm::Key ? canonical(column.at<T>(row)) : column.at<T>(row);
    to = put(to, &value, sizeof value);
  });
  return to;
}

const char* decode_value(const char* from, Column& column) {
  if (*from++ == 0) return column.append_null(), from;
  if (column.type().is_nested()) return take_nested(from, column);
  if (column.type().is_bytes()) {
    std::uint32_t size = 0;
    from = take(from, size);
    column.append_bytes({from, size});
    return from + size;
  }
  with_fixed_type(column.type(), [&]<class T>(T*) {
    T value;
    from = take(from, value);
    column.append(value);
  });
  return from;
}

namespace {

/// What each value of the type takes where it is not NULL and no part of it is; 0 where that differs.
std::size_t stride_of(const DataType& type) {
  if (is_fixed_width(type)) return 1 + type.width();
  if (type.kind() != TypeKind::Struct) return 0;
  std::size_t bytes = 1;
  for (const Field& field : type.fields()) {
    const std::size_t part = stride_of(field.type);
    if (part == 0) return 0;
    bytes += part;
  }
  return bytes;
}

/// Whether each row has a value of its own in all parts of the column.
bool is_whole(const Column& column) {
  if (column.has_nulls() || column.is_constant()) return false;
  for (std::size_t c = 0; c < column.num_children(); ++c)
    if (!is_whole(*column.child(c))) return false;
  return true;
}

void put_strided(char* to, std::size_t stride, const Column& column, Rows rows, ValueForm form) {
  for (std::uint32_t k = 0; k < rows.size(); ++k) to[k * stride] = 1;
  ++to;
  for (std::size_t c = 0; c < column.num_children(); ++c) {
    put_strided(to, stride, *column.child(c), rows, form);
    to += stride_of(column.child(c)->type());
  }
  if (column.type().kind() == TypeKind::Struct) return;
  with_fixed_type(column.type(), [&]<class T>(T*) {
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      const T value = column.at<T>(rows[k]);
      const T written = form == ValueForm::Key ? canonical(value) : value;
      std::memcpy(to + k * stride, &written, sizeof written);
    }
  });
}

/// Whether all marks say that the values and their parts are there. Where one is not, values behind it begin
/// elsewhere, but that one is found first.
bool are_whole(const char* from, std::size_t stride, const DataType& type, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k)
    if (from[k * stride] != 1) return false;
  if (type.kind() != TypeKind::Struct) return true;
  ++from;
  for (const Field& field : type.fields()) {
    if (!are_whole(from, stride, field.type, count)) return false;
    from += stride_of(field.type);
  }
  return true;
}

/// Writes the rows of the column from `first` on, which are there.
void take_strided(const char* from, std::size_t stride, Column& column, std::size_t first,
                  std::size_t count) {
  ++from;
  for (std::size_t c = 0; c < column.num_children(); ++c) {
    take_strided(from, stride, *column.child(c), first, count);
    from += stride_of(column.child(c)->type());
  }
  if (column.type().kind() == TypeKind::Struct) return;
  with_fixed_type(column.type(), [&]<class T>(T*) {
    T* const values = column.mutable_values<T>() + first;
    for (std::size_t k = 0; k < count; ++k) std::memcpy(&values[k], from + k * stride, sizeof(T));
  });
}

}  // namespace

std::size_t encoded_size(const Column& column, Rows rows) {
  const std::size_t stride = stride_of(column.type());
  if (stride != 0 && is_whole(column)) return stride * rows.size();
  std::size_t bytes = 0;
  rows.for_each([&](std::uint32_t row) { bytes += encoded_size(column, row); });
  return bytes;
}

char* encode_values(char* to, const Column& column, Rows rows, ValueForm form) {
  const std::size_t stride = stride_of(column.type());
  if (stride != 0 && is_whole(column)) {
    put_strided(to, stride, column, rows, form);
    return to + stride * rows.size();
  }
  rows.for_each([&](std::uint32_t row) { to = encode_value(to, column, row, form); });
  return to;
}

std::uint32_t decode_values(std::string_view bytes, Column& column) {
  const std::size_t stride = stride_of(column.type());
  const std::size_t most = stride == 0 ? 0 : bytes.size() / stride;
  if (most * stride == bytes.size() && are_whole(bytes.data(), stride, column.type(), most)) {
    const std::size_t first = column.size();
    column.resize(first + most);
    take_strided(bytes.data(), stride, column, first, most);
    return static_cast<std::uint32_t>(most);
  }
  const char* next = bytes.data();
  std::uint32_t count = 0;
  for (const char* end = next + bytes.size(); next != end; ++count)
    next = decode_value(next, column);
  return count;
}

}  // namespace millrace
