#include "tests/kafka/source_run.hpp"

#include "sources/rate_limits.hpp"
#include "tests/kafka/waiting.hpp"

#include <poll.h>

#include <mutex>

namespace millrace::testing {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kMoment = std::chrono::milliseconds(400);

Result<PlannedSource> plan(const TextOptions& options, Reading reading) {
  SourceRequest request;
  for (const auto& [name, value] : options) request.options.set(name, value);
  if (!request.options.find("partitionDiscoveryInterval"))
    request.options.set("partitionDiscoveryInterval", "100ms");
  request.streaming = reading != Reading::Batch;
  request.continuous = reading == Reading::Continuous;
  if (reading == Reading::Once) request.options = without_rate_limits(request.options);
  for (const SourceType& type : builtin_sources())
    if (type.name == "kafka") return type.plan(request);
  return make_error(ErrorKind::Internal, "no kafka source");
}

void wait_for(Source& source) {
  pollfd waited{source.ready_fd(), POLLIN, 0};
  ::poll(&waited, 1, 50);
}

}  // namespace

SourceRun::SourceRun(const TextOptions& options, Reading reading, std::optional<Offset> start,
                     const std::string& state_directory)
    : context_{*pool_, counters_} {
  context_.now_micros = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  context_.steady_ns = [] { return Clock::now().time_since_epoch().count(); };
  static std::mutex mutex;
  context_.warn = [this](std::string text) {
    const std::lock_guard lock(mutex);
    warnings_.push_back(std::move(text));
  };
  context_.state_directory = state_directory;
  auto planned = plan(options, reading);
  if (!planned.ok()) {
    fail(planned.error());
    return;
  }
  source_ = planned->make();
  if (Status opened = source_->open(context_, start); !opened.ok()) fail(opened.error());
}

void SourceRun::emit(RecordBatch batch) {
  batch.rows().for_each([&](std::uint32_t row) {
    std::string text;
    append_json_row(text, batch, row, {TimeZone(), false});
    rows_.push_back(std::move(text));
  });
}

bool SourceRun::poll_to_limit() {
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    const auto status = source_->poll(4096, *this);
    if (!status.ok()) {
      fail(status.error());
      return false;
    }
    if (*status == PollStatus::AtLimit || *status == PollStatus::EndOfInput) return true;
    if (*status == PollStatus::Idle) wait_for(*source_);
  }
  fail(make_error(ErrorKind::Internal, "the end of the range was not reached"));
  return false;
}

/// True when there was something to do.
bool SourceRun::run_one() {
  const auto latest = source_->latest_offset();
  if (!latest.ok()) {
    fail(latest.error());
    return false;
  }
  const auto start = source_->offset();
  if (*latest == start) return false;
  if (Status limited = source_->limit_to(**latest); !limited.ok()) {
    fail(limited.error());
    return false;
  }
  rows_.clear();
  if (!poll_to_limit()) return false;
  batches_.push_back({start ? std::optional(start->json) : std::nullopt, (*latest)->json, rows_});
  return true;
}

const std::vector<SourceRun::Batch>& SourceRun::run_until(std::size_t count) {
  const auto deadline = Clock::now() + kPatience;
  auto quiet_since = Clock::now();
  while (!error_ && Clock::now() < deadline) {
    if (run_one()) quiet_since = Clock::now();
    else if (batches_.size() >= count && Clock::now() - quiet_since > kMoment) break;
    else if (!error_) wait_for(*source_);
  }
  return batches_;
}

const std::vector<std::string>& SourceRun::read_until(std::size_t count) {
  const auto deadline = Clock::now() + kPatience;
  while (!error_ && rows_.size() < count && Clock::now() < deadline) {
    const auto status = source_->poll(4096, *this);
    if (!status.ok()) fail(status.error());
    else if (*status == PollStatus::EndOfInput) break;
    else if (*status == PollStatus::Idle) wait_for(*source_);
  }
  return rows_;
}

void SourceRun::rerun(const std::string& end) {
  if (Status limited = source_->limit_to({end}); !limited.ok()) return fail(limited.error());
  rows_.clear();
  poll_to_limit();
}

}  // namespace millrace::testing
