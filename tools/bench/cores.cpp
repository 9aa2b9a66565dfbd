#include "tools/bench/cores.hpp"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cstddef>

namespace millrace::bench {

void pin_to_core(int core) {
  if (core >= sysconf(_SC_NPROCESSORS_ONLN)) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void unpin() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (long core = 0; core < sysconf(_SC_NPROCESSORS_ONLN); ++core)
    CPU_SET(static_cast<std::size_t>(core), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace millrace::bench
