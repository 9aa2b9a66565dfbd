// Figures of the `millrace` program as users run it: from files, at start, when idle.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tools/bench/child_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/smoke.hpp"
#include "tools/bench/tcp_load.hpp"

namespace millrace::bench {

namespace fs = std::filesystem;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string tcp_topology(const TcpLoad& load) {
  return fmt::format(R"(name: tcp_filter
sources:
  records:
    type: socket
    format: json
    host: 127.0.0.1
    port: {}
    schema: id BIGINT, due BIGINT, user STRING, amount DOUBLE
operators:
  large: {{from: records, where: amount > 10}}
sinks:
  out: {{from: large, type: socket, format: json, host: 127.0.0.1, port: {}}}
trigger: {{continuous: 1 second}}
)",
                     load.in_port(), load.out_port());
}

/// Runs a bounded topology on one core; seconds from start to end.
double run_on_one_core(const SmokeOptions& options, const std::string& file) {
  const auto begin = std::chrono::steady_clock::now();
  ChildProcess engine({options.engine, "run", file, "--progress", "off"}, 1, false);
  const int status = engine.wait();
  return status == 0 ? seconds_since(begin) : -1;
}

void print_rate(const std::string& name, double megabytes, double seconds,
                const std::string& target) {
  print_figure(name,
               seconds > 0 ? fmt::format("{:.0f} MB/s", megabytes / seconds)
                           : std::string("failed: the engine did not end well"),
               target);
}

}  // namespace

void measure_files(const SmokeOptions& options) {
  Scratch scratch;
  fs::create_directory(scratch.path() / "words");
  fs::create_directory(scratch.path() / "json");
  std::string line;
  for (int i = 0; i < 12; ++i) line += fmt::format("word{} ", i * 7919 % 1000);
  {
    std::ofstream words(scratch.path() / "words" / "a.txt");
    for (int i = 0; i < 2'000'000; ++i) words << line << (i % 5000) << "\n";
    std::ofstream json(scratch.path() / "json" / "a.json");
    for (int i = 0; i < 2'000'000; ++i)
      json << R"({"id":)" << i << R"(,"user":"u)" << i % 1000
           << R"(","amount":)" << i % 100 << R"(.5,"country":"DE","note":"a card payment in a shop"})"
           << "\n";
  }
  const auto megabytes = [&](const char* file) {
    return static_cast<double>(fs::file_size(scratch.path() / file)) / 1e6;
  };
  const std::string words = scratch.write("words.yaml", R"(name: words
sources:
  lines: {type: file, format: text, path: words, static: true}
operators:
  words: {from: lines, select: ["explode(split(value, ' ')) AS word"]}
  counts: {from: words, groupBy: [word], agg: ["count(*) AS count"]}
sinks:
  out: {from: counts, type: noop, outputMode: complete}
)");
  print_rate("word count from a file, one core", megabytes("words/a.txt"),
             run_on_one_core(options, words), ">= 100 MB/s");
  const std::string json = scratch.write("json.yaml", R"(name: json
sources:
  records:
    {type: file, format: json, path: json, static: true,
     schema: "id BIGINT, user STRING, amount DOUBLE, country STRING"}
operators:
  large: {from: records, where: amount > 50}
sinks:
  out: {from: large, type: noop}
)");
  print_rate("JSON file > filter > noop, one core", megabytes("json/a.json"),
             run_on_one_core(options, json), ">= 400 MB/s");
}

void measure_start(const SmokeOptions& options) {
  Scratch scratch;
  scratch.write("a.txt", "one\n");
  const std::string file = scratch.write("start.yaml", R"(name: start
sources:
  lines: {type: file, format: text, path: a.txt, static: true}
sinks:
  out: {from: lines, type: console, format: json}
)");
  std::vector<std::int64_t> times;
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ChildProcess engine({options.engine, "run", file, "--progress", "off"}, -1, true);
    char byte = 0;
    if (read(engine.output_fd(), &byte, 1) == 1)
      times.push_back(static_cast<std::int64_t>(seconds_since(begin) * 1e9));
    (void)engine.wait();
  }
  print_figure("start of `millrace run` to first output",
               times.empty() ? "failed: no output"
                             : fmt::format("p50 {:.1f} ms, max {:.1f} ms",
                                           static_cast<double>(quantile(times, 0.5)) / 1e6,
                                           static_cast<double>(quantile(times, 1.0)) / 1e6),
               "<= 50 ms");
}

void measure_idle(const SmokeOptions& options) {
  for (const char* trigger : {"continuous 1 second", "processingTime 1 second"}) {
    TcpLoad load;
    Scratch scratch;
    ChildProcess engine({options.engine, "run", scratch.write("idle.yaml", tcp_topology(load)),
                         "--progress", "off", "--trigger", trigger},
                        -1, false);
    if (!load.accept(10)) {
      print_figure(fmt::format("idle, parked, {}", trigger), "failed: no connection", "< 1 % CPU");
      continue;
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double before = engine.cpu_seconds();
    std::this_thread::sleep_for(std::chrono::seconds(10));
    print_figure(fmt::format("idle, parked, {}", trigger),
                 fmt::format("{:.2f} % CPU", (engine.cpu_seconds() - before) * 10), "< 1 % CPU");
  }
}

}  // namespace millrace::bench
