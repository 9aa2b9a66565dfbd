#include "actors/source_task.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_source.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

class NoEvents final : public JobEvents {
 public:
  void on_report(SubtaskReport) override {}
  void on_latest_offset(std::size_t, std::optional<std::string>, std::optional<std::string>) override {}
  void on_data_available() override {}
  void on_source_ended() override {}
  void on_committed(Epoch) override {}
  void on_failure(const std::string& name, Error error) override { FAIL(name << error.message); }
  void on_warning(const std::string&, const std::string&) override {}
};

}  // namespace

TEST_CASE("a table's source is over when all its rows are handed on, not before") {
  NoEvents events;
  TaskPlace place;
  place.events = &events;
  TaskCell writer, reader;
  reader.attach(nullptr, [] {}, false);
  writer.attach(nullptr, [] {}, false);
  Channel channel(writer, reader, 2);
  OutEdge edge;
  edge.channels.push_back(&channel);
  SubtaskCounters counters;
  SourceTask task(std::move(place), 0, std::make_unique<NumbersSource>(4, 2, 4), {edge}, false, false, 2,
                  counters);
  REQUIRE(task.open(std::nullopt, "").ok());
  TimeSlice slice;

  task.put(ReadTable{});
  task.run_slice(slice);
  CHECK_FALSE(task.stopped());

  Event event;
  REQUIRE(channel.try_pop(event));
  task.run_slice(slice);
  CHECK(task.stopped());
  CHECK(counters.records_out.value() == 4);
}
