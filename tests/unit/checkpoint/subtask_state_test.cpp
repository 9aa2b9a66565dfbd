#include "checkpoint/subtask_state.hpp"

#include "records/key_encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/changes.hpp"

#include <map>

using namespace millrace;
using namespace millrace::test;

namespace {

std::int64_t& number(std::byte* value) { return *reinterpret_cast<std::int64_t*>(value); }

/// A table of numbers and lists, its timers and a count: the state of a small operator.
struct Counts {
  static StateLayout layout() { return {16 + 8 + 8 + sizeof(StateBytes), {32}}; }

  explicit Counts(bool durable = true) : state(durable) {
    state.declare("counts", table);
    state.declare_timers("counts", timers, 0);
    state.declare_number("watermark", watermark, NumberMerge::Largest);
  }

  std::byte* value(const std::string& key) {
    return table.find_or_insert(key, KeyEncoder::hash_of(key));
  }
  std::int64_t& count(const std::string& key) { return number(value(key) + 16); }
  StateBytes& list(const std::string& key) {
    return *reinterpret_cast<StateBytes*>(value(key) + 32);
  }
  void put(const std::string& key, std::int64_t n) {
    count(key) = n;
    table.changed(value(key));
  }
  void push(const std::string& key, const std::string& text) {
    list(key).append(text.data(), static_cast<std::uint32_t>(text.size()));
    table.changed(value(key));
  }
  void erase(const std::string& key) { table.erase(value(key)); }

  /// `a=1[xy] b=2[]`, by key.
  std::string text() {
    std::map<std::string, std::string> sorted;
    StateTable::Cursor cursor;
    while (std::byte* one = table.next(cursor)) {
      const std::string key(StateTable::key_of(one));
      const StateBytes& bytes = list(key);
      sorted[key] = key + "=" + std::to_string(count(key)) + "[" +
                    std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) + "]";
    }
    std::string all;
    for (const auto& [key, one] : sorted) all += (all.empty() ? "" : " ") + one;
    return all;
  }

  StateTable table{layout()};
  TimerIndex timers;
  std::int64_t watermark = -1;
  SubtaskState state;
};

std::string restored_text(const KeptState& kept) {
  Counts restored;
  REQUIRE(restored.state.load(kept.recovered(), 0, 1).ok());
  return restored.text();
}

std::string delta_of_counts(Counts& counts) {
  const FrozenState frozen = counts.state.freeze();
  return frozen.tables.empty() ? "" : text_of_changes(encoded(frozen.tables[0].changes));
}

}  // namespace

TEST_CASE("a restored table holds what was there at the last marker") {
  Counts counts;
  KeptState kept;
  counts.put("a", 1);
  counts.put("b", 2);
  kept.add(counts.state.freeze());
  counts.put("a", 3);
  counts.erase("b");
  counts.put("c", 4);
  kept.add(counts.state.freeze());
  counts.put("d", 5);

  CHECK(restored_text(kept) == "a=3[] c=4[]");
}

TEST_CASE("many changes of one entry are one record") {
  StateTable table({8, {}});
  SubtaskState state(true);
  state.declare("table", table);
  std::byte* value = table.find_or_insert("key", KeyEncoder::hash_of("key"));

  for (char c : {'a', 'b', 'c'}) {
    std::memset(value, c, 8);
    table.changed(value);
  }

  CHECK(text_of_changes(encoded(state.freeze().tables.at(0).changes)) == "put key=cccccccc");
  CHECK(state.freeze().tables.empty());
}

TEST_CASE("an entry that comes and goes between two markers leaves a removal at most") {
  StateTable table({8, {}});
  SubtaskState state(true);
  state.declare("table", table);
  auto value = [&] { return table.find_or_insert("key", KeyEncoder::hash_of("key")); };

  table.changed(value());
  table.erase(value());
  CHECK(text_of_changes(encoded(state.freeze().tables.at(0).changes)) == "remove key");

  table.erase(value());
  CHECK(state.freeze().tables.empty());
}

