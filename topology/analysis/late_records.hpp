#pragma once

#include "topology/analysis/resolved_plan.hpp"

namespace millrace {

/// The step whose late rows the operator that ends in `top` gives away: its first one that drops
/// any. Null when no row can be too late for it.
resolved::StepPtr late_step(const resolved::StepPtr& top);

Error no_late_records(const std::string& name);
Error late_records_not_appended();

}  // namespace millrace
