#include "tools/bench/suite/process_probe.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace millrace::bench {

namespace fs = std::filesystem;

namespace {

/// The number behind `name:` in a status file of /proc; 0 when it is not there.
std::int64_t status_field(const fs::path& file, const std::string& name) {
  std::ifstream status(file);
  for (std::string line; std::getline(status, line);)
    if (line.rfind(name + ":", 0) == 0) return std::stoll(line.substr(name.size() + 1));
  return 0;
}

void add_thread(const fs::path& task, ProcessCost& cost) {
  std::ifstream schedstat(task / "schedstat");
  std::int64_t running = 0, waiting = 0;
  if (!(schedstat >> running >> waiting)) return;
  cost.cpu_ns += running;
  cost.run_delay_ns += waiting;
  cost.num_waits += status_field(task / "status", "voluntary_ctxt_switches");
  cost.num_preemptions += status_field(task / "status", "nonvoluntary_ctxt_switches");
}

bool contains(std::initializer_list<pid_t> threads, pid_t thread) {
  return std::find(threads.begin(), threads.end(), thread) != threads.end();
}

}  // namespace

ProcessCost ProcessCost::operator-(const ProcessCost& earlier) const {
  return {cpu_ns - earlier.cpu_ns, run_delay_ns - earlier.run_delay_ns,
          num_waits - earlier.num_waits, num_preemptions - earlier.num_preemptions, resident_kib};
}

ProcessCost cost_of(pid_t pid, std::initializer_list<pid_t> without_threads) {
  ProcessCost cost;
  const fs::path process = fs::path("/proc") / std::to_string(pid);
  std::error_code gone;
  for (const auto& task : fs::directory_iterator(process / "task", gone))
    if (!contains(without_threads, std::stoi(task.path().filename()))) add_thread(task.path(), cost);
  cost.resident_kib = status_field(process / "status", "VmRSS");
  return cost;
}

std::int64_t stolen_ns() {
  std::ifstream stat("/proc/stat");
  std::string line, cpu;
  std::getline(stat, line);
  std::istringstream fields(line);
  std::int64_t ticks = 0;
  fields >> cpu;
  constexpr int kStealField = 8;
  for (int i = 0; i < kStealField; ++i) fields >> ticks;
  return ticks * 1'000'000'000 / sysconf(_SC_CLK_TCK);
}

}  // namespace millrace::bench
