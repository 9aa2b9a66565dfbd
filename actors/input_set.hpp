#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "actors/channel.hpp"
#include "checkpoint/marker_aligner.hpp"
#include "checkpoint/watermark_combiner.hpp"

namespace millrace {

/// One input channel of a subtask.
struct InputChannel {
  Channel* channel = nullptr;
  int port = 0;
  bool has_watermark = false;
  /// Read to its end before the inputs that do not come first.
  bool comes_first = false;
};

/// The inputs of one subtask as one sequence of events: takes from each in turn, holds inputs while a
/// marker is being aligned or an input that comes first is open, combines watermarks. Not thread-safe: only the
/// running task may call it.
class InputSet {
 public:
  InputSet(std::vector<InputChannel> inputs, Alignment alignment,
           WatermarkPolicy policy = WatermarkPolicy::Min)
      : inputs_(std::move(inputs)),
        aligner_(inputs_.size(), alignment),
        combiner_(watermark_inputs(inputs_), policy),
        num_first_(count_first(inputs_)) {}

  struct Arrival {
    Event event;   // RecordBatch, or what all inputs together say
    int port = 0;  // of a RecordBatch
  };
  /// The next batch, combined watermark, complete marker, change of activity, or the end of all inputs.
  std::optional<Arrival> next();
  /// Takes the next event of the only input past its channel; false when there are more inputs, or
  /// something is to come before it.
  bool take_directly(Event& event);
  /// `next` gave what was taken directly, and there is nothing else: cheaper than calling it again.
  bool is_done_with_taken() {
    return was_taken_ && !taken_ && made_.empty() && inputs_[0].channel->is_empty();
  }
  bool all_ended() const { return aligner_.all_ended(); }

 private:
  static std::vector<WatermarkCombiner::Input> watermark_inputs(
      const std::vector<InputChannel>& inputs) {
    std::vector<WatermarkCombiner::Input> out;
    for (const InputChannel& input : inputs) out.push_back({input.has_watermark, input.port});
    return out;
  }
  static std::size_t count_first(const std::vector<InputChannel>& inputs) {
    std::size_t count = 0;
    for (const InputChannel& input : inputs) count += input.comes_first ? 1 : 0;
    return count;
  }
  bool is_held(std::size_t input) const {
    return aligner_.is_held(input) || (num_first_ != 0 && !inputs_[input].comes_first);
  }
  std::optional<Arrival> take(std::size_t input, Event event);
  void take_end(std::size_t input);
  void complete(Epoch epoch);
  void take_activity(std::size_t input, Activity activity);
  void tell_activity();

  const std::vector<InputChannel> inputs_;
  MarkerAligner aligner_;
  WatermarkCombiner combiner_;
  // Inputs that come first and have not ended.
  std::size_t num_first_;
  std::size_t turn_ = 0;
  // What all inputs together were last said to be.
  Activity activity_ = Activity::Active;
  // Made of one event of an input; come next.
  std::deque<Event> made_;
  // What came past the channel.
  std::optional<Event> taken_;
  bool was_taken_ = false;  // what `next` gave last
};

}  // namespace millrace
