#include "topology/planning/over_planning.hpp"

#include "operators/lead.hpp"
#include "operators/running_aggregate.hpp"
#include "operators/top_rows.hpp"
#include "records/interval_text.hpp"
#include "topology/planning/plan_notes.hpp"

#include <algorithm>

namespace millrace {
namespace {

using resolved::Step;

constexpr std::int64_t kMicrosOfDay = 86'400'000'000;

template <class Options>
OperatorSpec stateful_spec(std::unique_ptr<Operator> (*make)(Options), Options options,
                           const char* state_name) {
  OperatorSpec spec;
  spec.make = [make, options = std::move(options)] { return make(options); };
  spec.stateful = true;
  spec.state_name = state_name;
  return spec;
}

/// `1 hours`, `5 days`, `100`: how far a range frame reaches back.
std::string distance_text(std::int64_t distance, const DataType& order) {
  if (order.is_integral()) return std::to_string(distance);
  std::string text;
  const bool is_days = order.kind() == TypeKind::Date;
  append_interval(text, {0, 0, is_days ? distance * kMicrosOfDay : distance});
  return text;
}

struct StateText {
  const Step& step;

  std::string operator()(const resolved::RunningAggregate& over) const {
    const std::string growth = growth_of(over.calls);
    if (over.keys.empty())
      return growth.empty() ? "one group" : "UNBOUNDED: one group, which keeps " + growth;
    return "UNBOUNDED: the frame begins with the first row, so every key's results are kept";
  }
  std::string operator()(const resolved::FrameAggregate& over) const {
    if (over.order < 0) {
      const std::string rows = std::to_string(over.frames.back() + 1) + " rows";
      if (over.keys.empty()) return rows;
      return "UNBOUNDED: " + rows + " of every key are kept, however old";
    }
    const Field& order = (*step.schema)[std::size_t(over.order)];
    if (over.event_time < 0) {
      return "UNBOUNDED: `" + order.name +
             "` has no watermark, so a row may come whose frame holds the first one";
    }
    return "a row stays until the watermark reaches its `" + order.name + "` plus " +
           distance_text(over.frames.back(), order.type);
  }
  std::string operator()(const resolved::Lag& lag) const { return kept(lag, " values"); }
  std::string operator()(const resolved::Lead& lead) const { return kept(lead, " rows"); }
  /// As many as the call that looks farthest needs.
  template <class Over>
  static std::string kept(const Over& over, const char* what) {
    std::uint32_t most = 1;
    for (const LagCall& call : over.calls) most = std::max(most, call.offset);
    const std::string text = std::to_string(most) + what;
    return over.keys.empty() ? text : "UNBOUNDED: " + text + " of every key are kept, however old";
  }
  std::string operator()(const resolved::TopRows& top) const {
    const std::string rows = std::to_string(top.count) + (top.count == 1 ? " row" : " rows");
    return top.keys.empty() ? rows : "UNBOUNDED: " + rows + " of every key are kept, however old";
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

struct Keys {
  using Pointer = const std::vector<BoundExpressionPtr>*;
  Pointer operator()(const resolved::RunningAggregate& over) const { return &over.keys; }
  Pointer operator()(const resolved::FrameAggregate& over) const { return &over.keys; }
  Pointer operator()(const resolved::Lag& over) const { return &over.keys; }
  Pointer operator()(const resolved::Lead& over) const { return &over.keys; }
  Pointer operator()(const resolved::TopRows& over) const { return &over.keys; }
  template <class Other>
  Pointer operator()(const Other&) const {
    return nullptr;
  }
};

}  // namespace

OperatorSpec over_spec(const resolved::RunningAggregate& over, const Step& step,
                       const OperatorSettings& settings) {
  return stateful_spec<RunningAggregateOptions>(
      make_running_aggregate,
      {over.keys, over.calls, step.schema, over.event_time, settings.policy, settings.on_error},
      "runningAggregate");
}

OperatorSpec over_spec(const resolved::FrameAggregate& over, const Step& step,
                       const OperatorSettings& settings) {
  return stateful_spec<FrameAggregateOptions>(
      make_frame_aggregate,
      {over.keys, over.order, over.frames, over.arguments, over.calls, step.schema, over.event_time,
       settings.policy, settings.on_error},
      "frameAggregate");
}

OperatorSpec over_spec(const resolved::Lag& over, const Step& step,
                       const OperatorSettings& settings) {
  return stateful_spec<LagOptions>(
      make_lag,
      {over.keys, over.calls, step.schema, over.event_time, settings.policy, settings.on_error},
      "lag");
}

OperatorSpec over_spec(const resolved::Lead& over, const Step& step,
                       const OperatorSettings& settings) {
  return stateful_spec<LeadOptions>(
      make_lead, {over.keys, over.calls, step.schema, settings.on_error}, "lead");
}

OperatorSpec over_spec(const resolved::TopRows& over, const Step& step,
                       const OperatorSettings& settings) {
  TopRowsOptions options{over.keys, {}, over.count, step.schema, settings.on_error};
  for (const auto& key : over.order)
    options.order.push_back({key.expression, {key.ascending, key.nulls_first}});
  OperatorSpec spec = stateful_spec<TopRowsOptions>(make_top_rows, std::move(options), "topRows");
  spec.state_schema = std::to_string(over.count) + " rows";
  return spec;
}

const std::vector<BoundExpressionPtr>* over_keys(const Step& step) {
  return std::visit(Keys{}, step.kind);
}

std::vector<PlanNote> over_notes(const Step& step) {
  std::string emits = "one row for each input row, at once";
  if (std::holds_alternative<resolved::TopRows>(step.kind))
    emits = "each place whose row changed, after each batch of input";
  if (std::holds_alternative<resolved::Lead>(step.kind))
    emits = "a row when the row that it looks at has come";
  return {{"emits", emits}, {"state", std::visit(StateText{step}, step.kind)}};
}

}  // namespace millrace
