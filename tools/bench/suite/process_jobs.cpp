// Jobs about the engine's process: how soon it is back after kill -9, and what it uses when nothing comes.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "tools/bench/child_process.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/suite/tcp_system.hpp"

namespace millrace::bench {

namespace {

namespace fs = std::filesystem;

const TcpJob& job_named(const std::string& name) {
  return *std::find_if(tcp_jobs().begin(), tcp_jobs().end(),
                       [&](const TcpJob& job) { return job.name == name; });
}

/// Milliseconds to read all files of a folder: the least that a recovery takes.
double reading_ms(const fs::path& folder) {
  const std::int64_t begin = now_ns();
  std::vector<char> bytes(1 << 20);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    while (file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    }
  }
  return static_cast<double>(now_ns() - begin) / 1e6;
}

/// Starts the engine, gives it a load and kills it; milliseconds from its start to the first row, if any came.
std::optional<double> first_row_ms(const std::vector<std::string>& command, TcpLoad& load,
                                   const LoadShape& shape) {
  const std::int64_t begin = now_ns();
  const ChildProcess engine(command, 1, false);
  if (!load.accept(30)) return std::nullopt;
  const LoadResult result = load.run(shape);
  load.hang_up();
  if (result.first_arrival_ns == 0) return std::nullopt;
  return static_cast<double>(result.first_arrival_ns - begin) / 1e6;
}

}  // namespace

void run_recovery(const SuiteOptions& options, Results& results) {
  std::cerr << "J8 recovery\n";
  pin_to_core(0);
  constexpr std::int64_t kUsers = 1'000'000;
  TcpLoad load;
  const Scratch scratch;
  const std::vector<std::string> command =
      engine_of(job_named("J4"), {.idle = "park"}, true, options).command(load, scratch);
  const LoadShape fill{.rate = 200'000, .warm_up = 0, .seconds = 6, .num_users = kUsers, .returns = Returns::All};
  LoadShape again = fill;
  again.rate = 1'000;
  again.seconds = 0.5;
  bool is_up = first_row_ms(command, load, fill).has_value();
  std::vector<double> times, floors;
  for (int round = 0; is_up && round < options.rounds; ++round) {
    floors.push_back(reading_ms(scratch.path() / "state"));
    const auto time = first_row_ms(command, load, again);
    if (!(is_up = time.has_value())) break;
    times.push_back(*time);
  }
  if (!is_up) return results.missing.push_back({"J8", "the engine did not come back"});
  Figure figure =
      make_figure("J8", "1 million keys, kill -9: start of the process to the first new row", "ms", times);
  figure.floor_us = make_figure("", "", "", floors).value * 1000;
  hold_to(figure, 250);
  results.figures.push_back(std::move(figure));
}

void run_idle(const SuiteOptions& options, Results& results) {
  std::cerr << "J1 idle\n";
  TcpLoad load;
  const Scratch scratch;
  const TcpSystem parked = engine_of(job_named("J1"), {.idle = "park"}, false, options);
  const ChildProcess engine(parked.command(load, scratch), 1, false);
  if (!load.accept(10)) return results.missing.push_back({"J1 idle", "no connection"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  std::vector<double> shares;
  for (int round = 0; round < options.rounds; ++round) {
    const ProcessCost before = cost_of(engine.pid());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    shares.push_back(static_cast<double>((cost_of(engine.pid()) - before).cpu_ns) / 1e9 * 100);
  }
  Figure figure = make_figure("J1", "TCP, no records, park: processor time", "% of a core", shares);
  hold_to(figure, 1);
  results.figures.push_back(std::move(figure));
}

}  // namespace millrace::bench
