#include "records/row_encoding.hpp"

#include "records/fixed_values.hpp"
#include "records/value_encoding.hpp"

#include <cstring>

namespace millrace {

namespace {

bool is_there(const char* bits, std::size_t column) { return ((bits[column / 8] >> (column % 8)) & 1) != 0; }

void clear_bit(char* bits, std::size_t column) {
  bits[column / 8] = static_cast<char>(bits[column / 8] & ~(1 << (column % 8)));
}

// The size of a text: seven bits a byte, the lowest first; the highest bit says that more follow.

std::size_t size_of_size(std::size_t size) {
  std::size_t bytes = 1;
  for (; size >= 0x80; size >>= 7) ++bytes;
  return bytes;
}

char* put_size(char* to, std::size_t size) {
  for (; size >= 0x80; size >>= 7) *to++ = static_cast<char>(size | 0x80);
  *to++ = static_cast<char>(size);
  return to;
}

const char* take_size(const char* from, std::size_t& size) {
  size = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*from++);
    size |= std::size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return from;
  }
}

/// Calls f with a value of the unsigned type of a width.
template <class F>
void with_width(std::size_t width, F&& f) {
  switch (width) {
    case 1: return f(std::uint8_t{});
    case 2: return f(std::uint16_t{});
    case 4: return f(std::uint32_t{});
    case 8: return f(std::uint64_t{});
    default: return f(Int128{});
  }
}

}  // namespace

void BatchColumns::set(const RecordBatch& batch) {
  columns_.clear();
  has_nulls_ = false;
  for (const ColumnRef& column : batch.columns()) {
    columns_.push_back({column->values<std::byte>(), column.get(), column->has_nulls()});
    has_nulls_ |= column->has_nulls();
  }
}

RowEncoding::RowEncoding(const Schema& schema)
    : num_bytes_of_bits_((schema.size() + 7) / 8), fixed_size_(num_bytes_of_bits_) {
  for (std::size_t c = 0; c < schema.size(); ++c) {
    const DataType& type = schema.fields[c].type;
    if (type.is_bytes()) {
      texts_.push_back(c);
    } else if (is_fixed_width(type)) {
      fixed_.push_back({c, type.width()});
      fixed_size_ += type.width();
    } else {
      nested_.push_back(c);
    }
  }
}

std::size_t RowEncoding::size(const BatchColumns& batch, std::uint32_t row) const {
  std::size_t bytes = fixed_size_;
  if (batch.has_nulls())
    for (const FixedColumn& fixed : fixed_)
      if (batch.is_null(fixed.column, row)) bytes -= fixed.width;
  for (std::size_t column : nested_)
    if (!batch.is_null(column, row)) bytes += encoded_size(batch[column], row);
  for (std::size_t column : texts_) {
    if (batch.is_null(column, row)) continue;
    const std::size_t size = batch.at<std::string_view>(column, row).size();
    bytes += size_of_size(size) + size;
  }
  return bytes;
}

char* RowEncoding::encode(char* to, const BatchColumns& batch, std::uint32_t row) const {
  char* const bits = to;
  std::memset(bits, 0xff, num_bytes_of_bits_);
  to += num_bytes_of_bits_;
  const auto is_null = [&](std::size_t column) {
    if (!batch.is_null(column, row)) return false;
    clear_bit(bits, column);
    return true;
  };
  for (const FixedColumn& fixed : fixed_) {
    if (is_null(fixed.column)) continue;
    with_width(fixed.width, [&]<class T>(T) {
      const T value = batch.at<T>(fixed.column, row);
      std::memcpy(to, &value, sizeof value);
    });
    to += fixed.width;
  }
  for (std::size_t column : nested_)
    if (!is_null(column)) to = encode_value(to, batch[column], row, ValueForm::Exact);
  for (std::size_t column : texts_)
    if (!is_null(column)) to = put_size(to, batch.at<std::string_view>(column, row).size());
  for (std::size_t column : texts_) {
    if (!is_there(bits, column)) continue;
    const std::string_view text = batch.at<std::string_view>(column, row);
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
  return to;
}

void RowEncoding::append(const BatchColumns& batch, std::uint32_t row,
                         std::span<const ColumnRef> columns) const {
  for (const FixedColumn& fixed : fixed_) {
    Column& to = *columns[fixed.column];
    if (batch.is_null(fixed.column, row)) {
      to.append_null();
      continue;
    }
    with_width(fixed.width, [&]<class T>(T) { to.append(batch.at<T>(fixed.column, row)); });
  }
  for (std::size_t column : nested_) columns[column]->append_from(batch[column], row);
  for (std::size_t column : texts_) {
    if (batch.is_null(column, row))
      columns[column]->append_null();
    else
      columns[column]->append_view(batch.at<std::string_view>(column, row));
  }
}

void RowEncoding::keep_texts(const RecordBatch& batch, std::span<const ColumnRef> columns) const {
  for (std::size_t column : texts_) columns[column]->keep(batch.column_ref(column));
}

std::string_view RowEncoding::copy(std::string_view rows, std::span<const ColumnRef> columns) const {
  if (texts_.empty()) return rows;
  const ColumnRef& holder = columns[texts_.front()];
  for (std::size_t column : texts_) columns[column]->keep(holder);
  return holder->arena().copy(rows);
}

const char* RowEncoding::decode(const char* from, std::span<const ColumnRef> columns) const {
  const char* const bits = from;
  from += num_bytes_of_bits_;
  for (const FixedColumn& fixed : fixed_) {
    Column& to = *columns[fixed.column];
    if (!is_there(bits, fixed.column)) {
      to.append_null();
      continue;
    }
    with_width(fixed.width, [&]<class T>(T value) {
      std::memcpy(&value, from, sizeof value);
      to.append(value);
    });
    from += fixed.width;
  }
  for (std::size_t column : nested_) {
    if (is_there(bits, column))
      from = decode_value(from, *columns[column]);
    else
      columns[column]->append_null();
  }
  return decode_texts(bits, from, columns);
}

/// Their sizes stand in front of the first.
const char* RowEncoding::decode_texts(const char* bits, const char* sizes,
                                      std::span<const ColumnRef> columns) const {
  const char* text = sizes;
  for (std::size_t column : texts_) {
    if (!is_there(bits, column)) continue;
    while ((*text++ & 0x80) != 0) {
    }
  }
  for (std::size_t column : texts_) {
    if (!is_there(bits, column)) {
      columns[column]->append_null();
      continue;
    }
    std::size_t size = 0;
    sizes = take_size(sizes, size);
    columns[column]->append_view({text, size});
    text += size;
  }
  return text;
}

}  // namespace millrace
