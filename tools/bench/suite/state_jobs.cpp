// What state costs that has grown: a table of ten million keys, a long list, and checkpoints on disk.
#include <fmt/format.h>

#include <iostream>

#include "tools/bench/cores.hpp"
#include "tools/bench/suite/state_size.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

void add_state_figure(Results& results, std::string name, const char* unit, double value,
                         double limit) {
  results.figures.push_back(make_figure("J11", std::move(name), unit, {value}));
  hold_to(results.figures.back(), limit);
}

void add_times(Results& results, const TableRun& run, double quantile, const char* name) {
  const auto micros = [quantile](const Histogram& histogram) {
    return static_cast<double>(histogram.at_quantile(quantile)) / 1000;
  };
  add_state_figure(results, fmt::format("10 million keys: one operation, {}", name), "us",
                   micros(run.operations), 0);
  add_state_figure(results, fmt::format("10 million keys: one look at the clock, {}", name), "us",
                   micros(run.bare), 0);
}

void measure_table(Results& results) {
  pin_to_core(1);
  const TableRun run = fill_table(10'000'000);
  add_state_figure(results, "10 million keys: slots moved by one operation, most", "",
                   run.most_moved, 64);
  add_times(results, run, 0.5, "p50");
  add_times(results, run, 0.9999, "p99.99");
  add_times(results, run, 1, "longest");
}

void measure_list(Results& results) {
  const auto long_list = static_cast<double>(bytes_of_longer_list(100'000));
  add_state_figure(results, "ten elements added to a list of 100,000: bytes logged", "bytes",
                   long_list, 0);
  add_state_figure(results, "ten elements added to a list of 100,000: logged to a list of ten", "x",
                   long_list / static_cast<double>(bytes_of_longer_list(10)), 1);
}

void measure_disk(Results& results) {
  const DiskUse use = commit_epochs(100'000, 500'000, 200);
  const auto changes = static_cast<double>(use.changes);
  const auto journal = static_cast<double>(use.journal);
  const std::string load = "100,000 epochs of 200 changes, 500,000 keys: ";
  add_state_figure(results, load + "journal to encoded changes", "x", journal / changes, 2);
  add_state_figure(results, load + "journal and base images to encoded changes", "x",
                   (journal + static_cast<double>(use.base_images)) / changes, 3.5);
  constexpr double kAllowed = 64 << 20;
  add_state_figure(results, load + "disk beyond 64 MiB to live state", "x",
                   std::max(0.0, static_cast<double>(use.most) - kAllowed) / static_cast<double>(use.live), 4);
  add_state_figure(results, load + "disk, most", "MiB", static_cast<double>(use.most) / (1 << 20), 0);
}

}  // namespace

void run_state(const SuiteOptions&, Results& results) {
  std::cerr << "J11, state\n";
  measure_table(results);
  measure_list(results);
  measure_disk(results);
}

}  // namespace millrace::bench
