#include "actors/job.hpp"

#include "actors/operator_task.hpp"

namespace millrace {

Job::Job(ExecutionPlan plan, JobOptions options)
    : plan_(std::move(plan)), options_(std::move(options)) {}

Job::~Job() {
  stop_sources();
  tear_down();
}

void Job::stop_sources() {
  for (const auto* list : {&sources_, &tables_}) {
    for (const auto& [index, task] : *list) {
      task->put(StopSource{});
      subtasks_[index]->cell.signal();
    }
  }
}

void Job::read_tables() {
  for (const auto& [index, task] : tables_) {
    task->put(ReadTable{});
    subtasks_[index]->cell.signal();
  }
}

Result<std::unique_ptr<Job>> Job::start(ExecutionPlan plan, JobOptions options) {
  std::unique_ptr<Job> job(new Job(std::move(plan), std::move(options)));
  if (Status status = job->open_checkpoint(); !status) return std::move(status.error());
  job->make_cells();
  job->connect();
  if (job->options_.on_opened)
    job->options_.on_opened(job->checkpoint_ ? job->checkpoint_->store().query_id() : "");
  if (Status status = job->make_tasks(); !status) return std::move(status.error());
  job->run();
  return job;
}

bool Job::step(std::mt19937_64& random) {
  if (runtime_->step(random)) return true;
  // What is written becomes durable only when nothing else can happen: the slowest disk.
  if (!checkpoint_) return false;
  checkpoint_->store().run_pending();
  return runtime_->step(random);
}

void Job::run() {
  CoordinatorOptions options = coordinator_options();
  reports_ = std::make_unique<EpochReports>(options.num_subtasks);
  coordinator_ = std::make_unique<EpochCoordinator>(std::move(options));
  if (checkpoint_) checkpoint_->store().release();
  // First, so that nothing a source says arrives before it.
  post([this](EpochCoordinator& coordinator) { return coordinator.on_start(now()); });
  runtime_->start();
  read_tables();
}

void Job::stop() {
  std::lock_guard lock(mutex_);
  if (ended_) return;
  post([this](EpochCoordinator& coordinator) { return coordinator.on_stop(now()); });
}

void Job::checkpoint_now() {
  std::lock_guard lock(mutex_);
  if (ended_) return;
  post([this](EpochCoordinator& coordinator) { return coordinator.on_checkpoint(now()); });
}

Status Job::await() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }
  tear_down();
  std::lock_guard lock(mutex_);
  return failure_ ? Status(*failure_) : Status();
}

bool Job::await_for(std::chrono::microseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return ended_; });
}

void Job::tear_down() {
  std::call_once(torn_down_, [this] {
    if (runtime_) runtime_->shutdown();
    const bool failed = [this] {
      std::lock_guard lock(mutex_);
      return failure_.has_value() || !ended_;
    }();
    for (const auto& [place, sink] : sinks_) {
      if (failed) continue;
      if (Status status = sink.second->close(); !status) {
        std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(status.error());
      }
    }
    for (auto& subtask : subtasks_) subtask->cell.detach();
    checkpoint_.reset();
    sources_.clear();
    tables_.clear();
    sinks_.clear();
    channels_.clear();
    runtime_.reset();
  });
}

const SubtaskCounters& Job::counters(int node, int subtask) const {
  return subtasks_[index_of(node, subtask)]->counters;
}

std::int64_t Job::watermark(int node, int subtask) const {
  return subtasks_[index_of(node, subtask)]->watermark.value();
}

std::int64_t Job::num_queued_records(int node, int subtask) const {
  std::int64_t queued = 0;
  for (const Channel* channel : subtasks_[index_of(node, subtask)]->queues)
    queued += channel->num_queued_records();
  return queued;
}

void Job::add_latency_to(LatencyHistogram& total) const {
  for (const auto& latency : latencies_) total.merge(*latency);
}

// --- JobEvents: from any thread into the coordinator's actor ---

void Job::post(std::function<CoordinatorActions(EpochCoordinator&)> event) {
  if (!runtime_) return;
  runtime_->post([this, event = std::move(event)] { carry_out(event(*coordinator_)); });
}

void Job::on_report(SubtaskReport report) {
  if (plan_.nodes[static_cast<std::size_t>(report.node)].is_table) return;
  if (!reports_->add(std::move(report)) || !runtime_) return;
  runtime_->post([this] { deliver_reports(); });
}

void Job::on_latest_offset(std::size_t source, std::optional<std::string> start,
                           std::optional<std::string> end) {
  post([=, this](EpochCoordinator& coordinator) {
    return coordinator.on_latest_offset(source, start, end, now());
  });
}

void Job::on_committed(Epoch epoch) {
  post([this, epoch](EpochCoordinator& coordinator) {
    return coordinator.on_committed(epoch, now());
  });
}

void Job::on_source_ended() {
  post([this](EpochCoordinator& coordinator) { return coordinator.on_source_ended(now()); });
}

void Job::on_data_available() {
  post([this](EpochCoordinator& coordinator) { return coordinator.on_data_available(now()); });
}

void Job::on_failure(const std::string& where, Error error) {
  error.notes.push_back("in `" + where + "`");
  post([this, error = std::move(error)](EpochCoordinator&) {
    end(error);
    return CoordinatorActions{};
  });
}

void Job::on_warning(const std::string& where, const std::string& text) {
  if (options_.on_warning) options_.on_warning(where, text);
}

// --- The coordinator's actor carries actions out ---

