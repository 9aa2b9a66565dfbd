#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "records/event.hpp"

namespace millrace {

/// Decides which inputs are held while the marker of an epoch has not come on all of them, and when it
/// is complete. An input at end of stream counts as having delivered every later marker.
/// Pure: no thread, no clock. Source: asynchronous barrier snapshotting, Carbone et al., 2015.
class MarkerAligner {
 public:
  explicit MarkerAligner(std::size_t num_inputs) : inputs_(num_inputs) {}

  /// True while nothing may be taken from `input`: its marker came and others have not.
  bool is_held(std::size_t input) const { return inputs_[input].held; }
  /// The marker of the current epoch came on `input`. Gives the epoch when it is complete; all inputs
  /// are free again then. Requires: `input` is not held, and markers come in order without gaps.
  std::optional<Epoch> on_marker(std::size_t input, Epoch epoch);
  /// `input` ended. Gives the epoch when this completes the marker under way.
  std::optional<Epoch> on_end(std::size_t input);
  bool all_ended() const { return num_ended_ == inputs_.size(); }
  /// How many inputs are held now.
  std::size_t num_held() const { return num_held_; }

 private:
  struct Input {
    bool held = false;
    bool ended = false;
  };
  std::optional<Epoch> complete_if_all_here();

  std::vector<Input> inputs_;
  std::size_t num_held_ = 0;
  std::size_t num_ended_ = 0;
  Epoch aligning_{};
};

}  // namespace millrace
