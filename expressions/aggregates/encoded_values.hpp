#pragma once

#include "expressions/aggregates/arguments.hpp"
#include "records/value_encoding.hpp"

#include <string>
#include <string_view>

namespace millrace {

/// Calls take(k, value) for each of `rows` that is not NULL; k is the position in `rows`, the value is
/// encoded so that equal ones have equal bytes, which are there for the call only.
template <class Take>
void for_each_encoded(const Column& values, Rows rows, Take&& take) {
  std::string encoded;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    if (is_null_at(values, rows[k])) continue;
    encoded.resize(encoded_size(values, rows[k]));
    encode_value(encoded.data(), values, rows[k], ValueForm::Key);
    take(k, std::string_view(encoded));
  }
}

}  // namespace millrace
