#pragma once

#include "records/result.hpp"
#include "records/time_zone.hpp"
#include "records/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::parse {

/// Value and type of a number as Spark reads it: `1` int, `12345678901` bigint, `1.5` and `1.5BD`
/// decimal(2,1), `1e3` and `1D` double, `1F` float, `1L 1S 1Y` bigint, smallint, tinyint. A minus
/// in front is part of the text. Errors: INVALID_NUMERIC_LITERAL_RANGE.
Result<Value> number_literal(std::string_view text);

/// What stands between the quotes of one string token, escapes replaced (Spark's
/// unescapeSQLString).
std::string string_token_text(std::string_view token);
/// A name without its back quotes.
std::string name_token_text(std::string_view token);

/// `DATE '...'`, `TIMESTAMP '...'`, `TIMESTAMP_NTZ '...'`, `X'...'`, `INTERVAL '...'`. Timestamps
/// without zone are local time in `zone`. Errors: INVALID_TYPED_LITERAL, UNSUPPORTED_TYPED_LITERAL.
Result<Value> typed_literal(std::string_view type, const std::string& text, const TimeZone& zone);

/// One `value unit` of INTERVAL; `to_unit` for `'1-2' YEAR TO MONTH`, else empty.
struct IntervalPart {
  std::string value;
  std::string unit;
  std::string to_unit;
};
Result<Value> interval_literal(const std::vector<IntervalPart>& parts);

Value string_value(std::string text);

}  // namespace millrace::parse
