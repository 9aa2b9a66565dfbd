#include "actors/actor_runtime.hpp"

#include <sched.h>

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <vector>

#include "actors/call_task.hpp"
#include "actors/source_thread.hpp"

/// A call for the coordinator's actor; never leaves the process.
struct PostedCall {
  std::function<void()> call;
};
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(PostedCall)

namespace millrace {

namespace {

using Poke = caf::atom_constant<caf::atom("poke")>;

/// How long a task may work for one poke. One event in simulation, so that every order can happen.
enum class Turn { Budget, OneEvent };

/// Runs one task for each poke.
class TaskActor final : public caf::event_based_actor {
 public:
  TaskActor(caf::actor_config& config, TaskCell* cell, Turn turn)
      : caf::event_based_actor(config), cell_(cell), turn_(turn) {}
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    return {[this](Poke) {
      TimeSlice slice = turn_ == Turn::OneEvent ? TimeSlice::one_event() : TimeSlice();
      cell_->run(slice);
    }};
  }

 private:
  TaskCell* cell_;
  const Turn turn_;
};

/// Detached: its one poke lasts as long as the source is read.
class SourceActor final : public caf::event_based_actor {
 public:
  SourceActor(caf::actor_config& config, SourceThread* thread)
      : caf::event_based_actor(config), thread_(thread) {}
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    return {[this](Poke) {
      thread_->run();
      quit();
    }};
  }

 private:
  SourceThread* thread_;
};

/// Runs posted calls in order, unless a source's thread does.
class CoordinatorActor final : public caf::event_based_actor {
 public:
  explicit CoordinatorActor(caf::actor_config& config) : caf::event_based_actor(config) {}
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    return {[](const PostedCall& posted) { posted.call(); }};
  }
};

/// Cores that this process may use, which can be fewer than the machine has (taskset, cgroups' cpusets).
int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

int worker_threads(const RuntimeOptions& options) {
  if (options.threads > 0) return options.threads;
  const int cores = usable_cores();
  if (options.idle == IdleStrategy::Spin) return std::max(1, cores - 1);
  return std::max(1, cores - static_cast<int>(options.num_source_threads));
}

/// One core for everything: the first source's thread runs the tasks that are poked, and the coordinator.
bool sources_run_tasks(const RuntimeOptions& options) {
  return !options.simulated && options.threads == 0 && options.num_source_threads > 0 &&
         usable_cores() <= static_cast<int>(options.num_source_threads);
}

/// Workers poll without sleeping only where the sources' own threads leave a core for them.
bool workers_spin(const RuntimeOptions& options) {
  return options.idle == IdleStrategy::Spin &&
         usable_cores() > static_cast<int>(options.num_source_threads) + 1;
}

caf::actor_system_config& configure(caf::actor_system_config& config,
                                    const RuntimeOptions& options) {
  if (options.simulated) {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("scheduler.max-throughput", std::size_t{1});
    return config;
  }
  const bool spin = workers_spin(options);
  config.set("scheduler.policy", spin ? caf::atom("stealing") : caf::atom("sharing"));
  config.set("scheduler.max-threads", static_cast<std::size_t>(worker_threads(options)));
  // A task that pokes itself goes to the back of the line.
  config.set("scheduler.max-throughput", std::size_t{1});
  if (spin) {
    config.set("work-stealing.aggressive-poll-attempts", std::size_t{1} << 40);
    config.set("work-stealing.aggressive-steal-interval", std::size_t{10});
  }
  return config;
}

}  // namespace

struct ActorRuntime::State {
  explicit State(const RuntimeOptions& options)
      : idle(options.idle),
        simulated(options.simulated),
        sources_run_tasks(millrace::sources_run_tasks(options)),
        system(configure(config, options)) {}

  /// Has the first source's thread that has not ended run the task; false when there is none.
  bool run_at_source(TaskCell& cell) {
    return sources_run_tasks &&
           std::any_of(source_threads.begin(), source_threads.end(),
                       [&](const auto& thread) { return thread->run_soon(cell); });
  }

  /// Requires: simulated.
  caf::scheduler::test_coordinator& simulation() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  void run_after(std::chrono::microseconds delay, std::function<void()> call) {
    if (!timers.add(SteadyClock::now() + delay, std::move(call))) return;
    for (const auto& thread : source_threads) thread->look_at_timers();
  }

