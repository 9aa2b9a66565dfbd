#include "topology/analysis/late_records.hpp"

namespace millrace {
namespace {

using resolved::Step;
using resolved::StepPtr;

struct EventTime {
  int operator()(const resolved::Aggregate& step) const { return step.event_time_key; }
  int operator()(const resolved::RunningAggregate& step) const { return step.event_time; }
  int operator()(const resolved::FrameAggregate& step) const { return step.event_time; }
  int operator()(const resolved::Lag& step) const { return step.event_time; }
  int operator()(const resolved::Deduplicate& step) const { return step.event_time; }
  int operator()(const resolved::TransformWithState& step) const { return step.event_time; }
  template <class Other>
  int operator()(const Other&) const {
    return -1;
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
  return std::visit(EventTime{}, step->kind) >= 0 ? step : nullptr;
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