void Job::carry_out(CoordinatorActions actions) {
  for (const CoordinatorAction& action : actions) {
    if (options_.on_action) options_.on_action(action);
    std::visit([this](const auto& what) { carry_out(what); }, action);
  }
}

void Job::deliver_reports() {
  for (SubtaskReport& report : reports_->take())
    carry_out(coordinator_->on_report(std::move(report), now()));
}

void Job::tell_source(std::size_t source, SourceControl control) {
  const auto& [index, task] = sources_[source];
  task->put(std::move(control));
  subtasks_[index]->cell.signal();
}

void Job::carry_out(const AskLatestOffsets&) {
  for (std::size_t i = 0; i < sources_.size(); ++i) tell_source(i, TellLatestOffset{});
}

void Job::carry_out(const FreezeEnds&) {
  for (std::size_t i = 0; i < sources_.size(); ++i) tell_source(i, FreezeEnd{});
}

void Job::carry_out(const WritePlan& plan) {
  checkpoint_->store().write_plan(
      checkpoint_->record_of(plan, source_places()),
      [this, epoch = plan.plan.epoch](Status status) {
        if (!status) return on_failure("checkpoint", std::move(status.error()));
        post([this, epoch](EpochCoordinator& coordinator) {
          return coordinator.on_planned(epoch, now());
        });
      });
}

void Job::carry_out(const WriteCommit& commit) {
  checkpoint_->store().commit(
      checkpoint_->record_of(commit, now()), [this, epoch = commit.epoch](Status status) {
        if (!status) return on_failure("checkpoint", std::move(status.error()));
        post([this, epoch](EpochCoordinator& coordinator) {
          return coordinator.on_durable(epoch, now());
        });
      });
}

void Job::on_storage_full(bool is_full) {
  post([this, is_full](EpochCoordinator&) {
    for (std::size_t i = 0; i < sources_.size(); ++i) tell_source(i, PauseSource{is_full});
    return CoordinatorActions{};
  });
  on_warning("checkpoint", is_full ? "the disk is full: sources wait until there is room"
                                   : "there is room on the disk again");
}

std::vector<std::pair<int, int>> Job::source_places() const {
  std::vector<std::pair<int, int>> places;
  for (const auto& [index, task] : sources_)
    places.emplace_back(subtasks_[index]->node, subtasks_[index]->subtask);
  return places;
}

void Job::carry_out(const StartEpoch& start) {
  board_.plan(start.epoch, start.watermark, start.timestamp);
  for (std::size_t i = 0; i < sources_.size(); ++i)
    tell_source(i, ReadEpoch{start.epoch, start.ends[i], start.is_last});
}

void Job::carry_out(const InjectMarker& inject) {
  for (std::size_t i = 0; i < sources_.size(); ++i) tell_source(i, EmitMarker{inject.epoch});
}

void Job::carry_out(const CommitEpoch& commit) {
  for (const SubtaskReport& report : commit.sinks) {
    const auto& [index, task] = sinks_.at({report.node, report.subtask});
    task->put(CommitSink{commit.epoch, *report.token});
    subtasks_[index]->cell.signal();
  }
}

void Job::carry_out(const AcknowledgeEpoch& acknowledge) {
  if (checkpoint_) checkpoint_->store().confirm(acknowledge.summary.epoch);
  for (const SubtaskReport& report : acknowledge.summary.reports) {
    if (!report.offset) continue;
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].first == index_of(report.node, report.subtask))
        tell_source(i, AcknowledgeOffset{*report.offset});
  }
  if (options_.on_epoch) options_.on_epoch(acknowledge.summary);
  if (options_.max_state_bytes > 0) check_state_size(acknowledge.summary);
}

void Job::carry_out(const WakeAt& wake) {
  const std::int64_t delay = std::max<std::int64_t>(0, wake.micros - now());
  runtime_->post_after(std::chrono::microseconds(delay), [this] {
    deliver_reports();  // so that it knows who is late
    carry_out(coordinator_->on_timer(now()));
  });
}

void Job::carry_out(const Finish&) { end(std::nullopt); }

void Job::carry_out(const Warn& warn) { on_warning(plan_.name, warn.text); }

void Job::carry_out(const Fail& fail) { on_failure(plan_.name, fail.error); }

/// The epoch is committed: what the job stops with can be taken up again.
void Job::check_state_size(const EpochSummary& summary) {
  std::int64_t total = 0;
  const SubtaskReport* largest = nullptr;
  for (const SubtaskReport& report : summary.reports) {
    if (!report.state) continue;
    total += report.state->bytes;
    if (largest == nullptr || report.state->bytes > largest->state->bytes) largest = &report;
  }
  if (largest == nullptr || total * 5 < options_.max_state_bytes * 4) return;
  const std::string& name = plan_.nodes[static_cast<std::size_t>(largest->node)].name;
  const std::string text = "state takes " + std::to_string(total) + " of " +
                           std::to_string(options_.max_state_bytes) + " bytes (maxStateBytes)";
  if (total < options_.max_state_bytes) {
    if (!std::exchange(warned_of_state_, true)) on_warning(name, text);
    return;
  }
  on_failure(name, make_error(ErrorKind::Temporary, "checkpoint: " + text,
                              "raise maxStateBytes or bound the state with a watermark; the job "
                              "goes on from its last checkpoint"));
}

void Job::end(std::optional<Error> failure) {
  stop_sources();
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    failure_ = failure;
    ended_ = true;
    changed_.notify_all();
  }
  if (options_.on_end) options_.on_end(failure);
}

}  // namespace millrace
