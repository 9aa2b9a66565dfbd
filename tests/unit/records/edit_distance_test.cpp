#include "records/edit_distance.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("edit distance counts a swap of neighbours once") {
  CHECK(edit_distance("filter", "fitler", 2) == 1);
  CHECK(edit_distance("ab", "ba", 2) == 1);
  CHECK(edit_distance("abc", "ABC", 2) == 0);
  CHECK(edit_distance("kitten", "sitting", 5) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) == 3);
  CHECK(edit_distance("", "abc", 5) == 3);
}

TEST_CASE("the nearest name is the closest within two edits") {
  CHECK(nearest_name("windw", {"filter", "window", "widow"}) == "window");
  CHECK(nearest_name("zzz", {"filter", "window"}).empty());
  CHECK(nearest_name("x", {}).empty());
}
