#include "checkpoint/state_map.hpp"

#include "records/key_encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/changes.hpp"

#include <cstring>

using namespace millrace;
using namespace millrace::test;

namespace {

std::int64_t& number(std::byte* value) { return *reinterpret_cast<std::int64_t*>(value); }

/// A map of numbers that are told apart by `n`.
struct Numbers {
  explicit Numbers(MapEviction eviction = MapEviction::ByOrder) : map({8, {}}, eviction) {
    state.declare("numbers", map);
  }
  void insert(const std::string& key, std::int64_t order, std::int64_t n) {
    std::byte* element = map.insert(key, KeyEncoder::hash_of(key), order);
    number(element) = n;
    map.changed(element);
  }
  MapElements* find(const std::string& key) const {
    return map.find(key, KeyEncoder::hash_of(key));
  }
  static std::string text(std::span<const MapElement> elements) {
    std::string all;
    for (const MapElement& element : elements)
      all += std::to_string(element.order) + ":" + std::to_string(number(element.value)) + " ";
    return all;
  }
  std::string text(const std::string& key) const {
    const MapElements* elements = find(key);
    return elements == nullptr ? "none" : text(elements->all());
  }
  /// Keys and numbers of what goes.
  std::string evict(std::int64_t limit, std::size_t most = 1000) {
    std::string gone;
    const bool is_all = map.evict(limit, most, [&](std::byte* element) {
      gone += std::string(StateMap::key_of(element)) + std::to_string(number(element)) + " ";
    });
    return gone + (is_all ? "." : "...");
  }

  StateMap map;
  SubtaskState state{true};
};

}  // namespace

TEST_CASE("elements of a key are ordered, equal ones as they were inserted") {
  Numbers numbers;
  numbers.insert("a", 10, 1);
  numbers.insert("a", 5, 2);
  numbers.insert("a", 10, 3);
  numbers.insert("b", 7, 4);
  numbers.insert("a", 7, 5);

  CHECK(numbers.text("a") == "5:2 7:5 10:1 10:3 ");
  CHECK(numbers.text("b") == "7:4 ");
  CHECK(numbers.text("c") == "none");
  CHECK(numbers.map.num_keys() == 2);
}

TEST_CASE("a range holds both its ends") {
  Numbers numbers;
  for (int i = 0; i < 6; ++i) numbers.insert("a", i / 2 * 10, i);
  const MapElements& elements = *numbers.find("a");

  CHECK(Numbers::text(elements.range(10, 20)) == "10:2 10:3 20:4 20:5 ");
  CHECK(Numbers::text(elements.range(1, 9)) == "");
  CHECK(Numbers::text(elements.range(-5, 0)) == "0:0 0:1 ");
  CHECK(Numbers::text(elements.range(21, 100)) == "");
}

TEST_CASE("an element knows its key and order, and can be erased") {
  Numbers numbers;
  for (int i = 0; i < 5; ++i) numbers.insert("key", 7, i);
  std::byte* third = numbers.find("key")->all()[2].value;

  CHECK(StateMap::key_of(third) == "key");
  CHECK(StateMap::order_of(third) == 7);
  numbers.map.erase(third);
  CHECK(numbers.text("key") == "7:0 7:1 7:3 7:4 ");
}

TEST_CASE("a key goes with its last element and may come again") {
  Numbers numbers(MapEviction::None);
  numbers.insert("a", 1, 1);
  numbers.map.erase(numbers.find("a")->all()[0].value);
  CHECK(numbers.text("a") == "none");
  CHECK(numbers.map.num_keys() == 0);

  numbers.insert("a", 2, 2);
  CHECK(numbers.text("a") == "2:2 ");
}

TEST_CASE("a window that slides keeps its memory") {
  Numbers numbers;
  for (int i = 0; i < 10; ++i) numbers.insert("a", i, i);
  const std::size_t before = numbers.map.bytes_used();

  for (int i = 10; i < 10'000; ++i) {
    numbers.insert("a", i, i);
    numbers.map.drop_front(*numbers.find("a"), 1);
  }

  CHECK(numbers.text("a").starts_with("9990:9990 9991:9991"));
  CHECK(numbers.map.size() == 10);
  CHECK(numbers.map.bytes_used() <= before + 16 * sizeof(MapElement));
}

