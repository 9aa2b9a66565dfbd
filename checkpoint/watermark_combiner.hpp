#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "records/event.hpp"

namespace millrace {

/// The watermark of a subtask: the minimum over its inputs, never falling. Inputs that carry no
/// watermarks at all are left out; an input that carries them but has sent none holds the others back.
/// Pure. Source: Spark's PropagateWatermarkSimulator (minimum over inputs that have a watermark).
class WatermarkCombiner {
 public:
  /// One flag for each input: does it carry watermarks?
  explicit WatermarkCombiner(std::vector<bool> carries) {
    for (bool carried : carries) inputs_.push_back(carried ? kNone : kLeftOut);
  }

  /// Gives the combined watermark when it rose.
  std::optional<Watermark> on_watermark(std::size_t input, Watermark watermark) {
    if (watermark.micros <= inputs_[input]) return std::nullopt;
    inputs_[input] = watermark.micros;
    return risen();
  }
  /// The input ended: it holds nobody back any more.
  std::optional<Watermark> on_end(std::size_t input) {
    inputs_[input] = kLeftOut;
    return risen();
  }
  std::optional<Watermark> current() const {
    return current_ == kNone ? std::nullopt : std::optional(Watermark{current_});
  }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kLeftOut = std::numeric_limits<std::int64_t>::max();

  std::optional<Watermark> risen() {
    std::int64_t lowest = kLeftOut;
    for (std::int64_t micros : inputs_) lowest = micros < lowest ? micros : lowest;
    if (lowest == kLeftOut || lowest <= current_) return std::nullopt;
    current_ = lowest;
    return Watermark{lowest};
  }

  std::vector<std::int64_t> inputs_;
  std::int64_t current_ = kNone;
};

}  // namespace millrace
