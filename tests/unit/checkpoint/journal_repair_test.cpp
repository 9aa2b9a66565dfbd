#include "checkpoint/journal_repair.hpp"

#include "store_rig.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const std::string kSegment = "/job/journal/00000000000000000001.log";

/// Three epochs; the bytes of the last one are damaged.
StoreRig& damaged(StoreRig& rig) {
  rig.open();
  rig.commit(0, {{"a", "0"}});
  rig.commit(1, {{"a", "1"}});
  const std::size_t size = rig.files.content(kSegment).size();
  rig.commit(2, {{"a", "2"}});
  rig.store.reset();
  std::string content = rig.files.content(kSegment);
  content[size + 100] ^= 1;
  rig.files.set_content(kSegment, content);
  return rig;
}

}  // namespace

TEST_CASE("repair finds nothing to do in a whole location") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "0"}});
  rig.store.reset();

  const auto report = repair_location(rig.files, "/job", RepairPermission::LoseNothing);

  REQUIRE(report);
  CHECK(report->empty());
}

TEST_CASE("repair says which epochs would be lost and leaves all as it is") {
  StoreRig rig;
  const std::string before = damaged(rig).files.content(kSegment);

  const auto report = repair_location(rig.files, "/job", RepairPermission::LoseNothing);

  REQUIRE_FALSE(report);
  CHECK(report.error().notes.at(0) ==
        "epochs 2 to 2 (or later) are lost; epoch 1 is the last one left");
  CHECK(rig.files.content(kSegment) == before);
}

TEST_CASE("repair cuts behind the last whole epoch when it may, and keeps the damaged file") {
  StoreRig rig;
  const std::string before = damaged(rig).files.content(kSegment);

  const auto report = repair_location(rig.files, "/job", RepairPermission::LoseEpochs);
  REQUIRE(report);
  CHECK(rig.files.content(kSegment + ".damaged") == before);

  rig.open();
  CHECK(rig.last_epoch() == 1);
  CHECK(rig.state() == KeysAndValues{{"a", "1"}});
}

TEST_CASE("repair makes lost metadata anew, with the same query id") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "0"}});
  const std::string id = rig.store->query_id();
  rig.store.reset();
  rig.files.erase("/job/metadata");

  REQUIRE(repair_location(rig.files, "/job", RepairPermission::LoseNothing));

  rig.open();
  CHECK(rig.store->query_id() == id);
  CHECK(rig.last_epoch() == 0);
  rig.options.fingerprint.nodes = {{"other", "key: INT"}};
  CHECK(rig.open_error().find("written by another topology") != std::string::npos);
}

TEST_CASE("a folder without a checkpoint is said to be none and stays as it is") {
  FaultyFileSystem files(1);
  REQUIRE(files.make_folder("/other"));

  const auto repaired = repair_location(files, "/other", RepairPermission::LoseEpochs);
  const auto inspected = inspect_location(files, "/other");

  REQUIRE_FALSE(repaired);
  CHECK(repaired.error().message == "this is no checkpoint");
  REQUIRE_FALSE(inspected);
  CHECK(inspected.error().kind == ErrorKind::InputMissing);
  CHECK_FALSE(files.exists("/other/lock"));
}
