#include "tools/bench/disturbance_watch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"

namespace millrace::bench {

namespace {

constexpr std::chrono::milliseconds kEvery(10);
constexpr int kLooksPerAskingForCores = 10;

/// The only core that a thread may use; -1: there are several.
int core_of(pid_t thread) {
  cpu_set_t set;
  if (sched_getaffinity(thread, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1) return -1;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) return core;
  return -1;
}

}  // namespace

DisturbanceWatch::DisturbanceWatch(const std::vector<pid_t>& processes, int core,
                                   std::int64_t least_ns)
    : disturbances_(least_ns) {
  for (const pid_t process : processes)
    if (DIR* tasks = opendir(("/proc/" + std::to_string(process) + "/task").c_str()))
      processes_.push_back(tasks);
  thread_ = std::thread([this, core] { watch(core); });
}

void DisturbanceWatch::stop() {
  is_stopped_ = true;
  if (thread_.joinable()) thread_.join();
  for (const Watched& thread : threads_) close(thread.schedstat_fd);
  for (DIR* tasks : processes_) closedir(tasks);
  threads_.clear();
  processes_.clear();
}

void DisturbanceWatch::watch(int core) {
  pin_to_core(core);
  thread_id_ = gettid();
  while (!is_stopped_) {
    look();
    std::this_thread::sleep_for(kEvery);
  }
  look();
}

/// Threads move to their cores some time after they began.
void DisturbanceWatch::find_threads() {
  for (DIR* tasks : processes_) find_threads_of(tasks);
  looks_.resize(threads_.size());
  if (num_looks_++ % kLooksPerAskingForCores != 0 && num_known_ == threads_.size()) return;
  num_known_ = threads_.size();
  for (std::size_t i = 0; i < threads_.size(); ++i) looks_[i].core = core_of(threads_[i].id);
}

void DisturbanceWatch::find_threads_of(DIR* tasks) {
  rewinddir(tasks);
  while (const dirent* task = readdir(tasks)) {
    const pid_t id = std::atoi(task->d_name);
    const bool is_known = std::any_of(threads_.begin(), threads_.end(),
                                      [id](const Watched& thread) { return thread.id == id; });
    if (id == 0 || is_known) continue;
    const int folder = dirfd(tasks);
    char file[64];
    std::snprintf(file, sizeof file, "%d/schedstat", id);
    const int fd = openat(folder, file, O_RDONLY | O_CLOEXEC);
    // Who was not there at the last look did everything since.
    if (fd >= 0) threads_.push_back({id, fd, last_look_ == 0 ? -1 : 0});
  }
}

void DisturbanceWatch::look() {
  const std::int64_t now = now_ns();
  find_threads();
  for (std::size_t i = 0; i < threads_.size(); ++i) read(threads_[i], looks_[i]);
  if (last_look_ != 0) disturbances_.add(last_look_, now, looks_);
  last_look_ = now;
}

void DisturbanceWatch::read(Watched& thread, ThreadLook& look) {
  char text[96];
  const ssize_t size = pread(thread.schedstat_fd, text, sizeof text, 0);
  look.ran_ns = look.waited_ns = 0;
  if (size <= 0) return;
  std::int64_t ran = 0, waited = 0;
  const auto [end, error] = std::from_chars(text, text + size, ran);
  if (error != std::errc() || end == text + size) return;
  std::from_chars(end + 1, text + size, waited);
  if (thread.ran_before >= 0) {
    look.ran_ns = ran - thread.ran_before;
    look.waited_ns = waited - thread.waited_before;
  }
  thread.ran_before = ran;
  thread.waited_before = waited;
}

}  // namespace millrace::bench
