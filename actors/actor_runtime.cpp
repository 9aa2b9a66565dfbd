#include "actors/actor_runtime.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <thread>
#include <vector>

#include "actors/source_thread.hpp"

/// A call for the coordinator's actor; never leaves the process.
struct PostedCall {
  std::function<void()> call;
};
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(PostedCall)

namespace millrace {

namespace {

using Poke = caf::atom_constant<caf::atom("poke")>;

/// Runs one task for each poke.
class TaskActor final : public caf::event_based_actor {
 public:
  TaskActor(caf::actor_config& config, TaskCell* cell)
      : caf::event_based_actor(config), cell_(cell) {}
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    return {[this](Poke) { cell_->run(SteadyClock::now() + kSliceBudget); }};
  }

 private:
  TaskCell* cell_;
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

/// Runs posted calls in order.
class CoordinatorActor final : public caf::event_based_actor {
 public:
  explicit CoordinatorActor(caf::actor_config& config) : caf::event_based_actor(config) {}
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    return {[](const PostedCall& posted) { posted.call(); }};
  }
};

int worker_threads(const RuntimeOptions& options) {
  if (options.threads > 0) return options.threads;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (options.idle == IdleStrategy::Spin) return std::max(1, cores - 1);
  return std::max(1, cores - static_cast<int>(options.num_source_threads));
}

/// Workers poll without sleeping only where the sources' own threads leave a core for them.
bool workers_spin(const RuntimeOptions& options) {
  return options.idle == IdleStrategy::Spin &&
         std::thread::hardware_concurrency() > options.num_source_threads + 1;
}

caf::actor_system_config& configure(caf::actor_system_config& config,
                                    const RuntimeOptions& options) {
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
      : idle(options.idle), system(configure(config, options)) {}

  const IdleStrategy idle;
  caf::actor_system_config config;
  std::vector<std::unique_ptr<SourceThread>> source_threads;
  caf::actor_system system;
  std::vector<caf::actor> tasks;
  std::vector<caf::actor> sources;
  caf::actor coordinator;
};

ActorRuntime::ActorRuntime(const RuntimeOptions& options)
    : state_(std::make_unique<State>(options)) {}

ActorRuntime::~ActorRuntime() { shutdown(); }

std::function<void()> ActorRuntime::spawn_task(TaskCell& cell, bool own_thread) {
  caf::actor handle = own_thread ? state_->system.spawn<TaskActor, caf::detached>(&cell)
                                 : state_->system.spawn<TaskActor>(&cell);
  state_->tasks.push_back(handle);
  return [handle] { caf::anon_send(handle, Poke::value); };
}

std::function<void()> ActorRuntime::spawn_source(TaskCell& cell, SourceTask& task) {
  auto thread = std::make_unique<SourceThread>(cell, task, state_->idle);
  SourceThread* waker = thread.get();
  state_->source_threads.push_back(std::move(thread));
  state_->sources.push_back(state_->system.spawn<SourceActor, caf::detached>(waker));
  return [waker] { waker->wake(); };
}

void ActorRuntime::spawn_coordinator() {
  state_->coordinator = state_->system.spawn<CoordinatorActor>();
}

void ActorRuntime::post(std::function<void()> call) {
  caf::anon_send(state_->coordinator, PostedCall{std::move(call)});
}

void ActorRuntime::post_after(std::chrono::microseconds delay, std::function<void()> call) {
  caf::delayed_anon_send(state_->coordinator, delay, PostedCall{std::move(call)});
}

void ActorRuntime::start() {
  for (const caf::actor& source : state_->sources) caf::anon_send(source, Poke::value);
}

void ActorRuntime::shutdown() {
  caf::scoped_actor self{state_->system};
  const auto end = [&self](const caf::actor& actor) {
    if (!actor) return;
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
  };
  for (const caf::actor& source : std::exchange(state_->sources, {})) end(source);
  for (const caf::actor& task : std::exchange(state_->tasks, {})) end(task);
  end(std::exchange(state_->coordinator, nullptr));
}

}  // namespace millrace
