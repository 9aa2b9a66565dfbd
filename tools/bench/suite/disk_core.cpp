#include "tools/bench/suite/disk_core.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <sstream>

namespace millrace::bench {

namespace {

/// Interrupts by devices so far, by core; local ones (timers, calls between cores) do not count.
std::array<std::int64_t, 2> device_interrupts() {
  std::array<std::int64_t, 2> total{};
  std::ifstream file("/proc/interrupts");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    std::array<std::int64_t, 2> counts{};
    fields >> name >> counts[0] >> counts[1];
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) == 0) continue;
    for (std::size_t core = 0; core < counts.size(); ++core) total[core] += counts[core];
  }
  return total;
}

}  // namespace

int core_of_disk(const std::string& folder) {
  constexpr int kSyncs = 20;
  const std::string path = folder + "/synced";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return 0;
  const auto before = device_interrupts();
  for (int i = 0; i < kSyncs; ++i)
    if (write(file, &i, sizeof i) < 0 || fdatasync(file) != 0) break;
  const auto after = device_interrupts();
  close(file);
  unlink(path.c_str());
  return after[1] - before[1] > after[0] - before[0] ? 1 : 0;
}

}  // namespace millrace::bench
