#include "operators/value_queue.hpp"

#include "records/value_encoding.hpp"

#include <cstring>
#include <utility>

namespace millrace {

// An element is the number of bytes of its values (four bytes), then the values.
namespace {

using Size = std::uint32_t;

}  // namespace

void ValueQueue::push(const Column& column, std::uint32_t row) {
  const auto size = static_cast<Size>(encoded_size(column, row));
  std::byte* to = bytes_.extend(Size{sizeof size} + size);
  std::memcpy(to, &size, sizeof size);
  encode_value(reinterpret_cast<char*>(to) + sizeof size, column, row, ValueForm::Exact);
}

void ValueQueue::push(const std::vector<ColumnRef>& columns, std::uint32_t row) {
  Size size = 0;
  for (const ColumnRef& column : columns) size += static_cast<Size>(encoded_size(*column, row));
  std::byte* place = bytes_.extend(Size{sizeof size} + size);
  std::memcpy(place, &size, sizeof size);
  char* to = reinterpret_cast<char*>(place) + sizeof size;
  for (const ColumnRef& column : columns) to = encode_value(to, *column, row, ValueForm::Exact);
}

void ValueQueue::read_front(const ColumnRef* columns, std::size_t count) const {
  const char* from = reinterpret_cast<const char*>(std::as_const(bytes_).data()) + sizeof(Size);
  for (std::size_t i = 0; i < count; ++i) from = decode_value(from, *columns[i]);
}

void ValueQueue::drop_front() {
  Size size = 0;
  std::memcpy(&size, std::as_const(bytes_).data(), sizeof size);
  bytes_.drop_front(Size{sizeof size} + size);
}

}  // namespace millrace
