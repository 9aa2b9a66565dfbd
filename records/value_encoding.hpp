#pragma once

#include "records/column.hpp"

#include <cstddef>

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

}  // namespace millrace
