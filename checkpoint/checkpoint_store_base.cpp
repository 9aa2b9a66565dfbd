#include "checkpoint/checkpoint_store_base.hpp"

#include "checkpoint/only_core.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace millrace {
namespace {

constexpr std::uint64_t kBytesPerSecond = 64 << 20;
constexpr std::uint64_t kPauseBytes = 256 << 10;

// On the only core that the job has, the kernel would let the thread run until its next tick, milliseconds
// later, while records wait: so it lets go of the core by itself. It must then have the priority of the other
// threads: one of low priority that wakes waits until they had all that is theirs, and gets whole ticks.
constexpr std::chrono::microseconds kPortion(50);
constexpr std::chrono::microseconds kRest(450);
constexpr std::chrono::microseconds kUrgentRest(50);

// Low, but not SCHED_IDLE: on a busy machine such a thread waits seconds for its turn, and when it holds
// the lock of the address space by then, every thread that takes memory from the system waits with it.
constexpr int kLowPriority = 10;
constexpr int kNormalPriority = 0;

void set_priority(pid_t thread, int niceness) {
  // Best effort: without the right to change it, the image is built at the priority that we have.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), niceness);
}

}  // namespace

BaseImageBuilder::~BaseImageBuilder() {
  {
    const std::lock_guard guard(mutex_);
    is_closing_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BaseImageBuilder::start(std::uint64_t last_segment) {
  if (thread_.joinable()) thread_.join();
  is_urgent_ = false;
  thread_ = std::thread([this, last_segment] {
    ::pthread_setname_np(::pthread_self(), "base-image");
    unpaced_ = 0;
    BaseImagePlan plan{location_, query_id_, last_segment,
                       [this](std::uint64_t num_bytes) { return pace(num_bytes); }, nullptr};
    if (core_of_job_ && only_core() == core_of_job_) {
      rested_at_ = Clock::now();
      plan.rest = [this] { rest(); };
    } else {
      take_low_priority();
    }
    run(plan);
  });
}

void BaseImageBuilder::take_low_priority() {
  const std::lock_guard guard(mutex_);
  thread_id_ = ::gettid();
  if (!is_urgent_) set_priority(thread_id_, kLowPriority);
}

void BaseImageBuilder::build(std::uint64_t last_segment) {
  run({location_, query_id_, last_segment, nullptr, nullptr});
}

void BaseImageBuilder::run(const BaseImagePlan& plan) {
  auto built = build_base_image(files_, plan);
  if (built)
    if (Status removed = remove_unneeded(files_, location_); !removed)
      return finish(removed.error());
  finish(std::move(built));
}

void BaseImageBuilder::finish(Result<BaseManifest> result) {
  const std::lock_guard guard(mutex_);
  thread_id_ = 0;
  result_ = std::move(result);
}

bool BaseImageBuilder::pace(std::uint64_t num_bytes) {
  unpaced_ += num_bytes;
  std::unique_lock guard(mutex_);
  if (unpaced_ >= kPauseBytes) {
    const std::chrono::microseconds pause(std::exchange(unpaced_, 0) * 1'000'000 / kBytesPerSecond);
    wake_.wait_for(guard, pause, [this] { return is_closing_ || is_urgent_; });
  }
  return !is_closing_;
}

void BaseImageBuilder::rest() {
  if (Clock::now() - rested_at_ < kPortion) return;
  std::unique_lock guard(mutex_);
  wake_.wait_for(guard, is_urgent_ ? kUrgentRest : kRest, [this] { return is_closing_; });
  rested_at_ = Clock::now();
}

void BaseImageBuilder::hurry() {
  {
    const std::lock_guard guard(mutex_);
    if (std::exchange(is_urgent_, true)) return;
    if (thread_id_ != 0) set_priority(thread_id_, kNormalPriority);
  }
  wake_.notify_all();
}

std::optional<Result<BaseManifest>> BaseImageBuilder::take_result() {
  const std::lock_guard guard(mutex_);
  return std::exchange(result_, std::nullopt);
}

}  // namespace millrace
