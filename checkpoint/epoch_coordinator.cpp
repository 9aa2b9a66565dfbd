#include "checkpoint/epoch_coordinator.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace millrace {

EpochCoordinator::EpochCoordinator(CoordinatorOptions options)
    : options_(std::move(options)),
      next_epoch_(options_.first),
      reruns_(options_.reruns.begin(), options_.reruns.end()),
      starts_(options_.source_nodes.size()),
      ends_(options_.source_nodes.size()) {
  if (options_.has_watermark) watermark_ = 0;
  if (options_.restart) {
    next_epoch_ = next(options_.restart->last);
    planned_watermark_ = options_.restart->planned_watermark;
    watermark_ = options_.restart->watermark;
    node_watermarks_ = options_.restart->node_watermarks;
    if (options_.restart->sinks.empty()) last_completed_ = options_.restart->last;
  }
  if (!reruns_.empty()) next_epoch_ = next(reruns_.back().epoch);
}

CoordinatorActions EpochCoordinator::on_start(std::int64_t now) {
  CoordinatorActions out;
  last_timer_ = now;
  if (options_.restart && !options_.restart->sinks.empty()) repeat_commit(now, out);
  else begin(now, out);
  return out;
}

void EpochCoordinator::repeat_commit(std::int64_t now, CoordinatorActions& out) {
  phase_ = Phase::Repeating;
  InFlight flight;
  flight.summary.epoch = options_.restart->last;
  flight.summary.reports = options_.restart->sinks;
  flight.is_reported = flight.committing = flight.is_repeated = true;
  in_flight_.push_back(std::move(flight));
  tell_sinks(in_flight_.front(), now, out);
}

void EpochCoordinator::begin(std::int64_t now, CoordinatorActions& out) {
  if (stopping_) return finish(out);
  if (options_.bounded) {
    phase_ = Phase::Planning;
    trigger_start_ = now;
    plan_epoch(now, out);
  } else if (options_.trigger.is_continuous()) {
    phase_ = Phase::Running;
    trigger_start_ = now;
    wake_at_ = now + options_.trigger.interval.count();
    wake(out);
  } else {
    if (is_one_shot() && reruns_.empty()) out.push_back(FreezeEnds{});
    start_planning(now, out);
  }
}

CoordinatorActions EpochCoordinator::on_timer(std::int64_t now) {
  CoordinatorActions out;
  if (num_timers_ > 0) --num_timers_;
  pass_time(now);
  const bool flows = options_.trigger.is_continuous() && phase_ == Phase::Running && !stopping_;
  if (!flows && phase_ != Phase::Waiting) return out;
  if (now < wake_at_) {
    wait_longer(now, out);
  } else if (flows) {
    if (in_flight_.size() < options_.max_in_flight) inject(now, out);
    else ++num_skipped_;
    check_progress(out);
    const std::int64_t interval = std::max<std::int64_t>(options_.trigger.interval.count(), 1);
    wake_at_ += interval * ((now - wake_at_) / interval + 1);
    wake(out);
  } else {
    trigger(now, out);
  }
  return out;
}

void EpochCoordinator::wake(CoordinatorActions& out) {
  ++num_timers_;
  out.push_back(WakeAt{wake_at_});
}

/// Timers go by another clock than `now`, which may be slower or be set back: then they come early.
void EpochCoordinator::wait_longer(std::int64_t now, CoordinatorActions& out) {
  if (num_timers_ > 0) return;  // one more is to come
  const std::int64_t longest =
      std::max(options_.trigger.interval.count(), options_.polling_delay_micros);
  wake_at_ = std::min(wake_at_, now + longest);
  wake(out);
}

/// Time as the job lived through it: a clock that is set forward makes no epoch late.
void EpochCoordinator::pass_time(std::int64_t now) {
  constexpr std::int64_t kLongestDelay = 10'000'000;  // of a timer on a busy machine
  const std::int64_t longest = options_.trigger.interval.count() + kLongestDelay;
  lived_ += std::clamp<std::int64_t>(now - last_timer_, 0, longest);
  last_timer_ = now;
}

void EpochCoordinator::inject(std::int64_t now, CoordinatorActions& out) {
  InFlight flight;
  flight.summary.epoch = next_epoch_;
  flight.summary.trigger_start = trigger_start_;
  flight.summary.planned_at = now;
  flight.lived_before = lived_;
  in_flight_.push_back(std::move(flight));
  trigger_start_ = now;
  out.push_back(InjectMarker{next_epoch_});
  next_epoch_ = next(next_epoch_);
}

CoordinatorActions EpochCoordinator::on_report(SubtaskReport report, std::int64_t now) {
  CoordinatorActions out;
  for (InFlight& flight : in_flight_) {
    if (flight.summary.epoch != report.epoch) continue;
    flight.summary.reports.push_back(std::move(report));
    break;
  }
  take_reported(now);
  commit_oldest(now, out);
  resume(now, out);
  return out;
}

void EpochCoordinator::take_reported(std::int64_t now) {
  for (InFlight& flight : in_flight_) {
    if (flight.is_reported) continue;
    if (flight.summary.reports.size() < options_.num_subtasks) return;
    flight.is_reported = true;
    flight.summary.reported_at = now;
    take_event_times(flight.summary);
    flight.watermark = watermark_;
    flight.node_watermarks = node_watermarks_;
  }
}

