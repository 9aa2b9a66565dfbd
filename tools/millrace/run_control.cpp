#include "run_control.hpp"

#include <chrono>

namespace millrace::cli {
namespace {

constexpr std::chrono::seconds kCheckpointPatience{30};

std::string refusal(const std::string& text) {
  return "{\"ok\":false,\"error\":" + json_string(text) + "}";
}

}  // namespace

void RunControl::take(const CoordinatorAction& action) {
  const std::lock_guard lock(mutex_);
  status_.take(action);
  const auto* done = std::get_if<AcknowledgeEpoch>(&action);
  if (done) last_epoch_ = number(done->summary.epoch);
  if (!done && !std::holds_alternative<SkipTrigger>(action)) return;
  ++num_triggers_;
  changed_.notify_all();
}

void RunControl::take(const QueryProgress& progress) {
  const std::lock_guard lock(mutex_);
  last_progress_ = progress;
}

void RunControl::take_end(const std::optional<Error>& failure) {
  const std::lock_guard lock(mutex_);
  status_.take_end(failure);
  ended_ = true;
  changed_.notify_all();
}

void RunControl::attach(Job* job) {
  const std::lock_guard lock(mutex_);
  job_ = job;
}

StopRequest RunControl::stop_request() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

std::string RunControl::answer(const std::string& request) {
  std::unique_lock lock(mutex_);
  if (request == "status") return status_answer();
  if (request == "checkpoint now") return checkpoint_answer(lock);
  if (request != "stop" && request != "stop --drain")
    return refusal("unknown request: '" + request + "'");
  stop_ = request == "stop" ? StopRequest::AtOnce : StopRequest::Drain;
  return "{\"ok\":true}";
}

std::string RunControl::status_answer() const {
  const std::string last = last_progress_ ? to_json(*last_progress_) : "null";
  return secrets_.hidden("{\"ok\":true,\"name\":" + json_string(name_) + ",\"status\":" +
                         to_json(status_.status()) + ",\"lastProgress\":" + last + "}");
}

// In micro-batch mode a trigger that finds nothing new leaves the last epoch as the checkpoint.
std::string RunControl::checkpoint_answer(std::unique_lock<std::mutex>& lock) {
  if (!job_ || ended_) return refusal("the job is not running");
  job_->checkpoint_now();
  const std::int64_t before = num_triggers_;
  changed_.wait_for(lock, kCheckpointPatience, [&] { return ended_ || num_triggers_ > before; });
  if (num_triggers_ == before) return refusal("no epoch was completed in time");
  return "{\"ok\":true,\"epoch\":" + std::to_string(last_epoch_) + "}";
}

}  // namespace millrace::cli
