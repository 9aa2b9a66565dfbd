#include "tools/bench/sql_plan.hpp"

#include "topology/analysis/analyzer.hpp"
#include "topology/planner.hpp"

namespace millrace::bench {

namespace {

SourceType source_type(const SqlInput& input) {
  SourceType type;
  type.name = input.name;
  type.plan = [input](const SourceRequest& request) -> Result<PlannedSource> {
    PlannedSource planned;
    planned.schema = *input.schema;
    planned.bounded = !request.streaming;
    planned.make = input.make;
    return planned;
  };
  return type;
}

SinkType sink_type(const std::string& name, const SqlOutput& output) {
  SinkType type;
  type.name = name;
  type.output_modes = {"append"};
  type.plan = [name, output](const SinkRequest&) -> Result<PlannedSink> {
    return PlannedSink{name, output.make};
  };
  return type;
}

plan::NodePtr read(const SqlInput& input) {
  plan::Read read;
  read.format = input.name;
  read.streaming = input.streaming;
  plan::NodePtr node = plan::make_node(std::move(read), {});
  if (!input.streaming) return node;
  return plan::make_node(plan::WithWatermark{"ts", "0 seconds", ""}, {node});
}

}  // namespace

plan::NodePtr sql(const std::string& text) { return plan::make_node(plan::SqlQuery{text}, {}); }

ExecutionPlan sql_plan(const std::vector<SqlInput>& inputs,
                       const std::vector<SqlOutput>& outputs) {
  std::vector<SourceType> sources;
  std::vector<SinkType> sinks;
  std::vector<plan::WriteStream> writes;
  Catalog catalog = Catalog::builtin();
  for (const SqlInput& input : inputs) {
    sources.push_back(source_type(input));
    catalog.names[input.name] = read(input);
  }
  for (const SqlOutput& output : outputs) {
    plan::WriteStream write;
    write.input = output.query;
    write.name = write.format = "out" + std::to_string(writes.size());
    sinks.push_back(sink_type(write.format, output));
    writes.push_back(std::move(write));
  }
  catalog.sources = &sources;
  catalog.sinks = &sinks;
  Settings settings;
  settings.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
  const Analysis analysis = analyze(writes, catalog, settings);
  MILLRACE_CHECK(analysis.ok(), "a benchmark's queries must be legal");
  auto plan = plan_execution(analysis.plan, settings);
  MILLRACE_CHECK(plan.ok(), "a benchmark's queries must have a plan");
  return std::move(*plan);
}

}  // namespace millrace::bench
