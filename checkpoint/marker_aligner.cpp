#include "checkpoint/marker_aligner.hpp"

#include <algorithm>

namespace millrace {

std::optional<Epoch> MarkerAligner::on_marker(std::size_t input, Epoch epoch) {
  MILLRACE_CHECK(!is_held(input), "marker on an input that is held");
  const std::size_t ahead = ++inputs_[input].num_ahead;
  if (ahead > most_ahead_) {
    most_ahead_ = ahead;
    newest_ = epoch;
  } else {
    MILLRACE_CHECK(number(epoch) + static_cast<std::int64_t>(most_ahead_ - ahead) == number(newest_),
                   "markers that are out of order");
  }
  return complete_if_all_here();
}

std::optional<Epoch> MarkerAligner::on_end(std::size_t input) {
  MILLRACE_CHECK(!inputs_[input].ended, "an input ended twice");
  inputs_[input].ended = true;
  ++num_ended_;
  return complete_if_all_here();
}

std::optional<Epoch> MarkerAligner::complete_if_all_here() {
  if (most_ahead_ == 0) return std::nullopt;
  for (const Input& input : inputs_)
    if (input.num_ahead == 0 && !input.ended) return std::nullopt;
  for (Input& input : inputs_)
    if (input.num_ahead > 0) --input.num_ahead;
  --most_ahead_;
  return Epoch{number(newest_) - static_cast<std::int64_t>(most_ahead_)};
}

}  // namespace millrace
