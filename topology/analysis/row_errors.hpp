#pragma once

#include "records/result.hpp"
#include "records/type.hpp"

#include <cstdint>
#include <string>

namespace millrace {

/// Spark's refusals around watermarks, duplicates, order and limits.

Error event_time_of_wrong_type(const std::string& column, const DataType& type);
Error negative_delay(const std::string& text);
Error redefined_watermark();
Error watermark_without_idle_timeout();
/// UNRESOLVED_COLUMN_AMONG_FIELD_NAMES: a name given as text.
Error unknown_column_name(const std::string& name, const Schema& schema);
Error order_by_position_out_of_range(std::int64_t position, std::size_t size);
Error order_by_map(const std::string& expression);
Error limit_not_constant(const std::string& text);
Error negative_limit(std::int64_t count);
Error offset_not_supported();

}  // namespace millrace