TEST_CASE("a key removed and put again in one epoch is restored as it was put last") {
  Counts counts;
  KeptState kept;
  counts.put("a", 1);
  counts.push("a", "old");
  kept.add(counts.state.freeze());
  counts.put("a", 2);
  counts.push("a", "er");
  counts.erase("a");
  counts.put("a", 3);
  counts.push("a", "new");
  kept.add(counts.state.freeze());

  CHECK(restored_text(kept) == "a=3[new]");
}

TEST_CASE("a list costs the elements that were added or dropped") {
  StateTable table({sizeof(StateBytes), {0}});
  SubtaskState state(true);
  state.declare("table", table);
  std::byte* value = table.find_or_insert("k", KeyEncoder::hash_of("k"));
  auto& list = *reinterpret_cast<StateBytes*>(value);
  auto delta = [&] {
    table.changed(value);
    const FrozenState frozen = state.freeze();
    return frozen.tables.empty() ? "" : text_of_changes(encoded(frozen.tables[0].changes));
  };

  list.append("12345678", 8);
  CHECK(delta() == "put k=, append k.0=12345678");
  list.append("9", 1);
  CHECK(delta() == "append k.0=9");
  list.drop_front(2);
  list.append("0", 1);
  CHECK(delta() == "drop k.0 2, append k.0=0");
  list.data()[0] = std::byte{'x'};
  CHECK(delta() == "replace k.0=x4567890");
  CHECK(delta() == "");
  list.resize(0);
  CHECK(delta() == "replace k.0=");
}

TEST_CASE("dropping what was never logged leaves nothing of it") {
  Counts counts;
  KeptState kept;
  counts.push("a", "123");
  kept.add(counts.state.freeze());
  counts.list("a").append("456", 3);
  counts.list("a").drop_front(5);
  counts.push("a", "7");
  kept.add(counts.state.freeze());

  CHECK(restored_text(kept) == "a=0[67]");
}

TEST_CASE("a cleared table is restored empty") {
  Counts counts;
  KeptState kept;
  counts.put("a", 1);
  kept.add(counts.state.freeze());
  counts.table.clear();
  counts.put("b", 2);
  kept.add(counts.state.freeze());

  CHECK(restored_text(kept) == "b=2[]");
}

TEST_CASE("what was restored is not logged again") {
  Counts counts;
  KeptState kept;
  counts.put("a", 1);
  counts.push("a", "x");
  kept.add(counts.state.freeze());

  Counts restored;
  REQUIRE(restored.state.load(kept.recovered(), 0, 1).ok());
  CHECK(restored.state.freeze().tables.empty());

  restored.push("a", "y");
  CHECK(delta_of_counts(restored).ends_with("append a.0=y"));
  restored.erase("a");
  CHECK(delta_of_counts(restored) == "remove a");
}

TEST_CASE("timers come back in the order in which they were set") {
  Counts counts;
  KeptState kept;
  for (const char* key : {"c", "a", "b"}) counts.value(key);
  for (const char* key : {"b", "c", "a"}) {
    counts.timers.set(*reinterpret_cast<StateTimer*>(counts.value(key)), 10, counts.value(key));
    counts.table.changed(counts.value(key));
  }
  counts.put("no timer", 1);
  kept.add(counts.state.freeze());

  Counts restored;
  REQUIRE(restored.state.load(kept.recovered(), 0, 1).ok());
  restored.timers.set(*reinterpret_cast<StateTimer*>(restored.value("d")), 10, restored.value("d"));

  std::string due;
  while (std::byte* value = restored.timers.take_due(10)) due += StateTable::key_of(value);
  CHECK(due == "bcad");
}

