#include "checkpoint/base_image.hpp"

#include "checkpoint/base_image_merge.hpp"
#include "checkpoint/journal_writer.hpp"
#include "tests/support/changes.hpp"

#include "store_rig.hpp"

#include <random>

using namespace millrace;
using namespace millrace::test;

namespace {

/// Merges changes and gives the result as text.
std::string merged(const std::string& changes) {
  BaseImageMerge merge;
  ChangeReader reader(changes);
  while (const auto change = reader.next()) merge.apply(*change);
  return text_of_changes(merge.encode());
}

/// Commits epochs that each change 20 of `num_keys` keys, and says what the state must be.
KeysAndValues run_epochs(StoreRig& rig, int first, int count, int num_keys, KeysAndValues state) {
  std::mt19937 random(static_cast<unsigned>(first));
  for (int epoch = first; epoch < first + count; ++epoch) {
    KeysAndValues changes;
    for (int i = 0; i < 20; ++i) {
      const std::string key = "key " + std::to_string(random() % static_cast<unsigned>(num_keys));
      const bool removes = random() % 10 == 0;
      changes[key] = removes ? "" : "value of epoch " + std::to_string(epoch);
      state[key] = changes[key];
    }
    rig.commit(epoch, changes);
  }
  std::erase_if(state, [](const auto& entry) { return entry.second.empty(); });
  return state;
}

std::int64_t num_files(const StoreRig& rig, const std::string& folder) {
  std::int64_t count = 0;
  for (const std::string& path : rig.files.paths()) count += path.starts_with(folder);
  return count;
}

}  // namespace

TEST_CASE("a base image holds the last value of each key") {
  const std::string changes =
      encoded_change(ChangeKind::Put, "a", "1") + encoded_change(ChangeKind::Put, "b", "2") +
      encoded_change(ChangeKind::Put, "a", "3") + encoded_change(ChangeKind::Remove, "b", "");

  CHECK(merged(changes) == "put a=3");
}

TEST_CASE("a base image holds growing parts as they are after appends and drops") {
  const std::string three("\3\0\0\0\0\0\0\0", 8);
  const std::string changes = encoded_change(ChangeKind::Append, "a", "abcdef", 1) +
                              encoded_change(ChangeKind::DropFront, "a", three, 1) +
                              encoded_change(ChangeKind::Append, "a", "gh", 1);

  CHECK(merged(changes) == "replace a.1=defgh");
  CHECK(merged(changes + encoded_change(ChangeKind::Replace, "a", "new", 1)) == "replace a.1=new");
  CHECK(merged(changes + encoded_change(ChangeKind::Remove, "a", "")) == "");
}

TEST_CASE("whoever builds a base image may rest after each change") {
  StoreRig rig;
  rig.open();
  run_epochs(rig, 0, 50, 1'000'000, {});
  const std::string query_id = rig.store->query_id();
  rig.store.reset();
  std::int64_t num_rests = 0;
  const BaseImagePlan plan{"/job", query_id, 1, nullptr, [&] { ++num_rests; }};

  REQUIRE(build_base_image(rig.files, plan).ok());

  constexpr std::int64_t kEpochs = 50, kChanges = 20 * kEpochs;
  // Each change is split off and merged; each epoch has a record at least.
  CHECK(num_rests >= 2 * kChanges + kEpochs);
}

TEST_CASE("state is the same from base images as from the journal alone") {
  StoreRig with;
  with.options.base_image_bytes = 4000;
  StoreRig without;
  with.open();
  without.open();

  const KeysAndValues expected = run_epochs(with, 0, 300, 50, {});
  run_epochs(without, 0, 300, 50, {});
  with.crash();
  without.crash();

  CHECK(with.store->recovered()->last->epoch == Epoch{299});
  CHECK(with.state() == expected);
  CHECK(without.state() == expected);
  CHECK(num_files(with, "/job/base/") == 1);
  CHECK_FALSE(with.files.exists("/job/" + segment_name(1)));
  CHECK(with.store->recovered()->last->offsets == without.store->recovered()->last->offsets);
}

