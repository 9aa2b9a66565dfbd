#include "tools/fraud/latency_bench.hpp"

#include "tools/fraud/echo_server.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace millrace::fraud {

namespace {

constexpr double kDrainSeconds = 10;

}  // namespace

LatencyBench::LatencyBench(const BenchOptions& options)
    : options_(options), population_(make_population(options.population)) {}

LoadReport LatencyBench::run_load(LoadOptions load) {
  TerminalLoad terminals(population_, load);
  terminals.run(options_.seconds + load.warm_up_seconds, kDrainSeconds);
  return terminals.report();
}

Slice LatencyBench::echo(double rate) {
  const EchoServer echo(options_.spin);
  LoadOptions load = options_.load;
  load.rate = rate;
  load.engine = {"127.0.0.1", echo.port()};
  load.acknowledge = false;
  return {run_load(load), 0};
}

Result<Slice> LatencyBench::engine(double rate) {
  FraudEngine engine(options_.program, options_.topology, options_.spin);
  if (Status status = engine.start(population_, options_.trigger); !status.ok())
    return status.error();
  LoadOptions load = options_.load;
  load.rate = rate;
  load.engine = {"127.0.0.1", engine.port()};
  const double cpu_before = engine.cpu_seconds();
  Slice slice{run_load(load), 0};
  const double cpu = engine.cpu_seconds() - cpu_before;
  engine.stop();
  if (slice.report.decisions == 0)
    return make_error(ErrorKind::Unavailable,
                      "bench: the engine decided nothing:\n" + engine.log());
  slice.cpu_us = cpu * 1e6 / static_cast<double>(slice.report.decisions);
  return slice;
}

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace millrace::fraud
