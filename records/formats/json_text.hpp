#pragma once

#include "records/formats/time_formats.hpp"
#include "records/record_batch.hpp"
#include "records/value_text.hpp"

namespace millrace {

/// Appends a row as `append_json_row` of value_text.hpp does, dates and timestamps by the patterns of
/// `formats` where it has one, nested ones too.
void append_json_row(std::string& out, const RecordBatch& batch, std::size_t row,
                     const JsonStyle& style, const TimeFormats& formats);

}  // namespace millrace
