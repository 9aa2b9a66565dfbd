#include "topology/planning/operator_factory.hpp"

#include "operators/aggregate.hpp"
#include "operators/assign_window.hpp"
#include "operators/expand.hpp"
#include "operators/explode.hpp"
#include "operators/filter.hpp"
#include "operators/project.hpp"
#include "operators/union.hpp"

namespace millrace {
namespace {

using resolved::Step;

Error not_built(const std::string& what, const Origin& origin) {
  Error error = make_error(ErrorKind::Config, "topology: " + what + " come with a later version",
                           "leave it out for now");
  error.origin = origin;
  return error;
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
    return spec_of<ExpandOptions>(make_expand,
                                  {kind.projections, step.schema, settings.on_error});
  }
  Made operator()(const resolved::AssignWindow& kind) {
    const auto& window = kind.window;
    if (window.is_session()) return not_built("session windows", step.origin);
    return spec_of<AssignWindowOptions>(
        make_assign_window, {window.time, window.size, window.slide, window.start, step.schema,
                             settings.on_error});
  }
  Made operator()(const resolved::Aggregate& kind) {
    if (kind.session_key >= 0) return not_built("session windows", step.origin);
    auto spec = spec_of<AggregateOptions>(
        make_aggregate, {kind.keys, kind.aggregates, step.schema, kind.event_time_key,
                         settings.policy, settings.on_error});
    spec.stateful = true;
    spec.state_name = "stateStoreSave";
    return spec;
  }
  Made operator()(const resolved::Watermark&) { return not_built("watermarks", step.origin); }
  Made operator()(const resolved::Deduplicate&) {
    return not_built("dropDuplicates and distinct", step.origin);
  }
  Made operator()(const resolved::Union&) {
    return spec_of<UnionOptions>(make_union, {step.schema});
  }
  Made operator()(const resolved::Sort&) { return not_built("sorts", step.origin); }
  Made operator()(const resolved::Limit&) { return not_built("limits", step.origin); }
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
  return keys;
}

}  // namespace millrace
