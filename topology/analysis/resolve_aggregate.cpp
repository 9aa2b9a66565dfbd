#include "topology/analysis/aggregate_resolver.hpp"
#include "topology/analysis/expression_tree.hpp"

namespace millrace {
namespace {

const plan::Node* input_over_stage(const plan::Node& node) {
  const bool is_stage = std::holds_alternative<plan::Filter>(node.kind) ||
                        std::holds_alternative<plan::Sort>(node.kind);
  return is_stage ? node.inputs.at(0).get() : nullptr;
}

}  // namespace

Resolver::Resolved Resolver::resolve_kind(const plan::Aggregate& kind, const plan::Node& node) {
  return aggregate(kind, node, {});
}

Resolver::Resolved Resolver::aggregate(const plan::Aggregate& kind, const plan::Node& node,
                                       const std::vector<AggregateStage>& stages) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  return AggregateResolver(*this, kind, node, std::move(*input)).resolve(stages);
}

std::vector<ExpressionPtr> Resolver::stage_expressions(const plan::Node& stage) {
  if (const auto* filter = std::get_if<plan::Filter>(&stage.kind)) {
    return parsed_list({filter->condition});
  }
  return parsed_orders(std::get<plan::Sort>(stage.kind).orders);
}

bool Resolver::needs_aggregate_input(const std::vector<ExpressionPtr>& expressions,
                                     const Relation& output) {
  const auto needs = [&](const Expression& part) {
    const auto kind = kind_of(part);
    if (kind == FunctionKind::Aggregate || kind == FunctionKind::TimeWindow) return true;
    const auto* attribute = std::get_if<Attribute>(&part.node);
    return attribute && match_attribute(*attribute, output.columns).empty();
  };
  for (const auto& expression : expressions) {
    if (any_of(*expression, needs)) return true;
  }
  return false;
}

std::optional<Resolver::Resolved> Resolver::over_aggregate(const plan::Node& node) {
  std::vector<const plan::Node*> chain;
  const plan::Node* below = &node;
  while (const plan::Node* next = input_over_stage(*below)) {
    chain.push_back(below);
    below = next;
  }
  const auto* kind = std::get_if<plan::Aggregate>(&below->kind);
  if (!kind) return std::nullopt;
  const auto output = resolve(chain.back()->inputs.front());
  if (!output) {
    for (const plan::Node* stage : chain) check_unbound(*stage);
    return Resolved{};
  }
  const std::size_t errors_before = errors_.size();
  std::vector<AggregateStage> stages;
  for (auto stage = chain.rbegin(); stage != chain.rend(); ++stage) {
    stages.push_back({*stage, stage_expressions(**stage), {}});
  }
  if (errors_.size() != errors_before) return Resolved{};
  if (!needs_aggregate_input(stages.back().written, *output)) return std::nullopt;
  return aggregate(*kind, *below, stages);
}

}  // namespace millrace
