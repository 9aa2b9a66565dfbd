#include "tools/bench/plans.hpp"

#include "expressions/binder.hpp"
#include "expressions/parser.hpp"
#include "operators/filter.hpp"
#include "operators/project.hpp"

namespace millrace::bench {

namespace {

BoundExpressionPtr bound(const std::string& text, const Schema& schema) {
  BindScope scope;
  for (const Field& field : schema.fields)
    scope.columns.push_back({field.name, {}, {}, field.type, field.nullable});
  std::vector<Error> errors;
  Result<ExpressionPtr> parsed = parse_expression(text);
  MILLRACE_CHECK(parsed.ok(), "a benchmark's expression must parse");
  auto expression =
      millrace::bind(**parsed, scope, FunctionRegistry::builtin(), ExpressionSettings{}, errors);
  MILLRACE_CHECK(errors.empty(), "a benchmark's expression must bind");
  return expression;
}

}  // namespace

ExecutionPlan chain(SchemaPtr schema, std::function<std::unique_ptr<Source>()> source,
                    std::vector<std::function<std::unique_ptr<Operator>()>> operators,
                    std::function<std::unique_ptr<Sink>()> sink) {
  ExecutionPlan plan;
  plan.name = "bench";
  const auto add = [&](std::string name, auto spec) {
    ExecutionNode node;
    node.id = static_cast<int>(plan.nodes.size());
    node.name = std::move(name);
    node.output = schema;
    node.spec = std::move(spec);
    plan.nodes.push_back(std::move(node));
    if (plan.nodes.size() == 1) return;
    ExecutionEdge edge;
    edge.to = plan.nodes.back().id;
    edge.from = edge.to - 1;
    plan.edges.push_back(std::move(edge));
  };
  SourceSpec source_spec;
  source_spec.make = std::move(source);
  add("source", std::move(source_spec));
  for (auto& make : operators) {
    OperatorSpec spec;
    spec.make = std::move(make);
    add("operator", std::move(spec));
  }
  SinkSpec sink_spec;
  sink_spec.make = std::move(sink);
  add("sink", std::move(sink_spec));
  return plan;
}

std::unique_ptr<Operator> make_amount_filter() {
  return make_filter({bound("amount > 10", *flood_schema()), OnError::Fail});
}

std::unique_ptr<Operator> make_amount_project() {
  return make_project({{bound("id", *flood_schema()), bound("amount * 2", *flood_schema())},
                       flood_schema(),
                       OnError::Fail});
}

std::unique_ptr<Operator> make_due_project() {
  return make_project({{bound("due", *due_schema())}, due_schema(), OnError::Fail});
}

}  // namespace millrace::bench