TEST_CASE("each key goes to one of the new subtasks, with any number of them") {
  Counts counts;
  KeptState kept;
  for (int i = 0; i < 1000; ++i) counts.put("key " + std::to_string(i), i);
  kept.add(counts.state.freeze());

  for (std::size_t num_subtasks : {1, 2, 3, 7, 128}) {
    std::size_t total = 0;
    for (std::size_t subtask = 0; subtask < num_subtasks; ++subtask) {
      Counts part;
      REQUIRE(part.state.load(kept.recovered(), subtask, num_subtasks).ok());
      total += part.table.size();
      StateTable::Cursor cursor;
      while (const std::byte* value = part.table.next(cursor))
        REQUIRE(subtask_of(StateTable::hash_of(value), num_subtasks) == subtask);
    }
    CHECK(total == 1000);
  }
}

TEST_CASE("broadcast state goes to all") {
  StateTable table({8, {}});
  SubtaskState state(true);
  state.declare("all", table, StateKind::Broadcast);
  table.changed(table.find_or_insert("a", KeyEncoder::hash_of("a")));
  KeptState kept;
  kept.add(state.freeze());

  for (std::size_t subtask : {0, 1, 2}) {
    StateTable copy({8, {}});
    SubtaskState other(true);
    other.declare("all", copy, StateKind::Broadcast);
    REQUIRE(other.load(kept.recovered(), subtask, 3).ok());
    CHECK(copy.size() == 1);
  }
}

TEST_CASE("numbers of several old subtasks become one") {
  RecoveredState recovered;
  for (std::int64_t value : {5, 2, 9})
    for (auto [name, merge] : {std::pair("sum", NumberMerge::Sum),
                               {"largest", NumberMerge::Largest},
                               {"smallest", NumberMerge::Smallest}})
      recovered.numbers.push_back({name, merge, value});

  for (std::size_t subtask : {0, 1}) {
    std::int64_t sum = 1, largest = 1, smallest = 1, absent = 1;
    SubtaskState state(true);
    state.declare_number("sum", sum, NumberMerge::Sum);
    state.declare_number("largest", largest, NumberMerge::Largest);
    state.declare_number("smallest", smallest, NumberMerge::Smallest);
    state.declare_number("absent", absent, NumberMerge::Sum);
    REQUIRE(state.load(recovered, subtask, 2).ok());
    CHECK(sum == (subtask == 0 ? 16 : 1));
    CHECK(largest == 9);
    CHECK(smallest == 2);
    CHECK(absent == 1);
  }
}

TEST_CASE("a table with another layout is refused by name and sizes") {
  StateTable narrow({8, {}});
  SubtaskState state(true);
  state.declare("counts", narrow);
  narrow.changed(narrow.find_or_insert("a", KeyEncoder::hash_of("a")));
  KeptState kept;
  kept.add(state.freeze());

  Counts wide;
  const Status loaded = wide.state.load(kept.recovered(), 0, 1);

  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().message ==
        "state 'counts': a value had 8 bytes in the checkpoint and has 32 now");
}

TEST_CASE("state that the operator does not have is refused, and so is a damaged one") {
  Counts counts;
  RecoveredState unknown;
  unknown.tables.push_back({"gone", 8, {}});
  RecoveredState damaged;
  damaged.tables.push_back({"counts", 32, {"not a record"}});

  CHECK(counts.state.load(unknown, 0, 1).error().message ==
        "state 'gone': the checkpoint has it, the operator does not");
  CHECK(counts.state.load(damaged, 0, 1).error().message ==
        "state 'counts': a change in the checkpoint does not fit its values");
}

TEST_CASE("without durability nothing is logged and memory is counted all the same") {
  Counts counts(false);
  const std::size_t before = counts.state.bytes_used();

  counts.push("a", std::string(100'000, 'x'));
  CHECK(counts.state.freeze().tables.empty());
  CHECK(counts.state.bytes_used() >= before + 100'000);

  counts.erase("a");
  CHECK(counts.state.bytes_used() <= before + 100'000 / 2);
}
