#include "checkpoint/journal_writer.hpp"

#include "store_rig.hpp"

using namespace millrace;
using namespace millrace::test;

TEST_CASE("a new location has a query id and nothing to recover") {
  StoreRig rig;

  rig.open();

  CHECK(rig.store->recovered() == nullptr);
  CHECK(rig.store->query_id().size() == 36);
  CHECK(rig.files.content("/job/metadata").starts_with("{\"id\":\"" + rig.store->query_id()));
}

TEST_CASE("the query id survives a restart and a crash") {
  StoreRig rig;
  rig.open();
  const std::string id = rig.store->query_id();

  rig.restart();
  CHECK(rig.store->query_id() == id);

  rig.crash();
  CHECK(rig.store->query_id() == id);
}

TEST_CASE("a committed epoch comes back with state, offsets and tokens") {
  StoreRig rig;
  rig.open();
  CommitRecord record = rig.commit_record(0);
  record.watermark = 5;
  record.node_watermarks["w"] = 4;
  record.tokens[{"out", 1}] = "token";
  rig.store->add_delta(Epoch{0}, {"count", 0}, puts({{"a", "1"}, {"b", "2"}}));
  REQUIRE(rig.try_commit(record).value());

  rig.crash();

  const RecoveredCheckpoint* found = rig.store->recovered();
  REQUIRE(found != nullptr);
  CHECK(found->last->epoch == Epoch{0});
  CHECK(found->last->watermark == 5);
  CHECK(found->last->node_watermarks == record.node_watermarks);
  CHECK(found->last->offsets == record.offsets);
  CHECK(found->last->tokens == record.tokens);
  CHECK(rig.state() == KeysAndValues{{"a", "1"}, {"b", "2"}});
  CHECK(found->reruns.empty());
  CHECK(found->warnings.empty());
}

TEST_CASE("later deltas win over earlier ones") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}, {"b", "2"}});
  rig.commit(1, {{"a", ""}, {"b", "3"}, {"c", "4"}});

  rig.restart();
  CHECK(rig.state() == KeysAndValues{{"b", "3"}, {"c", "4"}});

  rig.commit(2, {{"a", "5"}});
  rig.restart();
  CHECK(rig.last_epoch() == 2);
  CHECK(rig.state() == KeysAndValues{{"a", "5"}, {"b", "3"}, {"c", "4"}});
}

