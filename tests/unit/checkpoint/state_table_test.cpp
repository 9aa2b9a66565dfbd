#include "checkpoint/state_table.hpp"

#include "records/key_encoding.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstring>
#include <string>

using namespace millrace;

namespace {

std::byte* put(StateTable& table, const std::string& key) {
  return table.find_or_insert(key, KeyEncoder::hash_of(key));
}

std::byte* find(const StateTable& table, const std::string& key) {
  return table.find(key, KeyEncoder::hash_of(key));
}

std::int64_t& number(std::byte* value) { return *reinterpret_cast<std::int64_t*>(value); }

std::string keys_of(const StateTable& table) {
  std::string keys;
  StateTable::Cursor cursor;
  while (const std::byte* value = table.next(cursor)) {
    keys += StateTable::key_of(value);
    keys += ' ';
  }
  return keys;
}

}  // namespace

TEST_CASE("a new value is zero bytes, aligned to 16") {
  StateTable table({24, {}});

  std::byte* value = put(table, "a");

  CHECK(reinterpret_cast<std::uintptr_t>(value) % 16 == 0);
  CHECK(std::string(reinterpret_cast<char*>(value), 24) == std::string(24, '\0'));
}

TEST_CASE("values stay where they are while the table grows") {
  StateTable table({8, {}});
  std::vector<std::byte*> values;
  for (int i = 0; i < 10000; ++i) {
    values.push_back(put(table, "a key longer than its place " + std::to_string(i)));
    number(values.back()) = i;
  }

  bool right = true;
  for (int i = 0; i < 10000; ++i) {
    std::byte* value = find(table, "a key longer than its place " + std::to_string(i));
    right = right && value == values[static_cast<std::size_t>(i)] && number(value) == i;
  }
  CHECK(right);
  CHECK(table.size() == 10000);
}

TEST_CASE("an erased key is gone and its place is used again, as zero bytes") {
  StateTable table({8, {}});
  number(put(table, "a")) = 1;
  number(put(table, "b")) = 2;

  table.erase(find(table, "a"));

  CHECK(find(table, "a") == nullptr);
  CHECK(number(put(table, "c")) == 0);
  CHECK(keys_of(table) == "c b ");
}

TEST_CASE("keys are found while an erasing table grows") {
  StateTable table({8, {}});
  for (int i = 0; i < 5000; ++i) {
    put(table, std::to_string(i));
    if (i >= 50) table.erase(find(table, std::to_string(i - 50)));
  }

  CHECK(table.size() == 50);
  CHECK(find(table, "4949") == nullptr);
  CHECK(find(table, "4950") != nullptr);
}

TEST_CASE("an iteration that stops goes on while the table grows") {
  StateTable table({8, {}});
  for (int i = 0; i < 100; ++i) number(put(table, std::to_string(i))) = 1;
  StateTable::Cursor cursor;
  for (int i = 0; i < 40; ++i) number(table.next(cursor)) += 1;

  for (int i = 100; i < 1000; ++i) put(table, std::to_string(i));
  while (std::byte* value = table.next(cursor)) number(value) += 1;

  int seen_once = 0;
  for (int i = 0; i < 100; ++i) seen_once += number(find(table, std::to_string(i))) == 2;
  CHECK(seen_once == 100);
}

TEST_CASE("growing parts are made empty and given back") {
  StateTable table({32, {16}});
  auto growing = [&](const std::string& key) {
    return reinterpret_cast<StateBytes*>(put(table, key) + 16);
  };
  growing("a")->append("some bytes that need memory", 27);

  table.erase(find(table, "a"));

  CHECK(growing("b")->size() == 0);
}

TEST_CASE("an entry is marked once a round") {
  StateTable table({8, {}});
  std::byte* value = put(table, "a");

  CHECK(StateTable::mark(value, 1));
  CHECK_FALSE(StateTable::mark(value, 1));
  CHECK(StateTable::mark(value, 2));
}

TEST_CASE("a cleared table is empty and can be filled again") {
  StateTable table({8, {}});
  for (int i = 0; i < 1000; ++i) number(put(table, std::to_string(i))) = i;

  table.clear();

  CHECK(table.size() == 0);
  CHECK(find(table, "7") == nullptr);
  CHECK(number(put(table, "7")) == 0);
}

TEST_CASE("no operation moves more than 64 slots") {
  StateTable table({8, {}});
  std::vector<std::string> keys;
  for (int i = 0; i < 300'000; ++i) keys.push_back(std::to_string(i));

  for (std::size_t i = 0; i < keys.size(); ++i) {
    put(table, keys[i]);
    if (i % 3 == 2) table.erase(find(table, keys[i - 1]));
  }

  CHECK(table.size() == 200'000);
  CHECK(table.most_moved() > 0);
  CHECK(table.most_moved() <= 64);
}

TEST_CASE("keys are found while the index that a table has outgrown is given back piece by piece") {
  constexpr std::int64_t kKeys = 190'000;  // an index of 2 MiB gave way to one of 4
  StateTable table({8, {}});
  std::size_t most_bytes = 0;
  for (std::int64_t key = 0; key < kKeys; ++key) {
    number(put(table, std::to_string(key))) = key;
    most_bytes = std::max(most_bytes, table.bytes_used());
    const std::int64_t earlier = key * 7919 % (key + 1);
    const std::byte* value = find(table, std::to_string(earlier));
    REQUIRE(value != nullptr);
    REQUIRE(*reinterpret_cast<const std::int64_t*>(value) == earlier);
  }
  for (std::int64_t key = 0; key < kKeys; key += 2) table.erase(find(table, std::to_string(key)));

  CHECK(find(table, "2") == nullptr);
  CHECK(number(find(table, "3")) == 3);
  CHECK(table.size() == kKeys / 2);
  CHECK(table.bytes_used() < most_bytes);
}

TEST_CASE("keys whose hashes meet in one place are found when some of them go") {
  StateTable table({8, {}});
  std::vector<std::byte*> values;
  for (int i = 0; i < 500; ++i) values.push_back(table.find_or_insert(std::to_string(i), 7));

  for (int i = 0; i < 500; i += 2) table.erase(values[static_cast<std::size_t>(i)]);
  for (int i = 0; i < 500; i += 4) table.find_or_insert(std::to_string(i), 7);

  int found = 0;
  for (int i = 0; i < 500; ++i) found += table.find(std::to_string(i), 7) != nullptr;
  CHECK(found == 375);
  CHECK(table.size() == 375);
  CHECK(table.most_moved() <= 64);
}

TEST_CASE("without an index entries come, go and are iterated over, and what is logged is the same") {
  StateTable table({8, {}});
  ChangeLog log;
  table.log_to(&log);
  put(table, "a");
  table.changed(find(table, "a"));
  table.drop_index();

  std::vector<std::byte*> values;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = std::to_string(i);
    values.push_back(table.add(key, KeyEncoder::hash_of(key)));
    number(values.back()) = i;
    table.changed(values.back());
  }
  for (int i = 0; i < 999; ++i) table.erase(values[static_cast<std::size_t>(i)]);
  std::byte* again = table.add("b", KeyEncoder::hash_of("b"));
  table.changed(again);

  CHECK(table.size() == 3);
  CHECK(again == values[998]);
  CHECK(keys_of(table) == "a b 999 ");
  StateTable loaded({8, {}});
  for (const ChangePiece& piece : table.freeze().pieces)
    REQUIRE(loaded.load({reinterpret_cast<const char*>(piece.memory.get()), piece.size}, KeyGroupRange{}));
  CHECK(loaded.size() == 3);
  CHECK(number(find(loaded, "999")) == 999);
}
