#pragma once

#include "records/record_batch.hpp"
#include "records/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// A record that its policy sends to a sink of its own. Views live for the call.
struct DeadLetter {
  std::string_view raw;   // the bytes as they came, or the row as JSON
  std::string position;   // where in the source, as the source counts; may be empty
  const Error& error;
};

/// Columns of a dead letter: raw, source, position, errorClass, message, time.
const SchemaPtr& dead_letter_schema();

/// Appends one letter to a batch of that schema. `source` names the node it comes from; `now_micros`
/// is the time since 1970 UTC.
void append_dead_letter(RecordBatch& batch, const DeadLetter& letter, std::string_view source,
                        std::int64_t now_micros);

}  // namespace millrace