TEST_CASE("numbers and unconfirmed outputs survive in a base image") {
  StoreRig rig;
  rig.options.base_image_bytes = 4000;
  rig.open();
  FrozenState state;
  state.numbers.push_back({"rows", NumberMerge::Sum, 7});
  rig.store->add_delta(Epoch{0}, {"sum", 3}, std::move(state));
  rig.store->add_output({Epoch{0}, {"kafka", 0}, "rows of 0"});
  rig.commit(0, {});

  run_epochs(rig, 1, 100, 50, {});
  rig.restart();

  CHECK_FALSE(rig.files.exists("/job/" + segment_name(1)));
  CHECK(rig.store->recovered()->state.at("sum").numbers.at(0).value == 7);
  REQUIRE(rig.store->recovered()->outputs.size() == 1);
  CHECK(rig.store->recovered()->outputs[0].rows == "rows of 0");
}

TEST_CASE("retention keeps earlier epochs within reach") {
  StoreRig rig;
  rig.options.base_image_bytes = 4000;
  rig.options.retention = 40;
  rig.open();
  const KeysAndValues before = run_epochs(rig, 0, 160, 50, {});
  run_epochs(rig, 160, 40, 50, before);
  REQUIRE(num_files(rig, "/job/base/") == 1);

  rig.options.from_epoch = Epoch{159};
  rig.restart();

  CHECK(rig.last_epoch() == 159);
  CHECK(rig.state() == before);
}

TEST_CASE("disk and written bytes stay bounded over many epochs") {
  StoreRig rig;
  rig.options.base_image_bytes = 64 << 10;
  rig.options.segment_bytes = 256 << 10;
  rig.open();
  std::mt19937 random(1);
  std::uint64_t most_stored = 0;
  for (int epoch = 0; epoch < 5000; ++epoch) {
    KeysAndValues changes;
    for (int i = 0; i < 100; ++i)
      changes["key " + std::to_string(random() % 10'000)] = std::to_string(epoch) + " a value";
    rig.commit(epoch, changes);
    most_stored = std::max(most_stored, rig.files.bytes_stored());
  }

  const auto totals = rig.store->totals();
  rig.restart();
  std::uint64_t live = 0;
  for (const auto& [key, value] : rig.state())
    live += encoded_change(ChangeKind::Put, key, value).size();
  const double amplification = static_cast<double>(totals.journal_bytes + totals.base_bytes) /
                               static_cast<double>(totals.change_bytes);
  WARN("5000 epochs: journal and base images " << amplification << " x the changes; most on disk "
                                               << most_stored << " bytes for " << live << " live");
  CHECK(amplification <= 3.5);
  CHECK(static_cast<double>(totals.journal_bytes) / static_cast<double>(totals.change_bytes) <= 2);
  CHECK(most_stored <= 4 * live + (1 << 20));
}

TEST_CASE("a full disk puts a base image off and harms nothing") {
  StoreRig rig;
  rig.options.base_image_bytes = 4000;
  rig.open();
  const KeysAndValues before = run_epochs(rig, 0, 3, 50, {});

  for (std::uint64_t call = 0; call < 60; ++call) {
    // Somewhere in these calls lies the building of an image.
    rig.files.fail_at(call, Fault::StorageFull);
    rig.store->add_delta(Epoch{3 + static_cast<std::int64_t>(call)}, {"count", 0},
                         puts({{"key 1", std::string(200, 'x')}}));
    std::optional<Status> answer =
        rig.try_commit(rig.commit_record(3 + static_cast<std::int64_t>(call)));
    if (!answer) rig.store->run_pending();
  }

  rig.crash();
  CHECK(rig.last_epoch() == 62);
  KeysAndValues expected = before;
  expected["key 1"] = std::string(200, 'x');
  CHECK(rig.state() == expected);
}
