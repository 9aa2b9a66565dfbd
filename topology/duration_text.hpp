#pragma once

#include <chrono>
#include <string_view>

#include "records/result.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// `10 seconds`, `1 minute 30 seconds`, `100ms`: Spark's interval text. Errors: Spark's wording for
/// malformed text and for months and years (they have no fixed length); a negative duration.
Result<std::chrono::microseconds> parse_duration(std::string_view text);

/// `kind` is `processingTime`, `once`, `availableNow`, `continuous` or `realTime`, in any case; the
/// second text is the interval (empty for once and availableNow). once means availableNow, realTime
/// means continuous. A continuous interval is 1 ms to 24 h.
Result<Trigger> make_trigger(std::string_view kind, std::string_view interval);

/// Whether a text of `parse_trigger` or a kind of `make_trigger` says `realTime`.
bool is_real_time(std::string_view trigger);

/// One text: `availableNow`, `continuous 100 ms`, `processingTime: 10 seconds`.
Result<Trigger> parse_trigger(std::string_view text);

}  // namespace millrace
