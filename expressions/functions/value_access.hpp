#pragma once

#include <string>

#include "expressions/functions/scalar_kernel.hpp"
#include "records/value_text.hpp"

namespace millrace {

/// The session zone of a call, UTC when its name is wrong (settings are checked elsewhere).
inline TimeZone session_zone(const FunctionCall& call) {
  Result<TimeZone> zone = TimeZone::find(call.settings.time_zone);
  return zone ? *zone : TimeZone();
}

/// How CAST(x AS STRING) writes values under the settings of a call.
inline TextStyle cast_style(const FunctionCall& call) {
  TextStyle style;
  style.zone = session_zone(call);
  style.plain_decimals = call.settings.ansi;
  return style;
}

/// Row of `column` that stands for `row`: 0 when it is constant.
inline std::size_t row_of(const Column& column, std::uint32_t row) {
  return row & column.index_mask();
}

}  // namespace millrace
