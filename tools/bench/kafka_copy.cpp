#include "tools/bench/kafka_copy.hpp"

#include <fmt/format.h>

namespace millrace::bench {

std::vector<std::string> KafkaCopy::engine(const Scratch& scratch, const std::string& trigger,
                                           const std::string& visibility, bool durable) const {
  const std::string topology = fmt::format(R"(name: copy
sources:
  in: {{type: kafka, kafka.bootstrap.servers: "{0}", subscribe: {1}, startingOffsets: earliest}}
operators:
  texts: {{from: in, select: ["CAST(value AS STRING) AS value"]}}
  kept: {{from: texts, where: "substring(value, 1, 1) <> '#'"}}
sinks:
  out: {{from: kept, type: kafka, kafka.bootstrap.servers: "{0}", topic: {2}, visibility: {3}}}
trigger: {{continuous: {4}}}
)",
                                           broker, in, out, visibility, trigger);
  std::vector<std::string> command{engine_program, "run", scratch.write("copy.yaml", topology),
                                   "--progress", "off"};
  if (durable) {
    command.push_back("--checkpoint");
    command.push_back((scratch.path() / "state").string());
  }
  return command;
}

}  // namespace millrace::bench
