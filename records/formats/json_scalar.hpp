#pragma once

#include <string>
#include <string_view>

#include "records/column.hpp"
#include "records/formats/time_formats.hpp"

namespace millrace {

// Texts and numbers of JSON and their columns, by the rules of Spark's JacksonParser. All of them write
// row `row` and return false when the value does not fit the column's type (nothing is written then).

/// `token` is a well-formed JSON number.
bool write_json_number(Column& column, std::size_t row, std::string_view token);
/// `text` is what a JSON string says. Not for String columns. `scratch` is memory for use.
bool write_json_text(Column& column, std::size_t row, std::string_view text,
                     const TimeFormats& formats, std::string& scratch);
/// Fast way for whole numbers: false when `token` is anything else, or too large.
bool write_json_integer(Column& column, std::size_t row, std::string_view token);
/// JSON's grammar of numbers.
bool is_json_number(std::string_view token);

}  // namespace millrace
