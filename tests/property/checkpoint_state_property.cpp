#include "checkpoint/subtask_state.hpp"
#include "records/key_encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/changes.hpp"

#include <rapidcheck.h>

#include <cstring>
#include <map>
#include <set>
#include <string>

using namespace millrace;
using namespace millrace::test;

namespace {

constexpr std::size_t kList = 16;

std::uint64_t hash_of(const std::string& key) { return KeyEncoder::hash_of(key); }

/// Few keys, short and long, so that they come again.
std::string key_of(int i) {
  return i % 3 == 0 ? "a long key that lies elsewhere " + std::to_string(i) : std::to_string(i);
}

StateBytes& list_of(std::byte* value) { return *reinterpret_cast<StateBytes*>(value + kList); }

std::map<std::string, std::string> contents(const StateTable& table) {
  std::map<std::string, std::string> all;
  for (StateTable::Cursor cursor; std::byte* value = table.next(cursor);) {
    const StateBytes& list = list_of(value);
    all[std::string(StateTable::key_of(value))] =
        std::string(reinterpret_cast<const char*>(value), 8) + "|" +
        std::string(reinterpret_cast<const char*>(list.data()), list.size());
  }
  return all;
}

enum class Step { Write, Append, DropFront, Rewrite, Erase, Freeze };

void change(StateTable& table, Step step, const std::string& key, int number) {
  std::byte* value = table.find_or_insert(key, hash_of(key));
  StateBytes& list = list_of(value);
  switch (step) {
    case Step::Write: std::memcpy(value, &number, sizeof number); break;
    case Step::Append: list.append(&number, sizeof number); break;
    case Step::DropFront: list.drop_front(std::min<std::uint32_t>(list.size(), 4)); break;
    case Step::Rewrite:
      if (list.size() != 0) list.data()[0] = std::byte{'x'};
      break;
    case Step::Erase: return table.erase(value);
    case Step::Freeze: return;
  }
  table.changed(value);
}

rc::Gen<std::vector<std::tuple<Step, int, int>>> some_steps() {
  const auto step = rc::gen::weightedElement<Step>({{4, Step::Write},
                                                    {6, Step::Append},
                                                    {3, Step::DropFront},
                                                    {1, Step::Rewrite},
                                                    {2, Step::Erase},
                                                    {2, Step::Freeze}});
  return rc::gen::container<std::vector<std::tuple<Step, int, int>>>(
      rc::gen::tuple(step, rc::gen::inRange(0, 12), rc::gen::arbitrary<int>()));
}

}  // namespace

TEST_CASE("all deltas of a table give its contents again, whatever happened to it") {
  const StateLayout layout{kList + sizeof(StateBytes), {kList}};
  CHECK(rc::check([&] {
    StateTable table(layout);
    SubtaskState state(true);
    state.declare("table", table);
    KeptState kept;
    for (const auto& [step, key, number] : *some_steps()) {
      if (step == Step::Freeze)
        kept.add(state.freeze());
      else
        change(table, step, key_of(key), number);
    }
    kept.add(state.freeze());

    StateTable restored(layout);
    SubtaskState other(true);
    other.declare("table", restored);
    RC_ASSERT(other.load(kept.recovered(), 0, 1).ok());
    RC_ASSERT(contents(restored) == contents(table));
  }));
}

TEST_CASE("all deltas of a table of numbers give its contents again, whenever its log was frozen") {
  struct Numbers {
    StateTable table{{8, {}}};
    SubtaskState state{true};
    Numbers() { state.declare("table", table); }
    std::map<std::string, int> contents() const {
      std::map<std::string, int> all;
      for (StateTable::Cursor cursor; std::byte* value = table.next(cursor);)
        std::memcpy(&all[std::string(StateTable::key_of(value))], value, sizeof(int));
      return all;
    }
  };
  // Few freezes, so that some epochs have many changes of one key and others few.
  const auto step =
      rc::gen::weightedElement<Step>({{30, Step::Write}, {4, Step::Erase}, {1, Step::Freeze}});
  CHECK(rc::check([&] {
    Numbers numbers;
    KeptState kept;
    for (const auto& [what, key, number] :
         *rc::gen::container<std::vector<std::tuple<Step, int, int>>>(
             *rc::gen::inRange(0, 1000),
             rc::gen::tuple(step, rc::gen::inRange(0, 12), rc::gen::arbitrary<int>()))) {
      if (what == Step::Freeze) {
        kept.add(numbers.state.freeze());
        continue;
      }
      std::byte* value = numbers.table.find_or_insert(key_of(key), hash_of(key_of(key)));
      if (what == Step::Erase) {
        numbers.table.erase(value);
        continue;
      }
      std::memcpy(value, &number, sizeof number);
      numbers.table.changed(value);
    }
    kept.add(numbers.state.freeze());

    Numbers restored;
    RC_ASSERT(restored.state.load(kept.recovered(), 0, 1).ok());
    RC_ASSERT(restored.contents() == numbers.contents());
  }));
}

TEST_CASE("a log has at most twice the bytes of the entries that changed") {
  CHECK(rc::check([] {
    StateTable table({16, {}});
    SubtaskState state(true);
    state.declare("table", table);
    std::set<std::string> changed;
    for (int i : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) {
      const std::string key = "user " + std::to_string(1000 + i);
      table.changed(table.find_or_insert(key, hash_of(key)));
      changed.insert(key);
    }

    std::size_t entry_bytes = 0;
    for (const std::string& key : changed) entry_bytes += key.size() + 16;
    KeptState kept;
    kept.add(state.freeze());
    RC_ASSERT(kept.num_bytes() <= 2 * entry_bytes);
  }));
}
