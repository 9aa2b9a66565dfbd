#include "actors/input_set.hpp"

namespace millrace {

std::optional<InputSet::Arrival> InputSet::next() {
  if (!next_.empty()) {
    Arrival arrival{std::move(next_.front()), 0};
    next_.pop_front();
    return arrival;
  }
  std::size_t tried = 0;
  while (tried < inputs_.size()) {
    const std::size_t input = turn_;
    turn_ = turn_ + 1 == inputs_.size() ? 0 : turn_ + 1;
    ++tried;
    Event event;
    if (is_held(input) || !inputs_[input].channel->try_pop(event)) continue;
    if (std::optional<Arrival> arrival = take(input, std::move(event))) return arrival;
    tried = 0;
  }
  return std::nullopt;
}

std::optional<InputSet::Arrival> InputSet::take(std::size_t input, Event event) {
  if (std::holds_alternative<RecordBatch>(event))
    return Arrival{std::move(event), inputs_[input].port};
  if (const Watermark* watermark = std::get_if<Watermark>(&event)) {
    const auto risen = combiner_.on_watermark(input, *watermark);
    return risen ? std::optional(Arrival{*risen, 0}) : std::nullopt;
  }
  if (const EpochMarker* marker = std::get_if<EpochMarker>(&event)) {
    const auto complete = aligner_.on_marker(input, marker->epoch);
    return complete ? std::optional(this->complete(*complete)) : std::nullopt;
  }
  return take_end(input);
}

std::optional<InputSet::Arrival> InputSet::take_end(std::size_t input) {
  if (inputs_[input].comes_first) --num_first_;
  const auto complete = aligner_.on_end(input);
  const auto risen = combiner_.on_end(input);
  std::optional<Arrival> arrival;
  if (complete) arrival = this->complete(*complete);
  if (aligner_.all_ended()) next_.push_back(EndOfStream{});
  else if (risen) next_.push_back(*risen);
  return arrival || next_.empty() ? std::move(arrival) : next();
}

InputSet::Arrival InputSet::complete(Epoch epoch) {
  while (const auto more = aligner_.next_complete()) next_.push_back(EpochMarker{*more});
  return {EpochMarker{epoch}, 0};
}

}  // namespace millrace
