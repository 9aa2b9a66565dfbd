// The smoke benchmark: one line for each figure that `millrace bench` does not have, with its target. Not a test:
// nothing fails. `millrace_bench [throughput|operators|windows|kafka|files|start|idle ...]`, all without arguments.
#include "tools/bench/smoke.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <thread>

namespace millrace::bench {

void print_environment() {
  std::string model = "unknown processor";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    model = line.substr(line.find(':') + 2);
    break;
  }
  std::cout << "# " << std::thread::hardware_concurrency() << " cores, " << model << "\n"
            << "# figure | measured | target\n";
}

void print_figure(const std::string& name, const std::string& measured, const std::string& target) {
  std::cout << name << " | " << measured << " | " << target << std::endl;
}

}  // namespace millrace::bench

int main(int argc, char** argv) {
  using namespace millrace::bench;
  CLI::App app{"Smoke benchmark of Millrace: figures against targets, in one run."};
  std::vector<std::string> wanted;
  SmokeOptions options;
  app.add_option("figures", wanted,
                 "throughput operators windows kafka files start idle; all by default");
  app.add_option("--engine", options.engine, "the millrace program, for kafka, files, start, idle");
  app.add_option("--kafka-floor", options.kafka_floor, "the floor_kafka_chain program, for kafka");
  app.add_option("--seconds", options.seconds, "length of each slice");
  app.add_option("--rounds", options.rounds, "interleaved slices of each kind");
  CLI11_PARSE(app, argc, argv);
  const auto is_wanted = [&](const std::string& name) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  print_environment();
  if (is_wanted("throughput")) measure_throughput(options);
  if (is_wanted("operators")) measure_operators(options);
  if (is_wanted("windows")) measure_windows(options);
  if (is_wanted("kafka")) measure_kafka(options);
  if (is_wanted("files")) measure_files(options);
  if (is_wanted("start")) measure_start(options);
  if (is_wanted("idle")) measure_idle(options);
  return 0;
}
