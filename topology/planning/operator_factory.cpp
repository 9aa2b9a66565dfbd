#include "topology/planning/operator_factory.hpp"

#include "operators/aggregate.hpp"
#include "operators/assign_watermark.hpp"
#include "operators/assign_window.hpp"
#include "operators/deduplicate.hpp"
#include "operators/expand.hpp"
#include "operators/explode.hpp"
#include "operators/filter.hpp"
#include "operators/limit.hpp"
#include "operators/project.hpp"
#include "operators/sort.hpp"
#include "operators/transform_with_state.hpp"
#include "operators/union.hpp"
#include "topology/planning/over_planning.hpp"

namespace millrace {
namespace {

using resolved::Step;

Error not_built(const std::string& what, const Origin& origin) {
  Error error = make_error(ErrorKind::Config, "topology: " + what + " come with a later version",
                           "leave it out for now");
  error.origin = origin;
  return error;
}

/// Types of keys and aggregates: what a restart must find unchanged.
std::string state_schema(const std::vector<BoundExpressionPtr>& keys,
                         const std::vector<BoundAggregate>& aggregates) {
  std::string text;
  for (const auto& key : keys) text += (text.empty() ? "" : ", ") + key->type().to_string();
  text += " ->";
  for (const auto& aggregate : aggregates)
    text += " " + aggregate.function->result_type().to_string() + ":" +
            std::to_string(aggregate.function->state_size());
  return text;
}

/// A factory that copies `options` for every subtask.
template <class Options>
OperatorSpec spec_of(std::unique_ptr<Operator> (*make)(Options), Options options) {
  OperatorSpec spec;
  spec.make = [make, options = std::move(options)] { return make(options); };
  return spec;
}

struct SpecMaker {
  using Made = Result<OperatorSpec>;
  const Step& step;
  const OperatorSettings& settings;

  Made operator()(const resolved::Read&) {
    return make_error(ErrorKind::Internal, "topology: a source is no operator");
  }
  Made operator()(const resolved::Project& kind) {
    return spec_of<ProjectOptions>(make_project,
                                   {kind.expressions, step.schema, settings.on_error});
  }
  Made operator()(const resolved::Filter& kind) {
    return spec_of<FilterOptions>(make_filter, {kind.condition, settings.on_error});
  }
  Made operator()(const resolved::Explode& kind) {
    return spec_of<ExplodeOptions>(
        make_explode, {kind.collection, kind.function == "posexplode", kind.function == "inline",
                       kind.outer, std::nullopt, step.schema, settings.on_error});
  }
  Made operator()(const resolved::Expand& kind) {
    return spec_of<ExpandOptions>(make_expand, {kind.projections, step.schema, settings.on_error});
  }
  Made operator()(const resolved::AssignWindow& kind) {
    const auto& window = kind.window;
    if (window.is_session()) return not_built("session windows", step.origin);
    return spec_of<AssignWindowOptions>(
        make_assign_window,
        {window.time, window.size, window.slide, window.start, step.schema, settings.on_error});
  }
  Made operator()(const resolved::Aggregate& kind) {
    if (kind.session_key >= 0) return not_built("session windows", step.origin);
    auto spec = spec_of<AggregateOptions>(
        make_aggregate, {kind.keys, kind.aggregates, step.schema, kind.event_time_key,
                         settings.policy, settings.on_error});
    spec.stateful = true;
    spec.state_name = "stateStoreSave";
    spec.state_schema = state_schema(kind.keys, kind.aggregates);
    return spec;
  }
  Made operator()(const resolved::RunningAggregate& kind) {
    return over_spec(kind, step, settings);
  }
  Made operator()(const resolved::FrameAggregate& kind) {
    return over_spec(kind, step, settings);
  }
  Made operator()(const resolved::Lag& kind) { return over_spec(kind, step, settings); }
  Made operator()(const resolved::Lead& kind) { return over_spec(kind, step, settings); }
  Made operator()(const resolved::TopRows& kind) { return over_spec(kind, step, settings); }
  Made operator()(const resolved::Watermark& kind) {
    auto spec = spec_of<AssignWatermarkOptions>(
        make_assign_watermark,
        {kind.column, kind.delay_micros, kind.idle_timeout_micros, settings.policy});
    spec.is_watermark = true;
    return spec;
  }
  Made operator()(const resolved::Deduplicate& kind) {
    std::vector<DataType> types;
    for (const int key : kind.keys) types.push_back((*step.schema)[std::size_t(key)].type);
    auto spec = spec_of<DeduplicateOptions>(
        make_deduplicate, {kind.keys, std::move(types), kind.event_time, kind.event_time_is_key,
                           kind.within_watermark, kind.delay_micros, settings.policy});
    spec.stateful = true;
    spec.state_name = kind.within_watermark ? "dedupeWithinWatermark" : "dedupe";
    spec.state_schema = state_schema(hash_keys(step), {});
    return spec;
  }
  Made operator()(const resolved::TransformWithState& kind) {
    auto spec = spec_of<TransformWithStateOptions>(
        make_transform_with_state,
        {kind.keys, kind.key_schema, step.inputs.front()->schema, step.schema, kind.make,
         kind.time_mode, kind.event_time, kind.name, kind.options, kind.initial, settings.policy,
         settings.on_error});
    spec.stateful = true;
    spec.state_name = "transformWithStateExec";
    spec.state_schema = state_schema(kind.keys, {});
    return spec;
  }
  Made operator()(const resolved::Union&) {
    return spec_of<UnionOptions>(make_union, {step.schema});
  }
  Made operator()(const resolved::Sort& kind) {
    SortOptions options{{}, step.schema, settings.on_error};
    for (const auto& key : kind.keys) {
      options.columns.push_back({key.expression, {key.ascending, key.nulls_first}});
    }
    return spec_of<SortOptions>(make_sort, std::move(options));
  }
  Made operator()(const resolved::Limit& kind) {
    auto spec = spec_of<LimitOptions>(make_limit, {0, kind.count, settings.policy.mode});
    spec.stateful = settings.policy.mode != OutputMode::Complete;
    if (spec.stateful) spec.state_name = "globalLimit";
    return spec;
  }
};

}  // namespace

Result<OperatorSpec> operator_spec(const Step& step, const OperatorSettings& settings) {
  return std::visit(SpecMaker{step, settings}, step.kind);
}

std::vector<BoundExpressionPtr> hash_keys(const Step& step) {
  std::vector<BoundExpressionPtr> keys;
  if (const auto* aggregate = std::get_if<resolved::Aggregate>(&step.kind)) {
    for (std::size_t i = 0; i < aggregate->keys.size(); ++i) {
      if (int(i) != aggregate->session_key) keys.push_back(aggregate->keys[i]);
    }
  }
  if (const auto* duplicates = std::get_if<resolved::Deduplicate>(&step.kind)) {
    const Schema& input = *step.inputs.front()->schema;
    for (const int key : duplicates->keys) {
      const Field& field = input[std::size_t(key)];
      keys.push_back(bound_column(key, field.type, field.nullable));
    }
  }
  if (const auto* transform = std::get_if<resolved::TransformWithState>(&step.kind))
    keys = transform->keys;
  if (const auto* over = over_keys(step)) keys = *over;
  return keys;
}

}  // namespace millrace
