#pragma once

#include "operators/table_reload.hpp"
#include "topology/analysis/resolved_plan.hpp"

#include <optional>

namespace millrace {

/// How the table side of a join is read again, by the option `reload` of its source; none: never. Errors: no time
/// to read it again, or the join does not read the source by steps that look at one row at a time.
Result<std::optional<TableReloadOptions>> table_reload(const resolved::Step& table);

/// Where `reload` stands on a source that no join reads as its table; null: nowhere.
const OptionText* misplaced_reload(const resolved::Step& step, bool is_table);

/// `read again every 10 minutes`, for explain; empty: never.
std::string reload_text(const resolved::Step& table);

}  // namespace millrace
