#include "checkpoint/change_log.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/changes.hpp"

#include <cstring>

using namespace millrace;
using namespace millrace::test;

namespace {

void put(ChangeLog& log, const std::string& key, const std::string& bytes) {
  std::memcpy(log.bytes_of(log.append(ChangeKind::Put, 0, key, bytes.size()), key.size()),
              bytes.data(), bytes.size());
}

}  // namespace

TEST_CASE("a change log gives its records in order and begins anew") {
  ChangeLog log;
  put(log, "a", "one");
  log.append(ChangeKind::Remove, 0, "b", 0);
  put(log, "", "");

  const std::string first = encoded(log.freeze());
  put(log, "c", "two");

  CHECK(text_of_changes(first) == "put a=one, remove b, put =");
  CHECK(text_of_changes(encoded(log.freeze())) == "put c=two");
  CHECK(log.is_empty());
}

TEST_CASE("a later change writes over the place of the first") {
  ChangeLog log;
  const ChangeLog::Place place = log.append(ChangeKind::Put, 0, "key", 3);
  put(log, "other", "other");

  std::memcpy(log.bytes_of(place, 3), "new", 3);
  CHECK(text_of_changes(encoded(log.freeze())) == "put key=new, put other=other");
}

TEST_CASE("a put can become a removal in its place") {
  ChangeLog log;
  const ChangeLog::Place place = log.append(ChangeKind::Put, 0, "key", 40);
  std::memset(log.bytes_of(place, 3), 'x', 40);
  put(log, "other", "other");

  log.make_remove(place);

  CHECK(text_of_changes(encoded(log.freeze())) == "remove key, put other=other");
}

TEST_CASE("records larger than a piece lie whole in one of their own") {
  ChangeLog log;
  const std::string large(700'000, 'x');
  put(log, "a", "one");
  put(log, "b", large);
  put(log, "c", "two");

  const FrozenChanges frozen = log.freeze();

  CHECK(frozen.num_bytes() % 8 == 0);
  CHECK(text_of_changes(encoded(frozen)) == "put a=one, put b=" + large + ", put c=two");
}

TEST_CASE("memory given back is used again") {
  ChangeLog log;
  put(log, "a", "one");
  FrozenChanges first = log.freeze();
  const std::byte* memory = first.pieces[0].memory.get();

  log.recycle(std::move(first));
  put(log, "b", "two");
  const FrozenChanges second = log.freeze();

  CHECK(second.pieces[0].memory.get() == memory);
  CHECK(text_of_changes(encoded(second)) == "put b=two");
}

TEST_CASE("a reader stops at bytes that are no record") {
  ChangeLog log;
  put(log, "a", "one");
  const std::string whole = encoded(log.freeze());

  auto is_damaged = [](const std::string& bytes) {
    ChangeReader reader(bytes);
    while (reader.next()) continue;
    return reader.is_damaged();
  };

  CHECK_FALSE(is_damaged(whole));
  CHECK(is_damaged(whole.substr(0, 8)));
  CHECK(is_damaged(whole.substr(0, 3)));
  CHECK(is_damaged(whole + std::string(8, '\0')));
  CHECK(is_damaged(whole + std::string(8, '\xff')));
}
