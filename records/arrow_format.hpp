#pragma once

#include <string>
#include <string_view>

#include "records/result.hpp"
#include "records/type.hpp"

namespace millrace {

/// Arrow's format string of a type: `l`, `u`, `tsu:UTC`, `d:10,2`, `+l`.
std::string arrow_format(const DataType& type);
/// The plain type of a format string (nested ones are put together by the caller). Timestamps with a
/// zone are Timestamp, those without are TimestampNtz.
Result<DataType> type_from_arrow_format(std::string_view format);

}  // namespace millrace
