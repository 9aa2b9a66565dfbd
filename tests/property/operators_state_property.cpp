#include "checkpoint/state_table.hpp"
#include "records/key_encoding.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <map>
#include <string>

using namespace millrace;

namespace {

std::int64_t& number(std::byte* value) { return *reinterpret_cast<std::int64_t*>(value); }

/// A few short keys and a few long ones, so that keys come again.
rc::Gen<std::string> some_key() {
  return rc::gen::map(rc::gen::inRange(0, 300), [](int i) {
    return i % 3 == 0 ? "a long key that lies elsewhere " + std::to_string(i) : std::to_string(i);
  });
}

std::map<std::string, std::int64_t> contents(const StateTable& table) {
  std::map<std::string, std::int64_t> all;
  StateTable::Cursor cursor;
  while (std::byte* value = table.next(cursor))
    all[std::string(StateTable::key_of(value))] = number(value);
  return all;
}

}  // namespace

TEST_CASE("a state table holds what a map holds after any changes") {
  CHECK(rc::check([] {
    StateTable table({8, {}});
    std::map<std::string, std::int64_t> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<std::string, bool>>>(
        rc::gen::pair(some_key(), rc::gen::weightedElement<bool>({{3, true}, {2, false}})));
    for (const auto& [key, is_insert] : steps) {
      const std::uint64_t hash = KeyEncoder::hash_of(key);
      std::byte* found = table.find(key, hash);
      RC_ASSERT((found != nullptr) == model.contains(key));
      if (is_insert) {
        number(table.find_or_insert(key, hash)) += 1;
        model[key] += 1;
      } else if (found != nullptr) {
        table.erase(found);
        model.erase(key);
      }
    }
    RC_ASSERT(contents(table) == model);
    RC_ASSERT(table.size() == model.size());
  }));
}
