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

}  // namespace millrace
