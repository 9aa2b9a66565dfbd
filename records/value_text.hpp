#pragma once

#include <string>
#include <string_view>

#include "records/record_batch.hpp"
#include "records/time_zone.hpp"

namespace millrace {

/// How values look as text. The default is Spark's CAST(x AS STRING) under ANSI; the console sink shows
/// nested NULLs as `NULL` and binary as `[61 62]`.
struct TextStyle {
  TimeZone zone;
  std::string_view null_text = "null";
  bool plain_decimals = true;  // false: `1.000E-7`, as without ANSI
  bool binary_as_hex = false;  // true: `[61 62]`
};

/// Appends row `row` as text, nested values included: `{1, null}`, `[1, 2]`, `{k -> v}`. A NULL row gives
/// `null_text`.
void append_text(std::string& out, const Column& column, std::size_t row, const TextStyle& style);

/// How values look as JSON: Spark's to_json and JSON writer.
struct JsonStyle {
  TimeZone zone;
  bool ignore_null_fields = true;
};

/// Appends row `row` as a JSON value. Timestamps are cut to milliseconds, NaN is `"NaN"`, binary is
/// base64, a NULL row is `null`.
void append_json(std::string& out, const Column& column, std::size_t row, const JsonStyle& style);
/// Appends a row of a batch as a JSON object of its columns.
void append_json_row(std::string& out, const RecordBatch& batch, std::size_t row,
                     const JsonStyle& style);
/// Appends `text` in quotes with Jackson's escapes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace millrace
