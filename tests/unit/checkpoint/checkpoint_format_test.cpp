#include "store_rig.hpp"

#include <filesystem>

using namespace millrace;
using namespace millrace::test;

namespace {

/// Opens a copy of a location that an earlier version wrote (tests/fixtures/checkpoints).
void open_fixture(StoreRig& rig, const std::string& version) {
  namespace fs = std::filesystem;
  const fs::path root = "tests/fixtures/checkpoints/" + version;
  for (const char* folder : {"/job", "/job/journal", "/job/base"})
    REQUIRE(rig.files.make_folder(folder));
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = real_file_system().read(entry.path().string());
    REQUIRE(bytes);
    rig.files.set_content("/job/" + entry.path().lexically_relative(root).string(),
                          std::string((*bytes)->view()));
  }
  rig.open();
}

}  // namespace

TEST_CASE("a checkpoint of format version 1 is read for ever") {
  StoreRig rig;

  open_fixture(rig, "v1");

  const RecoveredCheckpoint* found = rig.store->recovered();
  REQUIRE(found != nullptr);
  CHECK(found->warnings.empty());
  CHECK(rig.last_epoch() == 11);
  CHECK(found->last->committed_at == 1700000000000011);
  CHECK(found->last->planned_watermark == 10000);
  CHECK(found->last->watermark == 11000);
  CHECK(found->last->node_watermarks.at("late") == 11000);
  CHECK(found->last->offsets.at({"source", 0}) == "{\"n\":11}");
  CHECK(found->last->tokens.at({"kafka", 0}) == "token 11");
  REQUIRE(found->reruns.size() == 1);
  CHECK(found->reruns[0].epoch == Epoch{12});
  CHECK(found->reruns[0].ends.at({"source", 0}) == "{\"n\":12}");
  REQUIRE(found->outputs.size() == 1);
  CHECK(found->outputs[0].rows == "rows of 11");
  CHECK(found->state.at("count").numbers.at(0).value == 36);
  CHECK(rig.state() == KeysAndValues{{"key 0", "11 fixed"},
                                     {"key 1", "8 fixed"},
                                     {"key 2", "9 fixed"},
                                     {"key 3", "9 fixed"},
                                     {"key 4", "10 fixed"},
                                     {"key 5", "10 fixed"},
                                     {"key 6", "11 fixed"},
                                     {"key 7", "11 fixed"}});
}
