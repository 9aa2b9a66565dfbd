#include "records/row_encoding.hpp"

#include "records/fixed_values.hpp"
#include "records/value_encoding.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

template <class T>
char* put(char* to, const Column& column, std::uint32_t row) {
  std::memcpy(to, &column.at<T>(row), sizeof(T));
  return to + sizeof(T);
}

char* put_bytes(char* to, const Column& column, std::uint32_t row) {
  const std::string_view bytes = column.at<std::string_view>(row);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(to, &size, sizeof size);
  to += sizeof size;
  if (size != 0) std::memcpy(to, bytes.data(), size);
  return to + size;
}

template <class T>
const char* take(const char* from, Column& column) {
  T value;
  std::memcpy(&value, from, sizeof value);
  column.append(value);
  return from + sizeof value;
}

const char* take_bytes(const char* from, Column& column) {
  std::uint32_t size = 0;
  std::memcpy(&size, from, sizeof size);
  from += sizeof size;
  column.append_view({from, size});
  return from + size;
}

}  // namespace

RowEncoding::Width RowEncoding::width_of(const DataType& type) {
  if (type.is_bytes()) return Width::Bytes;
  if (!is_fixed_width(type)) return Width::Other;
  switch (type.width()) {
    case 1: return Width::One;
    case 4: return Width::Four;
    case 8: return Width::Eight;
    default: return Width::Other;
  }
}

RowEncoding::RowEncoding(const Schema& schema) {
  for (const Field& field : schema.fields) widths_.push_back(width_of(field.type));
  const auto texts = std::find(widths_.begin(), widths_.end(), Width::Bytes);
  if (texts != widths_.end()) first_texts_ = static_cast<std::size_t>(texts - widths_.begin());
}

std::size_t RowEncoding::size(const RecordBatch& batch, std::uint32_t row) const {
  std::size_t bytes = 0;
  for (std::size_t c = 0; c < widths_.size(); ++c) {
    const Column& column = batch.column(c);
    if (widths_[c] == Width::Other) {
      bytes += encoded_size(column, row);
      continue;
    }
    ++bytes;
    if (column.is_null(row)) continue;
    switch (widths_[c]) {
      case Width::One: bytes += 1; break;
      case Width::Four: bytes += 4; break;
      case Width::Eight: bytes += 8; break;
      default: bytes += sizeof(std::uint32_t) + column.at<std::string_view>(row).size();
    }
  }
  return bytes;
}

char* RowEncoding::encode(char* to, const RecordBatch& batch, std::uint32_t row) const {
  for (std::size_t c = 0; c < widths_.size(); ++c) {
    const Column& column = batch.column(c);
    if (widths_[c] == Width::Other) {
      to = encode_value(to, column, row, ValueForm::Exact);
      continue;
    }
    const bool is_null = column.is_null(row);
    *to++ = is_null ? 0 : 1;
    if (is_null) continue;
    switch (widths_[c]) {
      case Width::One: to = put<std::uint8_t>(to, column, row); break;
      case Width::Four: to = put<std::uint32_t>(to, column, row); break;
      case Width::Eight: to = put<std::uint64_t>(to, column, row); break;
      default: to = put_bytes(to, column, row);
    }
  }
  return to;
}

void RowEncoding::append(const RecordBatch& batch, std::uint32_t row,
                         std::span<const ColumnRef> columns) const {
  for (std::size_t c = 0; c < widths_.size(); ++c) {
    const Column& from = batch.column(c);
    Column& to = *columns[c];
    if (widths_[c] == Width::Other) {
      to.append_from(from, row);
      continue;
    }
    if (from.is_null(row)) {
      to.append_null();
      continue;
    }
    switch (widths_[c]) {
      case Width::One: to.append(from.at<std::uint8_t>(row)); break;
      case Width::Four: to.append(from.at<std::uint32_t>(row)); break;
      case Width::Eight: to.append(from.at<std::uint64_t>(row)); break;
      default: to.append_view(from.at<std::string_view>(row));
    }
  }
}

void RowEncoding::keep_texts(const RecordBatch& batch, std::span<const ColumnRef> columns) const {
  for (std::size_t c = 0; c < widths_.size(); ++c)
    if (widths_[c] == Width::Bytes) columns[c]->keep(batch.column_ref(c));
}

std::string_view RowEncoding::copy(std::string_view rows, std::span<const ColumnRef> columns) const {
  if (first_texts_ == kNone) return rows;
  for (std::size_t c = first_texts_ + 1; c < widths_.size(); ++c)
    if (widths_[c] == Width::Bytes) columns[c]->keep(columns[first_texts_]);
  return columns[first_texts_]->arena().copy(rows);
}

const char* RowEncoding::decode(const char* from, std::span<const ColumnRef> columns) const {
  for (std::size_t c = 0; c < widths_.size(); ++c) {
    Column& column = *columns[c];
    if (widths_[c] == Width::Other) {
      from = decode_value(from, column);
      continue;
    }
    if (*from++ == 0) {
      column.append_null();
      continue;
    }
    switch (widths_[c]) {
      case Width::One: from = take<std::uint8_t>(from, column); break;
      case Width::Four: from = take<std::uint32_t>(from, column); break;
      case Width::Eight: from = take<std::uint64_t>(from, column); break;
      default: from = take_bytes(from, column);
    }
  }
  return from;
}

}  // namespace millrace
