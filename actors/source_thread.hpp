#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "actors/actor_runtime.hpp"
#include "actors/run_queue.hpp"
#include "actors/timer_queue.hpp"

namespace millrace {

/// What a source's thread does between slices: waits in epoll for the source's descriptor, a time, or
/// a wake-up through an eventfd. Under `Spin` it never waits. Where the machine has no core to spare for
/// workers it is also the thread that runs the other tasks when they are poked, and timers: a worker would
/// only compete with it for the one core.
class SourceThread {
 public:
  /// `timers`: runs what is due between its slices; outlives this object.
  SourceThread(TaskCell& cell, SourceTask& task, IdleStrategy idle, TimerQueue& timers);
  ~SourceThread();

  /// Reads until the task is stopped. Only one thread may call it.
  void run();
  /// Ends a wait. Safe from any thread.
  void wake();
  /// Has this thread run the task between its slices; false when it has ended and cannot. Safe from any
  /// thread.
  bool run_soon(TaskCell& cell);
  /// The first timer has changed. Safe from any thread.
  void look_at_timers() { wake_if_waiting(); }

 private:
  void wake_if_waiting();
  void run_poked(TimeSlice& slice);
  void wait_for_work();
  /// How long a wait may last; negative: for ever.
  std::chrono::nanoseconds longest_wait(std::chrono::nanoseconds until_poll) const;
  void watch(int fd);

  TaskCell& cell_;
  SourceTask& task_;
  const IdleStrategy idle_;
  TimerQueue& timers_;
  RunQueue poked_;
  std::vector<TaskCell*> turn_;
  std::atomic<std::thread::id> thread_{};
  int epoll_fd_;
  int event_fd_;
  int watched_fd_ = -1;
};

}  // namespace millrace
