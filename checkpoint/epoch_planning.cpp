// The half of the coordinator that decides when a micro-batch begins, and with what.
#include <algorithm>
#include <utility>

#include "checkpoint/epoch_coordinator.hpp"

namespace millrace {

namespace {

/// All epochs of an earlier process are run again, and none of our own is planned yet.
bool is_first_after_reruns(const CoordinatorOptions& options, Epoch next_epoch) {
  return !options.reruns.empty() && next_epoch == next(options.reruns.back().epoch);
}

}  // namespace

bool EpochCoordinator::is_one_shot() const {
  return options_.trigger.kind == Trigger::Kind::Once ||
         options_.trigger.kind == Trigger::Kind::AvailableNow;
}

CoordinatorActions EpochCoordinator::on_data_available(std::int64_t now) {
  CoordinatorActions out;
  const bool waits_for_data = phase_ == Phase::Waiting && options_.trigger.interval.count() == 0;
  if (waits_for_data) trigger(now, out);
  return out;
}

void EpochCoordinator::schedule_next(std::int64_t now, bool had_data, CoordinatorActions& out) {
  if (stopping_ || options_.bounded) return end_when_through(out);
  phase_ = Phase::Waiting;
  wake_at_ = next_trigger(now, had_data);
  if (wake_at_ > now) return wake(out);
  if (may_plan()) trigger_late(now, out);
  else phase_ = Phase::Held;
}

/// Boundaries lie on a grid since 1970; one that was missed is not made up for.
std::int64_t EpochCoordinator::next_trigger(std::int64_t now, bool had_data) const {
  const std::int64_t interval = options_.trigger.interval.count();
  if (!reruns_.empty()) return now;
  if (interval == 0) return had_data ? now : now + options_.polling_delay_micros;
  return (trigger_start_ / interval + 1) * interval;
}

void EpochCoordinator::trigger(std::int64_t now, CoordinatorActions& out) {
  if (may_plan()) start_planning(now, out);
  else phase_ = Phase::Held;
}

void EpochCoordinator::trigger_late(std::int64_t now, CoordinatorActions& out) {
  const std::int64_t interval = options_.trigger.interval.count();
  const std::int64_t spent = now - trigger_start_;
  if (interval > 0 && spent > interval) {
    out.push_back(Warn{"Current batch is falling behind. The trigger interval is " +
                       std::to_string(interval / 1000) + " milliseconds, but spent " +
                       std::to_string(spent / 1000) + " milliseconds"});
  }
  start_planning(now, out);
}

/// The watermark that an epoch is planned with holds what the epochs before it saw, so with watermarks
/// all of them must have been reported. So must those that are run again before ends are frozen: a source
/// may not have received yet what it gave to an earlier process.
bool EpochCoordinator::may_plan() const {
  if (in_flight_.size() >= options_.max_in_flight) return false;
  const auto num_unreported = std::count_if(in_flight_.begin(), in_flight_.end(),
                                            [](const InFlight& flight) { return !flight.is_reported; });
  const bool freezes_ends = is_one_shot() && is_first_after_reruns(options_, next_epoch_);
  const bool may_overlap = options_.plans_ahead && !options_.has_watermark && !freezes_ends;
  return num_unreported == 0 || (num_unreported == 1 && may_overlap);
}

/// Something under way has come further: a trigger that was held may go on. A trigger that found nothing
/// while an epoch was under way has told nobody; it is repeated when that epoch is done.
void EpochCoordinator::resume(std::int64_t now, CoordinatorActions& out) {
  if (phase_ == Phase::Held && may_plan()) return trigger_late(now, out);
  const bool found_nothing = phase_ == Phase::Waiting && options_.trigger.interval.count() == 0;
  if (found_nothing && in_flight_.empty()) start_planning(now, out);
}

void EpochCoordinator::start_planning(std::int64_t now, CoordinatorActions& out) {
  trigger_start_ = now;
  if (!reruns_.empty()) return run_again(now, out);
  phase_ = Phase::Planning;
  num_answers_ = 0;
  if (is_one_shot() && is_first_after_reruns(options_, next_epoch_)) out.push_back(FreezeEnds{});
  out.push_back(AskLatestOffsets{});
  if (options_.source_nodes.empty()) decide(now, out);
}

void EpochCoordinator::run_again(std::int64_t now, CoordinatorActions& out) {
  StartEpoch plan = std::move(reruns_.front());
  reruns_.pop_front();
  open_epoch(plan, now);
  out.push_back(std::move(plan));
  schedule_next(now, true, out);
}

CoordinatorActions EpochCoordinator::on_latest_offset(std::size_t source,
                                                      std::optional<std::string> start,
                                                      std::optional<std::string> end,
                                                      std::int64_t now) {
  CoordinatorActions out;
  if (phase_ != Phase::Planning) return out;
  starts_[source] = std::move(start);
  ends_[source] = std::move(end);
  if (++num_answers_ == options_.source_nodes.size()) decide(now, out);
  return out;
}

void EpochCoordinator::decide(std::int64_t now, CoordinatorActions& out) {
  if (stopping_) return end_when_through(out);
  const bool new_data = starts_ != ends_;
  // Spark's first batch has no watermark to act on, so nothing moved before it.
  const bool moved = planned_watermark_ && watermark_ != planned_watermark_;
  if (new_data || (moved && options_.needs_no_data_epochs)) return plan_epoch(now, out);
  if (is_one_shot()) return end_when_through(out);
  if (in_flight_.empty())
    out.push_back(SkipTrigger{next_epoch_, trigger_start_, now, watermark_, starts_by_node()});
  schedule_next(now, false, out);
}

void EpochCoordinator::plan_epoch(std::int64_t now, CoordinatorActions& out) {
  StartEpoch plan{next_epoch_, ends_, watermark_, now, options_.bounded};
  next_epoch_ = next(next_epoch_);
  open_epoch(plan, now);
  if (options_.durable) {
    unwritten_ = plan;
    return out.push_back(WritePlan{std::move(plan), starts_});
  }
  out.push_back(std::move(plan));
  schedule_next(now, true, out);
}

CoordinatorActions EpochCoordinator::on_planned(Epoch epoch, std::int64_t now) {
  CoordinatorActions out;
  if (!unwritten_ || unwritten_->epoch != epoch) return out;
  out.push_back(*std::exchange(unwritten_, std::nullopt));
  schedule_next(now, true, out);
  return out;
}

void EpochCoordinator::open_epoch(StartEpoch plan, std::int64_t now) {
  InFlight flight;
  flight.summary.epoch = plan.epoch;
  flight.summary.trigger_start = trigger_start_;
  flight.summary.planned_at = now;
  flight.summary.watermark = plan.watermark;
  in_flight_.push_back(std::move(flight));
  planned_watermark_ = plan.watermark;
}

std::map<int, std::optional<std::string>> EpochCoordinator::starts_by_node() const {
  std::map<int, std::optional<std::string>> starts;
  for (std::size_t i = 0; i < starts_.size(); ++i)
    starts.try_emplace(options_.source_nodes[i], starts_[i]);
  return starts;
}

void EpochCoordinator::end_when_through(CoordinatorActions& out) {
  phase_ = Phase::Ending;
  if (in_flight_.empty()) finish(out);
}

}  // namespace millrace
