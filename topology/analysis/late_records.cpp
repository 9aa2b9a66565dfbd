#include "topology/analysis/late_records.hpp"

#include <algorithm>

namespace millrace {
namespace {

using resolved::Step;
using resolved::StepPtr;

/// Whether a step drops rows behind the watermark.
struct Drops {
  const Step& step;

  bool operator()(const resolved::Aggregate& kind) const { return kind.event_time_key >= 0; }
  bool operator()(const resolved::RunningAggregate& kind) const { return kind.event_time >= 0; }
  bool operator()(const resolved::FrameAggregate& kind) const { return kind.event_time >= 0; }
  bool operator()(const resolved::Lag& kind) const { return kind.event_time >= 0; }
  bool operator()(const resolved::Deduplicate& kind) const { return kind.event_time >= 0; }
  bool operator()(const resolved::TransformWithState& kind) const { return kind.event_time >= 0; }
  bool operator()(const resolved::Join& kind) const {
    return kind.is_stream_stream &&
           std::any_of(step.inputs.begin(), step.inputs.end(), [](const StepPtr& input) {
             return resolved::event_time_column(*input) >= 0;
           });
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

/// Steps of an operator carry its name, or its name and their kind.
bool belongs_to(const Step& step, const std::string& name) {
  return step.name.empty() || step.name == name || step.name.starts_with(name + ".");
}

StepPtr first_that_drops(const StepPtr& step, const std::string& name) {
  if (!belongs_to(*step, name)) return nullptr;
  for (const StepPtr& input : step->inputs)
    if (StepPtr found = first_that_drops(input, name)) return found;
  return std::visit(Drops{*step}, step->kind) ? step : nullptr;
}

}  // namespace

resolved::StepPtr late_step(const StepPtr& top) { return first_that_drops(top, top->name); }

Error no_late_records(const std::string& name) {
  return make_error(ErrorKind::Config,
                    "lateRecords: no row comes too late for operator '" + name + "'",
                    "declare a watermark below it and group or order by its column, or write "
                    "`lateRecords: drop`");
}

Error late_records_not_appended() {
  return make_error(ErrorKind::Config, "lateRecords: late rows are appended, they are no table",
                    "write `outputMode: append`");
}

}  // namespace millrace
