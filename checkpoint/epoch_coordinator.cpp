#include "checkpoint/epoch_coordinator.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace millrace {

EpochCoordinator::EpochCoordinator(CoordinatorOptions options)
    : options_(std::move(options)),
      next_epoch_(options_.first),
      starts_(options_.num_sources),
      ends_(options_.num_sources) {
  if (options_.has_watermark) watermark_ = 0;
  if (options_.restart) {
    next_epoch_ = next(options_.restart->last);
    planned_watermark_ = options_.restart->planned_watermark;
    watermark_ = options_.restart->watermark;
    node_watermarks_ = options_.restart->node_watermarks;
  }
  if (options_.rerun) next_epoch_ = next(options_.rerun->epoch);
}

bool EpochCoordinator::is_one_shot() const {
  return options_.trigger.kind == Trigger::Kind::Once ||
         options_.trigger.kind == Trigger::Kind::AvailableNow;
}

CoordinatorActions EpochCoordinator::on_start(std::int64_t now) {
  CoordinatorActions out;
  last_timer_ = now;
  if (options_.restart && !options_.restart->sinks.empty()) repeat_commit(now, out);
  else begin(now, out);
  return out;
}

void EpochCoordinator::repeat_commit(std::int64_t now, CoordinatorActions& out) {
  phase_ = Phase::Committing;
  InFlight flight;
  flight.summary.epoch = options_.restart->last;
  flight.summary.reports = options_.restart->sinks;
  flight.committing = flight.is_repeated = true;
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
    if (is_one_shot()) out.push_back(FreezeEnds{});
    if (!options_.rerun) return start_planning(now, out);
    trigger_start_ = now;
    open_epoch(*options_.rerun, now);
    out.push_back(*options_.rerun);
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
    start_planning(now, out);
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

CoordinatorActions EpochCoordinator::on_data_available(std::int64_t now) {
  CoordinatorActions out;
  const bool waits_for_data = phase_ == Phase::Waiting && options_.trigger.interval.count() == 0;
  if (waits_for_data) start_planning(now, out);
  return out;
}

void EpochCoordinator::start_planning(std::int64_t now, CoordinatorActions& out) {
  phase_ = Phase::Planning;
  trigger_start_ = now;
  num_answers_ = 0;
  out.push_back(AskLatestOffsets{});
  if (options_.num_sources == 0) decide(now, out);
}

CoordinatorActions EpochCoordinator::on_latest_offset(std::size_t source,
                                                      std::optional<std::string> start,
                                                      std::optional<std::string> end,
                                                      std::int64_t now) {
  CoordinatorActions out;
  if (phase_ != Phase::Planning) return out;
  starts_[source] = std::move(start);
  ends_[source] = std::move(end);
  if (++num_answers_ == options_.num_sources) decide(now, out);
  return out;
}

void EpochCoordinator::decide(std::int64_t now, CoordinatorActions& out) {
  const bool new_data = starts_ != ends_;
  // Spark's first batch has no watermark to act on, so nothing moved before it.
  const bool moved = planned_watermark_ && watermark_ != planned_watermark_;
  if (stopping_) return finish(out);
  if (new_data || (moved && options_.needs_no_data_epochs)) return plan_epoch(now, out);
  if (is_one_shot()) return finish(out);
  out.push_back(SkipTrigger{next_epoch_, trigger_start_, now, watermark_, starts_});
  wait_for_trigger(now, false, out);
}

void EpochCoordinator::plan_epoch(std::int64_t now, CoordinatorActions& out) {
  StartEpoch plan{next_epoch_, ends_, watermark_, now, options_.bounded};
  next_epoch_ = next(next_epoch_);
  open_epoch(plan, now);
  if (!options_.durable) return out.push_back(std::move(plan));
  unwritten_ = plan;
  out.push_back(WritePlan{std::move(plan), starts_});
}

CoordinatorActions EpochCoordinator::on_planned(Epoch epoch) {
  CoordinatorActions out;
  if (!unwritten_ || unwritten_->epoch != epoch) return out;
  out.push_back(*std::exchange(unwritten_, std::nullopt));
  return out;
}

void EpochCoordinator::open_epoch(StartEpoch plan, std::int64_t now) {
  phase_ = Phase::Running;
  InFlight flight;
  flight.summary.epoch = plan.epoch;
  flight.summary.trigger_start = trigger_start_;
  flight.summary.planned_at = now;
  flight.summary.watermark = plan.watermark;
  for (std::size_t i = 0; i < starts_.size(); ++i)
    flight.summary.start_offsets[static_cast<int>(i)] = starts_[i];
  in_flight_.push_back(std::move(flight));
  planned_watermark_ = plan.watermark;
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

void EpochCoordinator::wait_for_trigger(std::int64_t now, bool had_data, CoordinatorActions& out) {
  const std::int64_t interval = options_.trigger.interval.count();
  phase_ = Phase::Waiting;
  if (interval == 0) {
    wake_at_ = had_data ? now : now + options_.polling_delay_micros;
  } else {
    // Boundaries lie on a grid since 1970; one that was missed is not made up for.
    wake_at_ = (trigger_start_ / interval + 1) * interval;
    if (now - trigger_start_ > interval) {
      out.push_back(Warn{"Current batch is falling behind. The trigger interval is " +
                         std::to_string(interval / 1000) + " milliseconds, but spent " +
                         std::to_string((now - trigger_start_) / 1000) + " milliseconds"});
    }
  }
  if (wake_at_ <= now) return start_planning(now, out);
  wake(out);
}

CoordinatorActions EpochCoordinator::on_report(SubtaskReport report, std::int64_t now) {
  CoordinatorActions out;
  for (InFlight& flight : in_flight_) {
    if (flight.summary.epoch != report.epoch) continue;
    flight.summary.reports.push_back(std::move(report));
    if (flight.summary.reports.size() == options_.num_subtasks) flight.summary.reported_at = now;
    break;
  }
  commit_oldest(now, out);
  return out;
}

void EpochCoordinator::commit_oldest(std::int64_t now, CoordinatorActions& out) {
  if (in_flight_.empty()) return;
  InFlight& oldest = in_flight_.front();
  if (oldest.committing || oldest.summary.reports.size() < options_.num_subtasks) return;
  oldest.committing = true;
  if (!options_.trigger.is_continuous()) phase_ = Phase::Committing;
  take_event_times(oldest.summary);
  if (!options_.durable) return tell_sinks(oldest, now, out);
  out.push_back(WriteCommit{oldest.summary.epoch, oldest.summary.reports, oldest.summary.watermark,
                            watermark_, node_watermarks_, last_completed_});
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
  if (options_.trigger.is_continuous() && !options_.bounded) {
    commit_oldest(now, out);
    if (stopping_ && in_flight_.empty()) finish(out);
    return;
  }
  const bool over = options_.bounded || stopping_;
  if (over) return finish(out);
  if (is_one_shot()) return start_planning(now, out);
  wait_for_trigger(now, true, out);
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
  if (++num_ended_sources_ < options_.num_sources) return {};
  return on_stop(now);
}

CoordinatorActions EpochCoordinator::on_checkpoint(std::int64_t now) {
  CoordinatorActions out;
  if (options_.bounded || stopping_) return out;
  if (phase_ == Phase::Waiting)
    start_planning(now, out);
  else if (options_.trigger.is_continuous() && phase_ == Phase::Running &&
           in_flight_.size() < options_.max_in_flight)
    inject(now, out);
  return out;
}

CoordinatorActions EpochCoordinator::on_stop(std::int64_t now) {
  CoordinatorActions out;
  if (std::exchange(stopping_, true) || phase_ == Phase::Over) return out;
  if (phase_ == Phase::NotStarted || phase_ == Phase::Waiting) finish(out);
  else if (options_.trigger.is_continuous() && !options_.bounded) inject(now, out);
  return out;
}

void EpochCoordinator::finish(CoordinatorActions& out) {
  if (phase_ == Phase::Over) return;
  phase_ = Phase::Over;
  out.push_back(Finish{});
}

}  // namespace millrace
