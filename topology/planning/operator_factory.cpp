#include "topology/planning/operator_factory.hpp"

#include "expressions/shared_function.hpp"
#include "operators/aggregate.hpp"
#include "operators/assign_session.hpp"
#include "operators/assign_watermark.hpp"
#include "operators/assign_window.hpp"
#include "operators/deduplicate.hpp"
#include "operators/expand.hpp"
#include "operators/explode.hpp"
#include "operators/filter.hpp"
#include "operators/limit.hpp"
#include "operators/project.hpp"
#include "operators/session_aggregate.hpp"
#include "operators/shared_states.hpp"
#include "operators/sliced_aggregate.hpp"
#include "operators/sort.hpp"
#include "operators/stream_join.hpp"
#include "operators/table_join.hpp"
#include "operators/transform_with_state.hpp"
#include "operators/union.hpp"
#include "records/schema_text.hpp"
#include "topology/analysis/partition_columns.hpp"
#include "topology/planning/over_planning.hpp"
#include "topology/planning/table_source.hpp"

namespace millrace {
namespace {

using resolved::Step;

/// Types of keys and aggregates, and which of them share a state: what a restart must find unchanged.
std::string state_schema(const std::vector<BoundExpressionPtr>& keys,
                         const std::vector<BoundAggregate>& aggregates) {
  std::string text;
  for (const auto& key : keys) text += (text.empty() ? "" : ", ") + key->type().to_string();
  text += " ->";
  const std::vector<std::size_t> owners = state_owners(aggregates);
  for (std::size_t i = 0; i < aggregates.size(); ++i) {
    const AggregateFunction& function = *aggregates[i].function;
    text += " " + function.result_type().to_string() + ":" + std::to_string(function.state_size());
    if (dynamic_cast<const SharedFunction*>(&function) != nullptr)
      text += " in " + std::to_string(owners[i]);
  }
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
    if (window.is_session())
      return spec_of<AssignSessionOptions>(
          make_assign_session,
          {window.time, window.session_end, step.schema, settings.on_error});
    return spec_of<AssignWindowOptions>(
        make_assign_window,
        {window.time, window.size, window.slide, window.start, step.schema, settings.on_error});
  }
  Made operator()(const resolved::Aggregate& kind) {
    AggregateOptions options{kind.keys,           kind.aggregates, step.schema,
                             kind.event_time_key, settings.policy, settings.on_error};
    OperatorSpec spec;
    const auto* window = sliced_window(step, settings.policy.mode);
    if (const int session = kind.session_key; session >= 0)
      spec.make = [options, session] { return make_session_aggregate(options, session); };
    else if (window)
      spec = spec_of<SlicedAggregateOptions>(
          make_sliced_aggregate,
          {std::move(options), window->time, window->size, window->slide, window->start});
    else
      spec = spec_of<AggregateOptions>(make_aggregate, std::move(options));
    spec.stateful = true;
    spec.state_name = kind.session_key >= 0 ? "sessionWindowStateStoreSaveExec" : "stateStoreSave";
    spec.state_schema = state_schema(kind.keys, kind.aggregates);
    if (window)
      spec.state_schema += " in slices of " + std::to_string(window->size) + " by " +
                           std::to_string(window->slide) + " from " + std::to_string(window->start);
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
    auto columns = partition_columns(step.options, *step.schema);
    if (!columns.ok()) return columns.error();
    std::vector<DataType> types;
    for (const int column : *columns) types.push_back((*step.schema)[std::size_t(column)].type);
    auto spec = spec_of<AssignWatermarkOptions>(
        make_assign_watermark, {kind.column, kind.delay_micros, kind.idle_timeout_micros,
                                std::move(*columns), types, settings.policy});
    spec.is_watermark = true;
    if (types.empty()) return spec;
    spec.stateful = true;
    spec.state_name = "watermarkPartitions";
    for (const DataType& type : types)
      spec.state_schema += (spec.state_schema.empty() ? "" : ", ") + type.to_string();
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
    spec.state_schema = state_schema(hash_keys(step, settings.policy.mode), {});
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
  Made operator()(const resolved::Join& kind) {
    if (kind.is_stream_stream) return stream_join(kind);
    const Step& left = *step.inputs.front();
    const Step& right = *step.inputs.back();
    Result<std::optional<TableReloadOptions>> reload = std::optional<TableReloadOptions>();
    if (step.streaming) reload = table_reload(table_port(step) == 0 ? left : right);
    if (!reload.ok()) return std::move(reload.error());
    return spec_of<TableJoinOptions>(
        make_table_join, {kind.type,
                          {left.schema, kind.left.keys, kind.left.condition},
                          {right.schema, kind.right.keys, kind.right.condition},
                          kind.null_safe,
                          kind.condition,
                          kind.pairs,
                          step.schema,
                          table_port(step),
                          settings.on_error,
                          *reload ? make_table_readings(std::move(**reload)) : nullptr});
  }
  Made stream_join(const resolved::Join& kind) const {
    auto spec = spec_of<StreamJoinOptions>(
        make_stream_join, {kind.type, stream_side(kind.left, *step.inputs.front()),
                           stream_side(kind.right, *step.inputs.back()), kind.null_safe,
                           kind.condition, kind.pairs, step.schema, settings.policy,
                           settings.on_error});
    spec.stateful = true;
    spec.state_name = "symmetricHashJoin";
    spec.state_schema = state_schema(kind.left.keys, {}) + " " +
                        to_ddl(*step.inputs.front()->schema) + "," +
                        to_ddl(*step.inputs.back()->schema);
    return spec;
  }
  static StreamJoinSide stream_side(const resolved::JoinInput& side, const Step& input) {
    return {{input.schema, side.keys, side.condition}, event_time_column(input), side.limit};
  }
  static int event_time_column(const Step& input) {
    for (std::size_t i = 0; i < input.event_time.size(); ++i)
      if (input.event_time[i]) return int(i);
    return -1;
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

const resolved::TimeWindow* sliced_window(const Step& step, OutputMode mode) {
  const auto* aggregate = std::get_if<resolved::Aggregate>(&step.kind);
  if (!aggregate || !aggregate->may_slice || mode != OutputMode::Append) return nullptr;
  return &std::get<resolved::AssignWindow>(step.inputs.front()->kind).window;
}

int table_port(const Step& step) {
  const auto* join = std::get_if<resolved::Join>(&step.kind);
  if (!join || join->is_stream_stream) return -1;
  if (step.streaming) return step.inputs.front()->streaming ? 1 : 0;
  return join->type == JoinType::RightOuter ? 0 : 1;
}

std::vector<BoundExpressionPtr> hash_keys(const Step& step, OutputMode mode, int port) {
  std::vector<BoundExpressionPtr> keys;
  if (const auto* join = std::get_if<resolved::Join>(&step.kind)) {
    if (join->is_stream_stream) keys = port == 0 ? join->left.keys : join->right.keys;
  }
  if (const auto* aggregate = std::get_if<resolved::Aggregate>(&step.kind)) {
    for (std::size_t i = 0; i < aggregate->keys.size(); ++i) {
      // The keys of its state: rows and restored state must come to the same subtask.
      const bool is_sliced = sliced_window(step, mode) && int(i) == aggregate->event_time_key;
      if (int(i) != aggregate->session_key && !is_sliced) keys.push_back(aggregate->keys[i]);
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
