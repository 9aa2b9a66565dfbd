#include "actors/channel.hpp"

#include "actors/task_cell.hpp"
#include "tests/support/catch.hpp"

namespace millrace {

namespace {

/// A channel whose writer notes how often it is woken.
class Rig {
 public:
  explicit Rig(std::int64_t capacity) : channel_(writer_, reader_, capacity) {
    writer_.attach(nullptr, [this] { ++times_woken_; }, false);
  }

  bool push(std::uint32_t rows) {
    RecordBatch batch = pool_->make_batch_without_columns(std::make_shared<Schema>());
    batch.set_num_physical_rows(rows);
    Event event(std::move(batch));
    return channel_.try_push(event);
  }
  void pop(int times) {
    Event event;
    for (int i = 0; i < times; ++i) REQUIRE(channel_.try_pop(event));
  }
  Channel& channel() { return channel_; }
  int times_woken() const { return times_woken_; }

 private:
  const RecordPool::Owner pool_ = RecordPool::create();
  int times_woken_ = 0;
  TaskCell writer_, reader_;
  Channel channel_;
};

constexpr int kBatches = Channel::kCapacityBatches;

}  // namespace

TEST_CASE("a channel takes records until it holds its capacity") {
  Rig rig(100);
  CHECK(rig.push(60));
  CHECK(rig.push(60));
  CHECK_FALSE(rig.push(1));
  CHECK(rig.channel().num_queued_records() == 120);
}

TEST_CASE("a channel takes no more than a few batches, however small") {
  Rig rig(1'000'000);
  for (int i = 0; i < kBatches; ++i) CHECK(rig.push(1));
  CHECK_FALSE(rig.push(1));
  CHECK(rig.channel().num_queued_records() == kBatches);
}

TEST_CASE("a full channel takes control events") {
  Rig rig(1);
  CHECK(rig.push(1));
  Event marker(EpochMarker{});
  CHECK(rig.channel().try_push(marker));
}

TEST_CASE("a waiting writer is woken once, when half of the channel is free") {
  Rig rig(1'000'000);
  while (rig.push(1)) {
  }
  rig.pop(kBatches / 2 - 1);
  CHECK(rig.times_woken() == 0);
  rig.pop(1);
  CHECK(rig.times_woken() == 1);
  rig.pop(kBatches / 2);
  CHECK(rig.times_woken() == 1);
  CHECK(rig.channel().num_queued_records() == 0);
}

TEST_CASE("a writer that does not wait is not woken") {
  Rig rig(100);
  CHECK(rig.push(1));
  rig.pop(1);
  CHECK(rig.times_woken() == 0);
}

}  // namespace millrace
