// A filter from topic to topic of a real broker, against a bare chain of librdkafka clients.
#include "tools/bench/child_process.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/kafka_copy.hpp"
#include "tools/bench/kafka_load.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

#include <fmt/format.h>

#include <iostream>

namespace millrace::bench {

namespace {

constexpr double kKafkaRate = 1'000;
constexpr double kKafkaWarmUp = 2;  // the first records find clients that are still connecting

Slice run_slice(const std::vector<std::string>& command, const KafkaCopy& copy, KafkaLoad& load,
                const SuiteOptions& options) {
  const LoadShape shape{.rate = kKafkaRate,
                        .warm_up = kKafkaWarmUp,
                        .seconds = options.seconds,
                        .returns = Returns::All,
                        .arrivals = options.arrivals};
  Slice slice;
  const ChildProcess process(command, 1, false);
  const ProcessCost before = cost_of(process.pid());
  const std::int64_t stolen_before = stolen_ns();
  DisturbanceWatch disturbances({process.pid()}, 0);
  const LoadResult result = load.run(copy.in, copy.out, shape);
  disturbances.stop();
  take_load(result, disturbances, slice);
  slice.cost = cost_of(process.pid()) - before;
  const double elapsed_ns = (shape.warm_up + shape.seconds) * 1e9;
  slice.disturbance.run_delay_share = static_cast<double>(slice.cost.run_delay_ns) / elapsed_ns;
  slice.disturbance.steal_share = static_cast<double>(stolen_ns() - stolen_before) / elapsed_ns / 2;
  return slice;
}

}  // namespace

void run_kafka(const SuiteOptions& options, Results& results) {
  std::cerr << fmt::format("J1 over Kafka, {:.0f}/s\n", kKafkaRate);
  pin_to_core(0);  // the broker inherits it
  const Scratch scratch;
  KafkaLoad load(KAFKA_TOOL, (scratch.path() / "broker").string());
  if (load.address().empty())
    return results.missing.push_back({"J1 over Kafka", "no broker: `tools/kafka fetch` says why"});
  const std::string arrivals = name_of(options.arrivals);
  Series floor{"J1", "Kafka", "park", arrivals, kKafkaRate, "floor", {}};
  Series engine{"J1", "Kafka", "park", arrivals, kKafkaRate, "engine", {}};
  for (int round = 0; round < options.rounds; ++round)
    for (Series* series : {&floor, &engine}) {
      const KafkaCopy copy{options.programs + "/millrace", options.programs + "/floor_kafka_chain",
                           load.address(), load.new_topic("in"), load.new_topic("out")};
      const Scratch files;
      const auto command =
          series == &floor ? copy.floor() : copy.engine(files, "1 second", "immediate", false);
      series->slices.push_back(run_slice(command, copy, load, options));
    }
  add_latency_figures(engine, floor, {}, {.p50 = 1.3, .p99 = 1.3}, results);
  results.series.push_back(std::move(floor));
  results.series.push_back(std::move(engine));
}

}  // namespace millrace::bench
