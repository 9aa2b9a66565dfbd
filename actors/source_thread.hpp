#pragma once

#include <atomic>

#include "actors/actor_runtime.hpp"

namespace millrace {

/// What a source's thread does between slices: waits in epoll for the source's descriptor, a time, or
/// a wake-up through an eventfd. Under `Spin` it never waits.
class SourceThread {
 public:
  SourceThread(TaskCell& cell, SourceTask& task, IdleStrategy idle);
  ~SourceThread();

  /// Reads until the task is stopped. Only one thread may call it.
  void run();
  /// Ends a wait. Safe from any thread.
  void wake();

 private:
  void wait_for_work();
  void watch(int fd);

  TaskCell& cell_;
  SourceTask& task_;
  const IdleStrategy idle_;
  int epoll_fd_;
  int event_fd_;
  int watched_fd_ = -1;
};

}  // namespace millrace
