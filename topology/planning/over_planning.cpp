#include "topology/planning/over_planning.hpp"

#include "operators/running_aggregate.hpp"

namespace millrace {

OperatorSpec over_spec(const resolved::RunningAggregate& over, const resolved::Step& step,
                       const OperatorSettings& settings) {
  RunningAggregateOptions options{over.keys,       over.calls,      step.schema,
                                  over.event_time, settings.policy, settings.on_error};
  OperatorSpec spec;
  spec.make = [options = std::move(options)] { return make_running_aggregate(options); };
  spec.stateful = true;
  spec.state_name = "runningAggregate";
  return spec;
}

std::vector<PlanNote> over_notes(const resolved::RunningAggregate& over) {
  const std::string state = over.keys.empty()
                                ? "one group"
                                : "UNBOUNDED: the frame begins with the first row, so every key's "
                                  "results are kept";
  return {{"emits", "one row for each input row, at once"}, {"state", state}};
}

}  // namespace millrace
