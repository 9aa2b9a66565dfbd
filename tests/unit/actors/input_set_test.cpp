#include "actors/input_set.hpp"

#include "actors/task_cell.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>

using namespace millrace;

namespace {

/// Some channels into one subtask, all with watermarks, and what the subtask sees of them.
class Inputs {
 public:
  explicit Inputs(const std::vector<int>& ports, WatermarkPolicy policy = WatermarkPolicy::Min) {
    std::vector<InputChannel> inputs;
    for (const int port : ports) {
      channels_.push_back(std::make_unique<Channel>(cell_, cell_, 100));
      inputs.push_back({channels_.back().get(), port, true});
    }
    set_ = std::make_unique<InputSet>(std::move(inputs), Alignment::Aligned, policy);
  }

  Inputs& put(std::size_t channel, Event event) {
    channels_[channel]->try_push(event);
    return *this;
  }
  /// Past the channel.
  bool hand_over(Event event) { return set_->take_directly(event); }
  bool is_done() { return set_->is_done_with_taken(); }
  void take_one() { REQUIRE(set_->next().has_value()); }
  /// `w50` for a watermark, `|3` for a marker, `idle`, `active`, `end`.
  std::string seen() {
    std::string text;
    while (auto arrival = set_->next()) text += (text.empty() ? "" : " ") + word(arrival->event);
    return text;
  }

 private:
  static std::string word(const Event& event) {
    if (auto* watermark = std::get_if<Watermark>(&event))
      return "w" + std::to_string(watermark->micros);
    if (auto* marker = std::get_if<EpochMarker>(&event))
      return "|" + std::to_string(number(marker->epoch));
    if (auto* activity = std::get_if<Activity>(&event))
      return *activity == Activity::Idle ? "idle" : "active";
    return std::holds_alternative<EndOfStream>(event) ? "end" : "rows";
  }

  TaskCell cell_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::unique_ptr<InputSet> set_;
};

}  // namespace

TEST_CASE("an idle input does not hold the watermark back") {
  Inputs inputs({0, 0});
  inputs.put(0, Watermark{50});
  CHECK(inputs.seen() == "");

  inputs.put(1, Activity::Idle);

  CHECK(inputs.seen() == "w50");
}

TEST_CASE("an input that is active again counts with its last watermark, and nothing falls") {
  Inputs inputs({0, 0});
  inputs.put(0, Watermark{50}).put(1, Watermark{10}).put(1, Activity::Idle);
  CHECK(inputs.seen() == "w10 w50");

  inputs.put(1, Activity::Active);
  CHECK(inputs.seen() == "");
  inputs.put(0, Watermark{70});
  CHECK(inputs.seen() == "");

  inputs.put(1, Watermark{60});
  CHECK(inputs.seen() == "w60");
}

TEST_CASE("a subtask is idle when all its inputs are, and active with the first that is") {
  Inputs inputs({0, 0});

  inputs.put(0, Activity::Idle).put(1, Activity::Idle).put(0, Activity::Active);

  CHECK(inputs.seen() == "idle active");
}

TEST_CASE("the end of the last active input leaves a subtask idle") {
  Inputs inputs({0, 0});
  inputs.put(0, Activity::Idle).put(1, EndOfStream{});
  CHECK(inputs.seen() == "idle");

  inputs.put(0, EndOfStream{});
  CHECK(inputs.seen() == "end");
}

TEST_CASE("an end completes the marker that the others have sent, then lifts the watermark") {
  Inputs inputs({0, 0});
  inputs.put(0, Watermark{50}).put(0, EpochMarker{Epoch{3}});
  CHECK(inputs.seen() == "");

  inputs.put(1, EndOfStream{});

  CHECK(inputs.seen() == "|3 w50");
}

TEST_CASE("with the policy max the fastest stream decides, and in it the slowest part") {
  Inputs inputs({0, 0, 1}, WatermarkPolicy::Max);
  inputs.put(2, Watermark{20}).put(0, Watermark{90});
  CHECK(inputs.seen() == "w20");

  inputs.put(1, Watermark{40});
  CHECK(inputs.seen() == "w40");
}

TEST_CASE("an event that is handed over comes before what was put into the channel behind it") {
  Inputs inputs({0});
  CHECK(inputs.hand_over(Watermark{50}));
  CHECK_FALSE(inputs.hand_over(Watermark{60}));
  inputs.put(0, EpochMarker{Epoch{1}});

  CHECK(inputs.seen() == "w50 |1");
}

TEST_CASE("behind a handed over event that says nothing new comes what waits in the channel") {
  Inputs inputs({0});
  inputs.put(0, Watermark{50});
  REQUIRE(inputs.seen() == "w50");
  REQUIRE(inputs.hand_over(Watermark{50}));
  inputs.put(0, EpochMarker{Epoch{1}});

  CHECK(inputs.seen() == "|1");
}

TEST_CASE("an event is not handed over past others that wait") {
  Inputs behind_a_marker({0});
  behind_a_marker.put(0, EpochMarker{Epoch{1}});
  CHECK_FALSE(behind_a_marker.hand_over(Watermark{50}));

  Inputs beside_another({0, 0});
  CHECK_FALSE(beside_another.hand_over(Watermark{50}));
}

TEST_CASE("what was handed over while the event before it was at work is not forgotten") {
  Inputs inputs({0});
  REQUIRE(inputs.hand_over(Watermark{1}));
  inputs.take_one();
  CHECK(inputs.is_done());
  REQUIRE(inputs.hand_over(Watermark{2}));
  CHECK_FALSE(inputs.is_done());
  CHECK(inputs.seen() == "w2");
}
