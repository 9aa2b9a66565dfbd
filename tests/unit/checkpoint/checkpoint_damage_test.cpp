#include "store_rig.hpp"

#include <random>

using namespace millrace;
using namespace millrace::test;

namespace {

using Files = std::map<std::string, std::string>;

Files files_of(const StoreRig& rig) {
  Files files;
  for (const std::string& path : rig.files.paths())
    if (path != "/job/lock") files[path] = rig.files.content(path);
  return files;
}

/// A location with a base image, several segments, an unconfirmed output and a plan; and how it
/// looked some epochs before.
struct Example {
  Files now;
  Files before;
  KeysAndValues state;
  std::int64_t last = 0;
  CheckpointOptions options;

  Example() {
    StoreRig rig;
    rig.options.segment_bytes = 1500;
    rig.options.base_image_bytes = 6000;
    rig.open();
    // Old images and old segments have gone between the two looks.
    commit_until(rig, 0, 61);
    before = files_of(rig);
    commit_until(rig, 61, 96);
    REQUIRE(rig.plan(96).value());
    now = files_of(rig);
    rig.restart();
    state = rig.state();
    last = rig.last_epoch();
    options = rig.options;
  }

  static void commit_until(StoreRig& rig, int first, int end) {
    for (int epoch = first; epoch < end; ++epoch) {
      rig.store->add_output({Epoch{epoch}, {"kafka", 0}, "rows of " + std::to_string(epoch)});
      KeysAndValues changes;
      for (int i = 0; i < 4; ++i)
        changes["key " + std::to_string((epoch * 7 + i) % 40)] = std::to_string(epoch);
      rig.store->add_delta(Epoch{epoch}, {"count", 0}, puts(changes));
      CommitRecord record = StoreRig::commit_record(epoch);
      record.sinks_committed = epoch - 1;
      REQUIRE(rig.try_commit(record).value());
    }
  }
};

struct Tally {
  int cases = 0;
  int detected = 0;
  int harmless = 0;
};

class Damage {
 public:
  Damage(const Example& example, Tally& tally) : example_(example), tally_(tally) {}

  /// Opens the example with one file exchanged (none: missing) and judges what comes out.
  void check(const std::string& path, const std::optional<std::string>& content,
             const std::string& what) {
    StoreRig rig;
    put(rig, path, content);
    judge(rig, path, what);
  }
  void check_unreadable(const std::string& path) {
    StoreRig rig;
    put(rig, path, example_.now.at(path));
    rig.files.make_unreadable(path);
    judge(rig, path, "unreadable");
  }

 private:
  void put(StoreRig& rig, const std::string& path, const std::optional<std::string>& content) {
    rig.options = example_.options;
    for (const char* folder : {"/job", "/job/journal", "/job/base"})
      REQUIRE(rig.files.make_folder(folder));
    for (const auto& [name, bytes] : example_.now)
      if (name != path) rig.files.set_content(name, bytes);
    if (content) rig.files.set_content(path, *content);
  }

  void judge(StoreRig& rig, const std::string& path, const std::string& what) {
    ++tally_.cases;
    INFO(path << ": " << what);
    const Status opened = rig.try_open();
    if (!opened) {
      ++tally_.detected;
      INFO(opened.error().message);
      CHECK((opened.error().message.find(path.substr(5)) != std::string::npos ||
             opened.error().message.find("is damaged at offset") != std::string::npos));
      return;
    }
    ++tally_.harmless;
    CHECK(rig.last_epoch() == example_.last);
    CHECK(rig.state() == example_.state);
    REQUIRE(rig.store->recovered() != nullptr);
    CHECK(rig.store->recovered()->reruns.size() == 1);
    CHECK(rig.store->recovered()->outputs.size() == 1);
  }

  const Example& example_;
  Tally& tally_;
};

void damage_in_every_way(const Example& example, const std::string& path, Tally& tally) {
  Damage damage(example, tally);
  const std::string& content = example.now.at(path);
  damage.check(path, std::nullopt, "missing");
  damage.check(path, "", "empty");
  damage.check(path, content + "junk behind the end", "appended junk");
  damage.check(path, content + std::string(600, '\0'), "appended zeros");
  damage.check_unreadable(path);
  for (std::size_t size = 512; size < content.size(); size += 512)
    damage.check(path, content.substr(0, size), "cut at " + std::to_string(size));
  if (const auto old = example.before.find(path); old != example.before.end())
    damage.check(path, old->second, "older copy");
  std::mt19937 random(7);
  for (int flip = 0; flip < 200; ++flip) {
    std::string flipped = content;
    const std::size_t bit = random() % (content.size() * 8);
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    damage.check(path, flipped, "bit " + std::to_string(bit) + " flipped");
  }
}

}  // namespace

TEST_CASE("each damaged file of a checkpoint is found out or does no harm") {
  const Example example;
  Tally tally;

  for (const auto& [path, content] : example.now) damage_in_every_way(example, path, tally);

  WARN(tally.cases << " damaged checkpoints: " << tally.detected << " refused, " << tally.harmless
                   << " without harm");
  CHECK(tally.cases >= 500);
}

TEST_CASE("a segment that lost its end is found out although its records are whole") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  const std::string path = "/job/journal/00000000000000000001.log";
  const std::string shorter = rig.files.content(path);
  rig.commit(1, {{"a", "2"}});
  rig.store.reset();
  rig.files.set_content(path, shorter);

  CHECK(rig.open_error().find("the journal was cut or exchanged: HEAD says that it was durable up "
                              "to here (epoch 1)") != std::string::npos);
}

TEST_CASE("bytes that were never synced are cut with a warning") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  const std::string path = "/job/journal/00000000000000000001.log";
  rig.store.reset();
  rig.files.set_content(path, rig.files.content(path) + "half a record");

  rig.open();

  CHECK(rig.last_epoch() == 0);
  REQUIRE(rig.store->recovered()->warnings.size() == 1);
  CHECK(rig.store->recovered()->warnings[0].find("13 bytes at offset") != std::string::npos);
}

TEST_CASE("files with strange names are left alone") {
  StoreRig rig;
  rig.open();
  rig.commit(0, {{"a", "1"}});
  rig.store.reset();
  for (const char* name : {"journal/notes.txt", "journal/5.log", "base/old.img", "x.tmp"})
    rig.files.set_content("/job/" + std::string(name), "not ours");

  rig.open();

  CHECK(rig.last_epoch() == 0);
  CHECK(rig.files.content("/job/base/old.img") == "not ours");
}
