#include "checkpoint/only_core.hpp"

#include <sched.h>

namespace millrace {

std::optional<int> only_core() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1) return std::nullopt;
  int core = 0;
  while (!CPU_ISSET(core, &set)) ++core;
  return core;
}

}  // namespace millrace