TEST_CASE("a delta of an epoch that was given up belongs to the next commit") {
  StoreRig rig;
  rig.open();
  rig.store->add_delta(Epoch{0}, {"count", 0}, puts({{"a", "1"}}));

  rig.commit(1, {{"b", "2"}});

  rig.restart();
  CHECK(rig.state() == KeysAndValues{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a delta of a later epoch waits for its own commit") {
  StoreRig rig;
  rig.open();
  rig.store->add_delta(Epoch{1}, {"count", 0}, puts({{"late", "1"}}));
  rig.commit(0, {{"a", "1"}});

  rig.restart();
  CHECK(rig.state() == KeysAndValues{{"a", "1"}});
}

TEST_CASE("one commit costs one sync, and so does a plan with the commit before it") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  const std::uint64_t before = rig.files.num_syncs();

  rig.commit(1, {{"a", "2"}});
  CHECK(rig.files.num_syncs() == before + 1);

  rig.store->commit(rig.commit_record(2), nullptr);
  rig.plan(3);
  CHECK(rig.files.num_syncs() == before + 2);
  CHECK(rig.store->totals().commits == 3);
}

TEST_CASE("a plan without a commit is run again; a committed one is not") {
  StoreRig rig;
  rig.open();
  REQUIRE(rig.plan(0).value());

  rig.crash();
  REQUIRE(rig.store->recovered() != nullptr);
  CHECK_FALSE(rig.store->recovered()->last);
  REQUIRE(rig.store->recovered()->reruns.size() == 1);
  CHECK(rig.store->recovered()->reruns[0].epoch == Epoch{0});
  CHECK(rig.store->recovered()->reruns[0].ends.at({"source", 0}) == "0");

  rig.commit(0, {{"a", "1"}});
  rig.crash();
  CHECK(rig.store->recovered()->reruns.empty());
}

TEST_CASE("an epoch that was planned while another was under way is run again after that one") {
  StoreRig rig;
  rig.open();
  REQUIRE(rig.plan(0).value());
  REQUIRE(rig.plan(1).value());

  rig.crash();
  REQUIRE(rig.store->recovered()->reruns.size() == 2);
  CHECK(rig.store->recovered()->reruns[0].epoch == Epoch{0});
  CHECK(rig.store->recovered()->reruns[1].epoch == Epoch{1});

  rig.commit(0, {{"a", "1"}});
  rig.crash();
  REQUIRE(rig.store->recovered()->reruns.size() == 1);
  CHECK(rig.store->recovered()->reruns[0].epoch == Epoch{1});
}

TEST_CASE("no base image removes the plan of an epoch that is not committed") {
  StoreRig rig;
  rig.options.segment_bytes = 1;  // every write has a segment of its own
  rig.options.base_image_bytes = 1000;
  rig.options.retention = 0;
  rig.open();
  REQUIRE(rig.plan(1).value());
  rig.commit(0, {{"a", std::string(2000, 'x')}});
  REQUIRE(rig.plan(2).value());
  REQUIRE(rig.plan(3).value());

  rig.crash();
  REQUIRE(rig.store->recovered()->reruns.size() == 3);
  CHECK(rig.store->recovered()->reruns[0].epoch == Epoch{1});
}

TEST_CASE("output rows stay until every sink has confirmed their epoch") {
  StoreRig rig;
  rig.open();
  rig.store->add_output({Epoch{0}, {"kafka", 0}, "rows of 0"});
  rig.commit(0, {});
  rig.store->add_output({Epoch{1}, {"kafka", 0}, "rows of 1"});
  CommitRecord record = rig.commit_record(1);
  record.sinks_committed = 0;
  REQUIRE(rig.try_commit(record).value());

  rig.crash();

  REQUIRE(rig.store->recovered()->outputs.size() == 1);
  CHECK(rig.store->recovered()->outputs[0].rows == "rows of 1");
}

TEST_CASE("after a clean end nothing that every sink has shown comes back") {
  StoreRig rig;
  rig.open();
  rig.store->add_output({Epoch{0}, {"socket", 0}, "rows of 0"});
  rig.commit(0, {});
  rig.store->confirm(Epoch{0});

  for (int restart = 0; restart < 2; ++restart) {
    rig.restart();
    CHECK(rig.store->recovered()->last->sinks_committed == 0);
    CHECK(rig.store->recovered()->outputs.empty());
  }
}

TEST_CASE("numbers of subtasks that the next run no longer has are dropped") {
  StoreRig rig;
  rig.open();
  for (int subtask : {0, 1}) {
    FrozenState state;
    state.numbers.push_back({"rows", NumberMerge::Sum, 10 + subtask});
    rig.store->add_delta(Epoch{0}, {"count", subtask}, std::move(state));
  }
  rig.commit(0, {});
  rig.restart();
  CHECK(rig.store->recovered()->state.at("count").numbers.size() == 2);

  FrozenState merged;
  merged.numbers.push_back({"rows", NumberMerge::Sum, 21});
  rig.store->add_delta(Epoch{1}, {"count", 0}, std::move(merged));
  rig.commit(1, {});

  rig.restart();
  const auto& numbers = rig.store->recovered()->state.at("count").numbers;
  REQUIRE(numbers.size() == 1);
  CHECK(numbers[0].value == 21);
}

TEST_CASE("a journal of many segments is read in order") {
  StoreRig rig;
  rig.options.segment_bytes = 300;
  rig.open();
  KeysAndValues expected;
  for (int epoch = 0; epoch < 20; ++epoch) {
    const std::string value = std::to_string(epoch);
    rig.commit(epoch, {{"k" + std::to_string(epoch % 3), value}});
    expected["k" + std::to_string(epoch % 3)] = value;
  }

  rig.crash();

  CHECK(rig.files.exists("/job/" + segment_name(5)));
  CHECK(rig.last_epoch() == 19);
  CHECK(rig.state() == expected);
}

TEST_CASE("a location that another store holds is refused") {
  StoreRig rig;
  rig.open();

  const auto second = CheckpointStore::open(rig.files, rig.options, true);

  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::Temporary);
  CHECK(second.error().message == "checkpoint '/job': '/job/lock' is locked by process 1");
}

TEST_CASE("another topology is refused, and what differs is named") {
  StoreRig rig;
  rig.options.fingerprint.nodes = {{"count", "key: STRING"}, {"gone", "key: INT"}};
  rig.open();
  rig.commit(0, {{"a", "1"}});

  rig.options.fingerprint.nodes = {{"count", "key: BIGINT"}, {"added", "key: DATE"}};

  CHECK(rig.open_error() ==
        "checkpoint '/job': it was written by another topology\n"
        "node `count` was key: STRING and is now key: BIGINT\n"
        "node `gone` is gone: it was key: INT\n"
        "node `added` is new: key: DATE");
}