  const IdleStrategy idle;
  const bool simulated;
  const bool sources_run_tasks;
  caf::actor_system_config config;
  // Of calls for the coordinator, where sources run tasks.
  TimerQueue timers;
  std::vector<std::unique_ptr<SourceThread>> source_threads;
  caf::actor_system system;
  std::vector<caf::actor> tasks;
  std::vector<caf::actor> sources;
  caf::actor coordinator;
  // What is posted to the coordinator, where sources run tasks.
  TaskCell coordinator_cell;
  CallTask* calls = nullptr;
};

ActorRuntime::ActorRuntime(const RuntimeOptions& options)
    : state_(std::make_unique<State>(options)) {}

ActorRuntime::~ActorRuntime() { shutdown(); }

std::function<void()> ActorRuntime::spawn_task(TaskCell& cell, bool own_thread) {
  const Turn turn = state_->simulated ? Turn::OneEvent : Turn::Budget;
  caf::actor handle = own_thread && !state_->simulated
                          ? state_->system.spawn<TaskActor, caf::detached>(&cell, turn)
                          : state_->system.spawn<TaskActor>(&cell, turn);
  state_->tasks.push_back(handle);
  if (own_thread) return [handle] { caf::anon_send(handle, Poke::value); };
  return [handle, &cell, state = state_.get()] {
    if (!state->run_at_source(cell)) caf::anon_send(handle, Poke::value);
  };
}

std::function<void()> ActorRuntime::spawn_source(TaskCell& cell, SourceTask& task) {
  if (state_->simulated) return spawn_task(cell, false);
  auto thread = std::make_unique<SourceThread>(cell, task, state_->idle, state_->timers);
  SourceThread* waker = thread.get();
  state_->source_threads.push_back(std::move(thread));
  state_->sources.push_back(state_->system.spawn<SourceActor, caf::detached>(waker));
  return [waker] { waker->wake(); };
}

void ActorRuntime::spawn_coordinator() {
  state_->coordinator = state_->system.spawn<CoordinatorActor>();
  auto task = std::make_unique<CallTask>();
  state_->calls = task.get();
  TaskCell& cell = state_->coordinator_cell;
  const auto run = [&cell] {
    TimeSlice slice;
    cell.run(slice);
  };
  cell.attach(
      std::move(task),
      [run, &cell, state = state_.get(), handle = state_->coordinator] {
        if (!state->run_at_source(cell)) caf::anon_send(handle, PostedCall{run});
      },
      false);
}

void ActorRuntime::post(std::function<void()> call) {
  if (!state_->sources_run_tasks)
    return caf::anon_send(state_->coordinator, PostedCall{std::move(call)});
  state_->calls->put(std::move(call));
  state_->coordinator_cell.signal();
}

void ActorRuntime::post_after(std::chrono::microseconds delay, std::function<void()> call) {
  if (state_->sources_run_tasks)
    return state_->run_after(delay, [this, call = std::move(call)] { post(call); });
  caf::delayed_anon_send(state_->coordinator, delay, PostedCall{std::move(call)});
}

void ActorRuntime::start() {
  for (const caf::actor& source : state_->sources) caf::anon_send(source, Poke::value);
  // The end of the system waits for every thread that remembers it, and comes on another one than this when
  // a job is taken apart where its end is heard of.
  caf::logger::set_current_actor_system(nullptr);
}

bool ActorRuntime::step(std::mt19937_64& random) {
  caf::scheduler::test_coordinator& simulation = state_->simulation();
  if (!simulation.has_job()) return false;
  auto& jobs = simulation.jobs;
  std::swap(jobs[random() % jobs.size()], jobs.front());
  return simulation.try_run_once();
}

bool ActorRuntime::next_timer() { return state_->simulation().trigger_timeout(); }

std::int64_t ActorRuntime::now_micros() const {
  if (state_->simulated) return steady_ns() / 1000;
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t ActorRuntime::steady_ns() const {
  return state_->simulated ? state_->system.clock().now().time_since_epoch().count()
                           : SteadyClock::now().time_since_epoch().count();
}

void ActorRuntime::shutdown() {
  caf::scoped_actor self{state_->system};
  const auto end = [&](const caf::actor& actor) {
    if (!actor) return;
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    if (state_->simulated) state_->simulation().run();
    else self->wait_for(actor);
  };
  for (const caf::actor& source : std::exchange(state_->sources, {})) end(source);
  for (const caf::actor& task : std::exchange(state_->tasks, {})) end(task);
  end(std::exchange(state_->coordinator, nullptr));
}

}  // namespace millrace
