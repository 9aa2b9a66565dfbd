#pragma once

#include "records/column.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

/// One value of any type as bytes, for keys and state: the byte 0 for NULL, or the byte 1 and then
/// the fixed width; or length and bytes; or the fields; or count and elements.
enum class ValueForm {
  Exact,  // decodes to the same bits
  Key,    // equal bytes for equal values: one NaN, one zero, entries of maps in one order
};

std::size_t encoded_size(const Column& column, std::size_t row);
/// Writes `encoded_size` bytes and returns where they end.
char* encode_value(char* to, const Column& column, std::size_t row, ValueForm form);
/// Appends one value to a column of its type and returns where its bytes end.
const char* decode_value(const char* from, Column& column);

/// The same for values one behind the other, those of fixed width column by column.
std::size_t encoded_size(const Column& column, Rows rows);
char* encode_values(char* to, const Column& column, Rows rows, ValueForm form);
/// Appends all values that `bytes` hold and gives their number.
std::uint32_t decode_values(std::string_view bytes, Column& column);

}  // namespace millrace
