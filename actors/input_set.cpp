#include "actors/input_set.hpp"

namespace millrace {

bool InputSet::take_directly(Event& event) {
  if (inputs_.size() != 1 || taken_ || !made_.empty()) return false;
  if (!inputs_[0].channel->is_empty()) return false;
  taken_.emplace(std::move(event));
  return true;
}

std::optional<InputSet::Arrival> InputSet::next() {
  was_taken_ = taken_.has_value();
  if (was_taken_) {
    std::optional<Arrival> arrival = take(0, std::move(*taken_));
    taken_.reset();
    if (arrival) return arrival;
  }
  std::size_t tried = 0;
  while (made_.empty() && tried < inputs_.size()) {
    const std::size_t input = turn_;
    turn_ = turn_ + 1 == inputs_.size() ? 0 : turn_ + 1;
    ++tried;
    Event event;
    if (is_held(input) || !inputs_[input].channel->try_pop(event)) continue;
    if (std::optional<Arrival> arrival = take(input, std::move(event))) return arrival;
    tried = 0;
  }
  if (made_.empty()) return std::nullopt;
  Arrival arrival{std::move(made_.front()), 0};
  made_.pop_front();
  return arrival;
}

/// What does not fit into one arrival goes to `made_`.
std::optional<InputSet::Arrival> InputSet::take(std::size_t input, Event event) {
  if (std::holds_alternative<RecordBatch>(event))
    return Arrival{std::move(event), inputs_[input].port};
  if (const Watermark* watermark = std::get_if<Watermark>(&event)) {
    const auto risen = combiner_.on_watermark(input, *watermark);
    return risen ? std::optional(Arrival{*risen, 0}) : std::nullopt;
  }
  if (const EpochMarker* marker = std::get_if<EpochMarker>(&event)) {
    if (const auto epoch = aligner_.on_marker(input, marker->epoch)) complete(*epoch);
    return std::nullopt;
  }
  if (const Activity* activity = std::get_if<Activity>(&event))
    take_activity(input, *activity);
  else
    take_end(input);
  return std::nullopt;
}

void InputSet::take_end(std::size_t input) {
  if (inputs_[input].comes_first) --num_first_;
  const auto epoch = aligner_.on_end(input);
  const auto risen = combiner_.on_end(input);
  if (epoch) complete(*epoch);
  if (aligner_.all_ended()) return made_.push_back(EndOfStream{});
  if (risen) made_.push_back(*risen);
  tell_activity();
}

void InputSet::complete(Epoch epoch) {
  made_.push_back(EpochMarker{epoch});
  while (const auto more = aligner_.next_complete()) made_.push_back(EpochMarker{*more});
}

void InputSet::take_activity(std::size_t input, Activity activity) {
  if (const auto risen = combiner_.on_activity(input, activity)) made_.push_back(*risen);
  tell_activity();
}

void InputSet::tell_activity() {
  if (combiner_.activity() == activity_) return;
  activity_ = combiner_.activity();
  made_.push_back(activity_);
}

}  // namespace millrace