TEST_CASE("another topology is fine where nothing was committed yet") {
  StoreRig rig;
  rig.open();
  rig.options.fingerprint.nodes = {{"other", "key: INT"}};

  rig.open();
  rig.commit(0, {{"a", "1"}});

  rig.restart();
  CHECK(rig.last_epoch() == 0);
}

TEST_CASE("a journal whose metadata is gone is refused") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  rig.store.reset();
  rig.files.erase("/job/metadata");

  CHECK(rig.open_error() ==
        "checkpoint '/job': file 'metadata' is missing, but 'journal' is there: without the query "
        "id, sinks would take rows twice");
}

TEST_CASE("a full disk is tried again and the job is told") {
  StoreRig rig;
  rig.open();
  std::vector<bool> told;
  rig.store->set_on_storage_full([&](bool is_full) { told.push_back(is_full); });
  rig.store->add_delta(Epoch{0}, {"count", 0}, puts({{"a", "1"}}));
  std::optional<Status> answer;
  rig.store->commit(rig.commit_record(0), [&](Status status) { answer = std::move(status); });

  rig.files.set_full(true);
  rig.store->run_pending();
  rig.store->run_pending();
  CHECK_FALSE(answer);
  CHECK(told == std::vector<bool>{true});

  rig.files.set_full(false);
  rig.store->run_pending();
  REQUIRE(answer);
  CHECK(*answer);
  CHECK(told == std::vector<bool>{true, false});

  rig.crash();
  CHECK(rig.state() == KeysAndValues{{"a", "1"}});
}

TEST_CASE("after an I/O error every later call fails and nothing is synced again") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  rig.files.fail_at(1, Fault::Error);  // write, then sync

  const auto failed = rig.try_commit(rig.commit_record(1));
  REQUIRE(failed);
  CHECK(failed->error().kind == ErrorKind::Io);
  const std::uint64_t calls = rig.files.num_calls();

  const auto later = rig.try_commit(rig.commit_record(2));
  REQUIRE(later);
  CHECK_FALSE(*later);
  CHECK(rig.files.num_calls() == calls);
}

TEST_CASE("a sync that could not begin is not made: the commit fails for good") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {});
  rig.files.fail_begun_syncs();
  const std::uint64_t syncs = rig.files.num_syncs();

  const auto failed = rig.try_commit(rig.commit_record(1));

  REQUIRE(failed);
  CHECK(failed->error().kind == ErrorKind::Io);
  CHECK(rig.files.num_syncs() == syncs);
}

TEST_CASE("a restart goes back to an earlier epoch and forgets the later ones") {
  StoreRig rig;
  rig.options.retention = 10;
  rig.open();
  for (int epoch = 0; epoch < 5; ++epoch) rig.commit(epoch, {{"a", std::to_string(epoch)}});

  rig.options.from_epoch = Epoch{2};
  rig.restart();
  CHECK(rig.last_epoch() == 2);
  CHECK(rig.state() == KeysAndValues{{"a", "2"}});

  rig.options.from_epoch.reset();
  rig.restart();
  CHECK(rig.last_epoch() == 2);
  rig.commit(3, {{"b", "3"}});
  rig.crash();
  CHECK(rig.state() == KeysAndValues{{"a", "2"}, {"b", "3"}});
}

TEST_CASE("going back past rows that sinks have shown needs a word of the user") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "0"}});
  CommitRecord record = rig.commit_record(1);
  record.tokens[{"out", 0}] = "token";
  REQUIRE(rig.try_commit(record).value());

  rig.options.from_epoch = Epoch{0};
  CHECK(rig.open_error() ==
        "checkpoint '/job': sinks have committed epochs after 0: their rows would come twice");

  rig.options.allow_duplicates = true;
  rig.restart();
  CHECK(rig.last_epoch() == 0);
}

TEST_CASE("an epoch that is not there cannot be gone back to") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "0"}});
  rig.options.from_epoch = Epoch{7};

  CHECK(rig.open_error() == "checkpoint '/job': epoch 7 cannot be gone back to: there are 0 to 0");
}

TEST_CASE("a new location has no epoch to go back to") {
  StoreRig rig;
  rig.options.from_epoch = Epoch{7};

  CHECK(rig.open_error() ==
        "checkpoint '/job': epoch 7 cannot be gone back to: none is committed yet");
}

TEST_CASE("the way out of a damage names the location") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "0"}});
  rig.store.reset();
  rig.files.set_content("/job/metadata", "{}");

  const Status opened = rig.try_open();

  REQUIRE_FALSE(opened);
  CHECK(opened.error().fix == "`millrace checkpoint repair /job` says what can be saved");
}
