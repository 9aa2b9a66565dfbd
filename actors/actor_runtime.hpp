#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>

#include "actors/source_task.hpp"
#include "actors/task_cell.hpp"

namespace millrace {

/// Park: an idle engine sleeps. Spin: it polls and pays with its cores.
enum class IdleStrategy { Park, Spin };

struct RuntimeOptions {
  IdleStrategy idle = IdleStrategy::Park;
  /// Worker threads; 0: as many as the cores leave beside the threads that wait for input.
  int threads = 0;
  std::size_t num_source_threads = 0;
  /// No threads, virtual time, one event a turn: `step` decides who is next.
  bool simulated = false;
};

/// Everything the engine wants of the actor framework: one actor for each task, one for the
/// coordinator, timers, and an end. The only file that knows the framework, so that another version
/// of it touches only this one. `spawn_*` and `shutdown` from one thread; what they return from any.
class ActorRuntime {
 public:
  explicit ActorRuntime(const RuntimeOptions& options);
  ~ActorRuntime();

  /// A worker runs the task for each poke. `own_thread`: the task may block.
  /// Returns what pokes the actor.
  std::function<void()> spawn_task(TaskCell& cell, bool own_thread);
  /// A thread of its own reads the source, waiting in epoll when there is nothing; it ends when the task
  /// is stopped. Returns what wakes it. Reading begins with `start`.
  std::function<void()> spawn_source(TaskCell& cell, SourceTask& task);
  /// An actor that runs posted calls one by one.
  void spawn_coordinator();
  void post(std::function<void()> call);
  void post_after(std::chrono::microseconds delay, std::function<void()> call);

  /// Microseconds since 1970 UTC, and steady nanoseconds; virtual when simulated.
  std::int64_t now_micros() const;
  std::int64_t steady_ns() const;

  /// Lets the sources read.
  void start();
  /// Simulated: runs one ready actor chosen by `random`; false when none is ready.
  bool step(std::mt19937_64& random);
  /// Simulated: moves time to the next timer; false when there is none.
  bool next_timer();
  /// Ends all actors and waits for them; afterwards nobody runs a task. Requires: the sources were told
  /// to stop. What `spawn_*` returned must be gone before this object goes.
  void shutdown();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace
