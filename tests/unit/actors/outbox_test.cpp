#include "actors/outbox.hpp"

#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

namespace {

/// A task below that notes when it is run.
class Reader {
 public:
  Reader(std::string name, std::vector<std::string>& order) {
    cell_.attach(std::make_unique<Notes>(std::move(name), order), [] {}, true);
  }
  TaskCell& cell() { return cell_; }

 private:
  class Notes final : public Task {
   public:
    Notes(std::string name, std::vector<std::string>& order)
        : name_(std::move(name)), order_(order) {}
    SliceEnd run_slice(TimeSlice&) override {
      order_.push_back(name_);
      return SliceEnd::Idle;
    }

   private:
    const std::string name_;
    std::vector<std::string>& order_;
  };
  TaskCell cell_;
};

OutEdge edge_to(Channel& channel) {
  OutEdge edge;
  edge.channels.push_back(&channel);
  return edge;
}

}  // namespace

TEST_CASE("tasks that were fed are run in the order of the edges") {
  std::vector<std::string> order;
  Reader replies("replies", order), alerts("alerts", order);
  TaskCell writer;
  Channel to_replies(writer, replies.cell(), 100), to_alerts(writer, alerts.cell(), 100);
  const RecordPool::Owner pool = RecordPool::create();
  SubtaskCounters counters;
  Outbox outbox({edge_to(to_replies), edge_to(to_alerts)}, *pool, counters, true);
  RecordBatch batch = pool->make_batch(std::make_shared<Schema>());
  batch.set_num_physical_rows(1);

  outbox.emit(std::move(batch));
  TimeSlice slice;
  outbox.hand_off(slice);

  CHECK(order == std::vector<std::string>{"replies", "alerts"});
}

}  // namespace millrace
