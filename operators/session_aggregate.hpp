#pragma once

#include "operators/aggregate.hpp"

#include <memory>

namespace millrace {

/// Groups rows by key and session: `keys[session_key]` is the session that a row has alone, and
/// sessions of equal other keys that touch or overlap are one. Append gives a session once, when the
/// watermark has reached its end, and forgets it; complete gives all. Rows whose own session ends at
/// or before the watermark in force are late and dropped, in complete mode too. There is no update
/// mode. `event_time_key` is `session_key` when the session has a watermark, else -1.
/// Source: Spark's SessionWindowStateStoreRestore and MergingSessions.
std::unique_ptr<Operator> make_session_aggregate(AggregateOptions options, int session_key);

}  // namespace millrace
