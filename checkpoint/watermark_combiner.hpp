#pragma once

#include "records/event.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace millrace {

/// multipleWatermarkPolicy: whether the slowest or the fastest of several streams decides.
enum class WatermarkPolicy { Min, Max };

/// The watermark of a subtask from those of its inputs, never falling. Inputs of one port are parts
/// of one stream, of which the slowest counts; between ports the policy decides. Inputs that carry
/// no watermarks, have ended or are idle are left out; one that carries them but has sent none
/// holds its port back. Pure. Source: Spark's PropagateWatermarkSimulator and WatermarkTracker.
class WatermarkCombiner {
 public:
  struct Input {
    bool carries = false;
    int port = 0;
  };
  explicit WatermarkCombiner(const std::vector<Input>& inputs,
                             WatermarkPolicy policy = WatermarkPolicy::Min)
      : policy_(policy) {
    for (const Input& input : inputs)
      inputs_.push_back({kNone, input.port, !input.carries, Activity::Active});
  }

  /// Gives the combined watermark when it rose.
  std::optional<Watermark> on_watermark(std::size_t input, Watermark watermark) {
    if (watermark.micros <= inputs_[input].micros) return std::nullopt;
    inputs_[input].micros = watermark.micros;
    return risen();
  }
  /// The input ended: it holds nobody back any more.
  std::optional<Watermark> on_end(std::size_t input) {
    inputs_[input].is_left_out = true;
    return risen();
  }
  /// An idle input holds nobody back until it is active again.
  std::optional<Watermark> on_activity(std::size_t input, Activity activity) {
    inputs_[input].activity = activity;
    return risen();
  }
  std::optional<Watermark> current() const {
    return current_ == kNone ? std::nullopt : std::optional(Watermark{current_});
  }
  /// Idle when some inputs are, and none that could say a watermark is not.
  Activity activity() const {
    bool is_idle = false;
    for (const State& input : inputs_) {
      if (input.is_left_out) continue;
      if (input.activity == Activity::Active) return Activity::Active;
      is_idle = true;
    }
    return is_idle ? Activity::Idle : Activity::Active;
  }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

  struct State {
    std::int64_t micros;
    int port;
    bool is_left_out;
    Activity activity;
  };

  static bool counts(const State& input) {
    return !input.is_left_out && input.activity == Activity::Active;
  }

  std::int64_t slowest_of(int port) const {
    std::int64_t slowest = std::numeric_limits<std::int64_t>::max();
    for (const State& input : inputs_)
      if (counts(input) && input.port == port) slowest = std::min(slowest, input.micros);
    return slowest;
  }

  std::optional<Watermark> risen() {
    std::optional<std::int64_t> combined;
    for (const State& input : inputs_) {
      if (!counts(input)) continue;
      if (policy_ == WatermarkPolicy::Min)
        combined = std::min(combined.value_or(input.micros), input.micros);
      else
        combined = std::max(combined.value_or(kNone), slowest_of(input.port));
    }
    if (!combined || *combined <= current_) return std::nullopt;
    current_ = *combined;
    return Watermark{*combined};
  }

  const WatermarkPolicy policy_;
  std::vector<State> inputs_;
  std::int64_t current_ = kNone;
};

}  // namespace millrace