TEST_CASE("eviction takes what is due, key by key, and goes on where it stopped") {
  Numbers numbers;
  numbers.insert("b", 2, 1);
  numbers.insert("a", 1, 2);
  numbers.insert("a", 3, 3);
  numbers.insert("b", 9, 4);
  numbers.insert("c", 8, 5);

  CHECK(numbers.evict(0) == ".");
  CHECK(numbers.evict(5, 1) == "a2 ...");
  CHECK(numbers.evict(5) == "b1 a3 .");
  CHECK(numbers.map.num_keys() == 2);
  CHECK(numbers.evict(9) == "c5 b4 .");
  CHECK(numbers.map.num_keys() == 0);
}

TEST_CASE("eviction finds an element that came before the others") {
  Numbers numbers;
  numbers.insert("a", 10, 1);
  numbers.insert("a", 5, 2);
  numbers.insert("a", 1, 3);

  CHECK(numbers.evict(5) == "a3 a2 .");
  CHECK(numbers.text("a") == "10:1 ");
  CHECK(numbers.evict(10) == "a1 .");
}

TEST_CASE("a key that was emptied by hand is forgotten when its timer comes") {
  Numbers numbers;
  numbers.insert("a", 5, 1);
  numbers.map.erase(numbers.find("a")->all()[0].value);
  numbers.insert("b", 5, 2);
  CHECK(numbers.map.num_keys() == 1);
  CHECK(numbers.text("a") == "none");

  CHECK(numbers.evict(5) == "b2 .");
  CHECK(numbers.map.num_keys() == 0);
}

TEST_CASE("many keys are found at once") {
  Numbers numbers;
  numbers.insert("a", 1, 1);
  numbers.insert("b", 1, 2);
  const std::vector<std::string_view> keys{"b", "x", "a"};
  std::vector<std::uint64_t> hashes;
  for (std::string_view key : keys) hashes.push_back(KeyEncoder::hash_of(key));
  std::vector<MapElements*> found(3);

  numbers.map.find_batch(keys, hashes, found.data());

  CHECK(found[0] == numbers.find("b"));
  CHECK(found[1] == nullptr);
  CHECK(found[2] == numbers.find("a"));
}

TEST_CASE("a restored map has its order and its timers again") {
  Numbers numbers;
  KeptState kept;
  for (int i = 0; i < 20; ++i) numbers.insert(i % 2 ? "a" : "b", 10 - i / 4, i);
  kept.add(numbers.state.freeze());
  numbers.map.erase(numbers.find("a")->all()[3].value);
  numbers.insert("a", 8, 100);
  numbers.evict(7);
  kept.add(numbers.state.freeze());

  Numbers restored;
  REQUIRE(restored.state.load(kept.recovered(), 0, 1).ok());
  for (const char* key : {"a", "b"}) CHECK(restored.text(key) == numbers.text(key));
  for (Numbers* each : {&numbers, &restored}) each->insert("a", 8, 200);
  CHECK(restored.text("a") == numbers.text("a"));
  CHECK(restored.evict(9) == numbers.evict(9));
}

TEST_CASE("all elements of a key go to the subtask of the key") {
  Numbers numbers;
  for (int i = 0; i < 600; ++i) numbers.insert(std::to_string(i % 60), i, i);
  KeptState kept;
  kept.add(numbers.state.freeze());

  std::size_t keys = 0;
  for (std::size_t subtask : {0, 1, 2}) {
    Numbers part;
    REQUIRE(part.state.load(kept.recovered(), subtask, 3).ok());
    CHECK(part.map.size() == part.map.num_keys() * 10);
    keys += part.map.num_keys();
  }
  CHECK(keys == 60);
}

TEST_CASE("one element more costs the log one element, however many there are") {
  Numbers numbers;
  for (int i = 0; i < 100'000; ++i) numbers.insert("a", i, i);
  numbers.state.freeze();

  numbers.insert("a", 50'000, 1);
  numbers.map.drop_front(*numbers.find("a"), 1);

  CHECK(numbers.state.freeze().tables.at(0).changes.num_bytes() <= 80);
}
