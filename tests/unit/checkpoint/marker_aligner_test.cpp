#include "checkpoint/marker_aligner.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("marker aligner holds an input until the others catch up") {
  MarkerAligner aligner(2);

  CHECK_FALSE(aligner.on_marker(0, Epoch{3}));
  CHECK(aligner.is_held(0));
  CHECK_FALSE(aligner.is_held(1));

  CHECK(aligner.on_marker(1, Epoch{3}) == Epoch{3});
  CHECK_FALSE(aligner.is_held(0));
  CHECK_FALSE(aligner.is_held(1));
}

TEST_CASE("an ended input counts as having delivered every later marker") {
  MarkerAligner aligner(2);

  CHECK_FALSE(aligner.on_end(0));

  CHECK(aligner.on_marker(1, Epoch{0}) == Epoch{0});
  CHECK(aligner.on_marker(1, Epoch{1}) == Epoch{1});
  CHECK_FALSE(aligner.all_ended());
}

TEST_CASE("the end of the last missing input completes the marker under way") {
  MarkerAligner aligner(3);
  CHECK_FALSE(aligner.on_marker(0, Epoch{5}));
  CHECK_FALSE(aligner.on_marker(2, Epoch{5}));

  CHECK(aligner.on_end(1) == Epoch{5});
  CHECK_FALSE(aligner.is_held(0));
  CHECK_FALSE(aligner.is_held(2));
}

TEST_CASE("without alignment no input is held and each epoch completes with its last marker") {
  MarkerAligner aligner(2, Alignment::None);

  CHECK_FALSE(aligner.on_marker(0, Epoch{7}));
  CHECK_FALSE(aligner.on_marker(0, Epoch{8}));
  CHECK_FALSE(aligner.is_held(0));

  CHECK(aligner.on_marker(1, Epoch{7}) == Epoch{7});
  CHECK_FALSE(aligner.next_complete());
  CHECK(aligner.on_marker(1, Epoch{8}) == Epoch{8});
}

TEST_CASE("without alignment the end of an input completes all epochs that waited for it") {
  MarkerAligner aligner(2, Alignment::None);
  CHECK_FALSE(aligner.on_marker(0, Epoch{2}));
  CHECK_FALSE(aligner.on_marker(0, Epoch{3}));

  CHECK(aligner.on_end(1) == Epoch{2});
  CHECK(aligner.next_complete() == Epoch{3});
  CHECK_FALSE(aligner.next_complete());
}
