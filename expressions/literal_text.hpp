#pragma once

#include "records/value.hpp"

#include <string>

namespace millrace {

/// A constant as SQL that parses to the same value and type: `5L`, `1.50BD`, `DATE '2024-02-29'`.
std::string literal_sql(const Value& value);
/// A constant as Spark prints it in column names: strings without quotes, numbers without suffix.
std::string literal_name(const Value& value);

}  // namespace millrace
