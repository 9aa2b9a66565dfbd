#include "tools/bench/suite/disturbance_watch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>

#include "tools/bench/clock.hpp"
#include "tools/bench/suite/flood.hpp"

namespace millrace::bench {

namespace {

constexpr std::int64_t kEveryNs = 10'000'000;
constexpr int kLooksPerSearch = 10;
// What is shorter is left in: the kernel's own threads and interrupts belong to every run.
constexpr std::int64_t kLongNs = 50'000;

/// The only core that a thread may use; -1: there are several.
int core_of(pid_t thread) {
  cpu_set_t set;
  if (sched_getaffinity(thread, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1) return -1;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) return core;
  return -1;
}

}  // namespace

DisturbanceWatch::DisturbanceWatch(std::vector<pid_t> processes, int core)
    : processes_(std::move(processes)), thread_([this, core] { watch(core); }) {}

void DisturbanceWatch::stop() {
  is_stopped_ = true;
  if (thread_.joinable()) thread_.join();
  for (Watched& thread : threads_) close(thread.schedstat_fd);
  threads_.clear();
}

bool DisturbanceWatch::was_disturbed(std::int64_t at_ns) const {
  return std::any_of(disturbed_.begin(), disturbed_.end(), [at_ns](const Interval& interval) {
    return interval.from_ns <= at_ns && at_ns < interval.to_ns;
  });
}

void DisturbanceWatch::watch(int core) {
  pin_to_core(core);
  for (int looks = 0; !is_stopped_; ++looks) {
    if (looks % kLooksPerSearch == 0) find_threads();
    look(now_ns());
    std::this_thread::sleep_for(std::chrono::nanoseconds(kEveryNs));
  }
}

void DisturbanceWatch::find_threads() {
  for (pid_t process : processes_) find_threads_of(process);
  for (Watched& thread : threads_) thread.core = core_of(thread.id);
}

void DisturbanceWatch::find_threads_of(pid_t process) {
  std::error_code gone;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    const pid_t id = std::stoi(task.path().filename());
    const auto is_known = std::any_of(threads_.begin(), threads_.end(),
                                      [id](const Watched& thread) { return thread.id == id; });
    if (is_known) continue;
    const int fd = open((task.path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) threads_.push_back({id, fd, -1});
  }
}

void DisturbanceWatch::look(std::int64_t now) {
  for (Watched& thread : threads_) read(thread);
  const std::int64_t wait = longest_wait();
  // The kernel counts a wait when it is over: it may have begun before the last look.
  if (last_look_ != 0 && wait > kLongNs) disturbed_.push_back({last_look_ - wait, now + wait});
  last_look_ = now;
}

void DisturbanceWatch::read(Watched& thread) {
  char text[96];
  const ssize_t size = pread(thread.schedstat_fd, text, sizeof text, 0);
  thread.ran_ns = thread.waited_ns = 0;
  if (size <= 0) return;
  std::int64_t ran = 0, waited = 0;
  const auto [end, error] = std::from_chars(text, text + size, ran);
  if (error != std::errc() || end == text + size) return;
  std::from_chars(end + 1, text + size, waited);
  if (thread.ran_before >= 0) {
    thread.ran_ns = ran - thread.ran_before;
    thread.waited_ns = waited - thread.waited_before;
  }
  thread.ran_before = ran;
  thread.waited_before = waited;
}

std::int64_t DisturbanceWatch::longest_wait() const {
  return std::max(wait_of_core(0), wait_of_core(1));
}

/// How long the thread with the most work on a core waited for others than measured threads: what is ready beside a
/// thread that never sleeps waits for that.
std::int64_t DisturbanceWatch::wait_of_core(int core) const {
  const Watched* busiest = nullptr;
  std::int64_t ran = 0;
  for (const Watched& thread : threads_) {
    if (thread.core != core) continue;
    ran += thread.ran_ns;
    if (busiest == nullptr || thread.ran_ns > busiest->ran_ns) busiest = &thread;
  }
  return busiest == nullptr ? 0 : busiest->waited_ns - (ran - busiest->ran_ns);
}

}  // namespace millrace::bench
