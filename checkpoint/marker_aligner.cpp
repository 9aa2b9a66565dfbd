#include "checkpoint/marker_aligner.hpp"

namespace millrace {

std::optional<Epoch> MarkerAligner::on_marker(std::size_t input, Epoch epoch) {
  MILLRACE_CHECK(!inputs_[input].held, "marker on an input that is held");
  MILLRACE_CHECK(num_held_ == 0 || epoch == aligning_, "markers of two epochs at once");
  aligning_ = epoch;
  inputs_[input].held = true;
  ++num_held_;
  return complete_if_all_here();
}

std::optional<Epoch> MarkerAligner::on_end(std::size_t input) {
  MILLRACE_CHECK(!inputs_[input].ended, "an input ended twice");
  inputs_[input].ended = true;
  ++num_ended_;
  if (num_held_ == 0) return std::nullopt;
  return complete_if_all_here();
}

std::optional<Epoch> MarkerAligner::complete_if_all_here() {
  for (const Input& input : inputs_)
    if (!input.held && !input.ended) return std::nullopt;
  for (Input& input : inputs_) input.held = false;
  num_held_ = 0;
  return aligning_;
}

}  // namespace millrace