void EpochCoordinator::commit_oldest(std::int64_t now, CoordinatorActions& out) {
  if (in_flight_.empty()) return;
  InFlight& oldest = in_flight_.front();
  if (oldest.committing || !oldest.is_reported) return;
  oldest.committing = true;
  if (!options_.durable) return tell_sinks(oldest, now, out);
  out.push_back(WriteCommit{oldest.summary.epoch, oldest.summary.reports, oldest.summary.watermark,
                            oldest.watermark, oldest.node_watermarks, last_completed_});
}

CoordinatorActions EpochCoordinator::on_durable(Epoch epoch, std::int64_t now) {
  CoordinatorActions out;
  if (!in_flight_.empty() && in_flight_.front().summary.epoch == epoch)
    tell_sinks(in_flight_.front(), now, out);
  return out;
}

void EpochCoordinator::tell_sinks(InFlight& flight, std::int64_t now, CoordinatorActions& out) {
  CommitEpoch commit{flight.summary.epoch, {}};
  for (const SubtaskReport& report : flight.summary.reports)
    if (report.token) commit.sinks.push_back(report);
  out.push_back(std::move(commit));
  if (options_.num_sinks == 0) complete_oldest(now, out);
}

/// Fails the job when the oldest marker is on its way for too long.
void EpochCoordinator::check_progress(CoordinatorActions& out) const {
  if (in_flight_.empty()) return;
  const InFlight& oldest = in_flight_.front();
  if (oldest.committing || lived_ - oldest.lived_before < options_.epoch_timeout_micros) return;
  out.push_back(Fail{make_error(
      ErrorKind::Temporary,
      "checkpoint: epoch " + std::to_string(number(oldest.summary.epoch)) + " has not passed " +
          std::to_string(options_.num_subtasks - oldest.summary.reports.size()) + " of " +
          std::to_string(options_.num_subtasks) + " subtasks within " +
          std::to_string(options_.epoch_timeout_micros / 1'000'000) + " seconds",
      "look for the operator or sink that is too slow; the last committed epoch is intact")});
}

CoordinatorActions EpochCoordinator::on_committed(Epoch epoch, std::int64_t now) {
  CoordinatorActions out;
  if (in_flight_.empty() || in_flight_.front().summary.epoch != epoch) return out;
  if (++in_flight_.front().num_commits == options_.num_sinks) complete_oldest(now, out);
  return out;
}

void EpochCoordinator::complete_oldest(std::int64_t now, CoordinatorActions& out) {
  EpochSummary summary = std::move(in_flight_.front().summary);
  const bool is_repeated = in_flight_.front().is_repeated;
  in_flight_.pop_front();
  last_completed_ = summary.epoch;
  if (is_repeated && in_flight_.empty()) return begin(now, out);
  if (is_repeated) {
    // The job was stopped meanwhile: its last marker is on its way.
    phase_ = Phase::Running;
    return commit_oldest(now, out);
  }
  summary.completed_at = now;
  out.push_back(AcknowledgeEpoch{std::move(summary)});
  commit_oldest(now, out);
  const bool is_over = phase_ == Phase::Ending || (options_.trigger.is_continuous() && stopping_);
  if (is_over && in_flight_.empty()) return finish(out);
  resume(now, out);
}

void EpochCoordinator::take_event_times(const EpochSummary& summary) {
  std::set<int> idle;
  std::set<int> active;
  for (const SubtaskReport& report : summary.reports) {
    if (!report.event_time) continue;
    std::int64_t& known = node_watermarks_[report.node];
    known = std::max(known, report.event_time->watermark);
    (report.event_time->is_idle ? idle : active).insert(report.node);
  }
  std::optional<std::int64_t> chosen;
  for (const auto& [node, micros] : node_watermarks_) {
    if (idle.contains(node) && !active.contains(node)) continue;
    chosen = options_.max_watermark_policy ? std::max(chosen.value_or(micros), micros)
                                           : std::min(chosen.value_or(micros), micros);
  }
  if (watermark_ && chosen) watermark_ = std::max(*watermark_, *chosen);
}

CoordinatorActions EpochCoordinator::on_source_ended(std::int64_t now) {
  if (++num_ended_sources_ < options_.source_nodes.size()) return {};
  return on_stop(now);
}

CoordinatorActions EpochCoordinator::on_checkpoint(std::int64_t now) {
  CoordinatorActions out;
  if (options_.bounded || stopping_) return out;
  if (phase_ == Phase::Waiting)
    trigger(now, out);
  else if (options_.trigger.is_continuous() && phase_ == Phase::Running &&
           in_flight_.size() < options_.max_in_flight)
    inject(now, out);
  return out;
}

CoordinatorActions EpochCoordinator::on_stop(std::int64_t now) {
  CoordinatorActions out;
  if (std::exchange(stopping_, true) || phase_ == Phase::Over) return out;
  if (phase_ == Phase::NotStarted) finish(out);
  else if (phase_ == Phase::Waiting || phase_ == Phase::Held) end_when_through(out);
  else if (options_.trigger.is_continuous() && !options_.bounded) inject(now, out);
  return out;
}

void EpochCoordinator::finish(CoordinatorActions& out) {
  if (phase_ == Phase::Over) return;
  phase_ = Phase::Over;
  out.push_back(Finish{});
}

}  // namespace millrace
