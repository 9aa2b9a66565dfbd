#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "records/event.hpp"

namespace millrace {

/// Aligned: an input waits (is held) from its marker until the marker came on all. None: nothing waits,
/// so state may hold rows of the next epoch already, and a restart counts those twice (at least once).
enum class Alignment { Aligned, None };

/// Decides which inputs are held while the marker of an epoch has not come on all of them, and when it
/// is complete. An input at end of stream counts as having delivered every later marker.
/// Pure: no thread, no clock. Source: asynchronous barrier snapshotting, Carbone et al., 2015.
class MarkerAligner {
 public:
  explicit MarkerAligner(std::size_t num_inputs, Alignment alignment = Alignment::Aligned)
      : alignment_(alignment), inputs_(num_inputs) {}

  /// True while nothing may be taken from `input`: its marker came and others have not.
  bool is_held(std::size_t input) const {
    return alignment_ == Alignment::Aligned && inputs_[input].num_ahead > 0;
  }
  /// The next marker came on `input`. Gives its epoch when it is complete. Requires: `input` is not
  /// held, and markers come in order without gaps.
  std::optional<Epoch> on_marker(std::size_t input, Epoch epoch);
  /// `input` ended. Gives the epoch when this completes the marker under way.
  std::optional<Epoch> on_end(std::size_t input);
  /// After either gave an epoch: the one after it, when that is complete too (`None` only).
  std::optional<Epoch> next_complete() { return complete_if_all_here(); }
  bool all_ended() const { return num_ended_ == inputs_.size(); }

 private:
  struct Input {
    std::size_t num_ahead = 0;  // markers that have come and are not complete
    bool ended = false;
  };
  std::optional<Epoch> complete_if_all_here();

  const Alignment alignment_;
  std::vector<Input> inputs_;
  std::size_t num_ended_ = 0;
  Epoch newest_{};
  std::size_t most_ahead_ = 0;  // epochs up to newest_ that are not complete
};

}  // namespace millrace
