// How soon a job with a million keys gives results again after kill -9.
#include <fmt/format.h>

#include "tools/bench/child_process.hpp"
#include "tools/bench/durable_totals.hpp"
#include "tools/bench/smoke.hpp"

namespace millrace::bench {

void measure_recovery(const SmokeOptions& options) {
  constexpr std::int64_t kUsers = 1'000'000;
  TcpLoad load;
  Scratch scratch;
  const std::vector<std::string> command = durable_totals(options.engine, scratch, load, "park");
  std::vector<std::int64_t> times;
  LoadShape fill{.rate = 200'000, .warm_up = 0, .seconds = 6, .num_users = kUsers, .returns = Returns::All};
  for (int round = 0; round <= options.rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now().time_since_epoch();
    ChildProcess engine(command, 1, false);
    if (!load.accept(30)) return print_figure("first output after kill -9", "failed: no connection", "<= 250 ms");
    LoadShape shape = fill;
    if (round > 0) shape.rate = 1'000, shape.seconds = 0.5;
    const LoadResult result = load.run(shape);
    if (round > 0) times.push_back(result.first_arrival_ns - std::chrono::nanoseconds(begin).count());
    load.hang_up();
  }
  print_figure("kill -9 with 1 M keys: start of the process to first new output",
               fmt::format("p50 {:.0f} max {:.0f} ms", static_cast<double>(quantile(times, 0.5)) / 1e6,
                           static_cast<double>(quantile(times, 1.0)) / 1e6),
               "<= 250 ms");
}

}  // namespace millrace::bench
