#include "tools/bench/suite/state_size.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "checkpoint/checkpoint_store.hpp"
#include "records/check.hpp"
#include "records/key_encoding.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/scratch.hpp"

namespace millrace::bench {

namespace {

struct CountAndSum {
  std::int64_t count = 0, sum = 0;
};

/// A key of eight bytes: neighbours lie far apart.
struct ScatteredKey {
  explicit ScatteredKey(std::int64_t n) : bits(static_cast<std::uint64_t>(n) * 0x9e3779b97f4a7c15) {}
  std::string_view view() const { return {reinterpret_cast<const char*>(&bits), sizeof bits}; }
  std::uint64_t hash() const { return KeyEncoder::hash_of(view()); }
  std::uint64_t bits;
};

void add_one(StateTable& table, const ScatteredKey& key) {
  std::byte* value = table.find_or_insert(key.view(), key.hash());
  CountAndSum totals;
  std::memcpy(&totals, value, sizeof totals);
  ++totals.count;
  std::memcpy(value, &totals, sizeof totals);
  table.changed(value);
}

class StepTimer {
 public:
  template <class F>
  void time(Histogram& histogram, F&& step) {
    step();
    const std::int64_t now = now_ns();
    histogram.add(now - before_);
    before_ = now;
  }
  void begin() { before_ = now_ns(); }

 private:
  std::int64_t before_ = now_ns();
};

std::filesystem::path memory_folder() {
  const std::filesystem::path shared = "/dev/shm";
  return std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
}

std::int64_t bytes_below(const std::filesystem::path& folder) {
  std::int64_t total = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) total += static_cast<std::int64_t>(entry.file_size());
  return total;
}

/// A store whose epochs hold changes of one table.
class TableEpochs {
 public:
  explicit TableEpochs(const std::string& location) {
    state_.declare("totals", table_);
    CheckpointOptions options;
    options.location = location;
    auto opened = CheckpointStore::open(real_file_system(), options, true);
    MILLRACE_CHECK(opened.ok(), "a benchmark's checkpoint must open");
    store_ = std::move(*opened);
  }
  void change(std::int64_t key) { add_one(table_, ScatteredKey(key)); }
  void commit() {
    store_->add_delta(next_, {"totals", 0}, state_.freeze());
    CommitRecord record;
    record.epoch = next_;
    record.offsets[{"records", 0}] = std::to_string(number(next_));
    store_->commit(std::move(record), [](Status status) {
      MILLRACE_CHECK(status.ok(), "a benchmark's epoch must become durable");
    });
    store_->run_pending();
    next_ = next(next_);
  }
  CheckpointStore::Totals totals() const { return store_->totals(); }

 private:
  StateTable table_{StateLayout{sizeof(CountAndSum), {}, 0}};
  SubtaskState state_{true};
  std::unique_ptr<CheckpointStore> store_;
  Epoch next_{};
};

}  // namespace

TableRun fill_table(std::int64_t num_keys) {
  constexpr std::int64_t kEpochChanges = 2'000;
  TableRun run;
  StateTable table({sizeof(CountAndSum), {}, 0});
  ChangeLog log;
  table.log_to(&log);
  StepTimer timer;
  for (std::int64_t n = 0; n < num_keys; ++n) {
    timer.time(run.operations, [&] { add_one(table, ScatteredKey(n)); });
    if (n % kEpochChanges != 0) continue;
    log.recycle(table.freeze());
    timer.begin();
  }
  for (std::int64_t n = 0; n < num_keys; n += 10)
    timer.time(run.operations, [&] {
      const ScatteredKey key(n);
      table.erase(table.find(key.view(), key.hash()));
    });
  run.most_moved = table.most_moved();
  timer.begin();
  for (std::int64_t n = 0; n < num_keys; ++n) timer.time(run.bare, [] {});
  return run;
}

std::uint64_t bytes_of_longer_list(std::int64_t num_elements) {
  StateTable table({sizeof(StateBytes), {0}, 0});
  ChangeLog log;
  table.log_to(&log);
  const ScatteredKey key(1);
  std::byte* value = table.find_or_insert(key.view(), key.hash());
  auto& list = *reinterpret_cast<StateBytes*>(value);
  const auto add = [&](std::int64_t count) {
    for (std::int64_t n = 0; n < count; ++n) list.append(&n, sizeof n);
    table.changed(value);
    return table.freeze().num_bytes();
  };
  (void)add(num_elements);
  return add(10);
}

DiskUse commit_epochs(std::int64_t num_epochs, std::int64_t num_keys, std::int64_t num_changes) {
  constexpr std::int64_t kLookEvery = 8;
  const Scratch scratch(memory_folder());
  TableEpochs epochs(scratch.path().string());
  for (std::int64_t key = 0; key < num_keys; ++key) epochs.change(key);
  epochs.commit();
  DiskUse use;
  use.live = epochs.totals().change_bytes;
  std::int64_t on_disk = 0;
  std::uint64_t random = 1;
  for (std::int64_t epoch = 1; epoch < num_epochs; ++epoch) {
    if (epoch % kLookEvery == 0) on_disk = bytes_below(scratch.path());
    for (std::int64_t n = 0; n < num_changes; ++n) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      epochs.change(static_cast<std::int64_t>((random >> 33) % static_cast<std::uint64_t>(num_keys)));
    }
    const std::int64_t images_before = epochs.totals().base_bytes;
    epochs.commit();
    // A new image is there before what it replaces is removed.
    use.most = std::max(use.most, on_disk + epochs.totals().base_bytes - images_before);
  }
  const CheckpointStore::Totals totals = epochs.totals();
  use.changes = totals.change_bytes;
  use.journal = totals.journal_bytes;
  use.base_images = totals.base_bytes;
  return use;
}

}  // namespace millrace::bench
