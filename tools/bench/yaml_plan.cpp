#include "tools/bench/yaml_plan.hpp"

#include <cstdlib>
#include <optional>

#include "topology/planner.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace::bench {

ExecutionPlan plan_of(const std::string& text, std::function<std::unique_ptr<Source>()> source,
                      std::function<std::unique_ptr<Sink>()> sink) {
  TopologyText topology;
  topology.text = text;
  topology.file_name = "benchmark";
  topology.environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  Catalog catalog = Catalog::builtin();
  const LoadedTopology loaded = load_topology(topology, catalog);
  MILLRACE_CHECK(loaded.ok(), "a benchmark's topology must load");
  catalog.names = loaded.views;
  const Analysis analysis = analyze(loaded.outputs, catalog, loaded.settings);
  MILLRACE_CHECK(analysis.ok(), "a benchmark's topology must be legal");
  auto plan = plan_execution(analysis.plan, loaded.settings);
  MILLRACE_CHECK(plan.ok(), "a benchmark's topology must be planned");
  for (ExecutionNode& node : plan->nodes) {
    if (auto* planned = std::get_if<SourceSpec>(&node.spec); source && planned && !planned->bounded)
      planned->make = source;
    if (auto* planned = std::get_if<SinkSpec>(&node.spec)) planned->make = sink;
  }
  return std::move(*plan);
}

}  // namespace millrace::bench
