#include "store_rig.hpp"

#include <algorithm>
#include <random>

using namespace millrace;
using namespace millrace::test;

namespace {

/// Runs one location through epochs, faults and restarts, and knows what may be found each time.
class CrashRun {
 public:
  explicit CrashRun(std::uint64_t seed) : random_(seed), rig_(seed) {
    rig_.options.segment_bytes = 300 + random_() % 4000;
    rig_.options.base_image_bytes = 1000 + random_() % 6000;
    rig_.options.retention = static_cast<std::int64_t>(random_() % 3);
    states_[-1] = {};
  }

  /// One life of the process, ended by a fault at a random call.
  void live_and_die() {
    const Fault faults[] = {Fault::Crash, Fault::Crash, Fault::Error, Fault::ShortWrite};
    rig_.files.fail_at(random_() % 120, faults[random_() % 4]);
    if (rig_.try_open()) {
      check_recovered();
      const int num_epochs = static_cast<int>(random_() % 30);
      for (int i = 0; i < num_epochs && run_epoch(); ++i) continue;
    }
    rig_.store.reset();
    random_() % 3 == 0 ? rig_.files.restart() : rig_.files.crash();
  }

  /// A start without faults must find what was promised.
  void check_restart() {
    rig_.open();
    check_recovered();
    rig_.store.reset();
  }

 private:
  void check_recovered() {
    const std::int64_t found = rig_.last_epoch();
    REQUIRE(found >= acknowledged_);
    REQUIRE(states_.contains(found));
    REQUIRE(rig_.state() == states_[found]);
    check_plans(found);
    states_.erase(states_.upper_bound(found), states_.end());
    last_ = found;
    // What is visible now must stay.
    acknowledged_ = found;
  }

  /// Plans beyond the last commit are all there, in order; the one whose write failed may be.
  void check_plans(std::int64_t found) {
    std::vector<std::int64_t> recovered;
    if (const RecoveredCheckpoint* checkpoint = rig_.store->recovered())
      for (const PlanRecord& plan : checkpoint->reruns) recovered.push_back(number(plan.epoch));
    const auto beyond = [&](std::vector<std::int64_t> plans) {
      std::erase_if(plans, [&](std::int64_t epoch) { return epoch <= found; });
      return plans;
    };
    CAPTURE(recovered, plans_, tried_plan_, found);
    REQUIRE((recovered == beyond(plans_) || recovered == beyond(with(tried_plan_))));
    plans_ = recovered;
    tried_plan_ = -1;
  }

  /// A plan takes the place of those at or beyond its epoch.
  std::vector<std::int64_t> with(std::int64_t epoch) const {
    std::vector<std::int64_t> plans = plans_;
    if (epoch < 0) return plans;
    std::erase_if(plans, [&](std::int64_t earlier) { return earlier >= epoch; });
    plans.push_back(epoch);
    return plans;
  }

  /// False: the store has failed.
  bool plan(std::int64_t epoch) {
    tried_plan_ = epoch;
    const auto planned = rig_.plan(epoch);
    if (!planned || !*planned) return false;
    plans_ = with(epoch);
    tried_plan_ = -1;
    return true;
  }

  KeysAndValues random_changes(std::int64_t epoch) {
    KeysAndValues changes;
    for (std::uint64_t left = random_() % 12; left != 0; --left) {
      const std::string key = "key " + std::to_string(random_() % 30);
      changes[key] =
          random_() % 5 == 0 ? "" : std::string(random_() % 90, 'x') + "|" + std::to_string(epoch);
    }
    return changes;
  }

  /// False: the store has failed.
  bool run_epoch() {
    // Now and then an epoch is given up: its delta belongs to the next.
    const std::int64_t epoch = last_ + 1 + (random_() % 8 == 0 ? 1 : 0);
    if (random_() % 4 == 0 && !plan(epoch)) return false;
    if (random_() % 4 == 0 && !plan(epoch + 1)) return false;
    KeysAndValues state = states_[last_];
    for (std::int64_t delta = last_ + 1; delta <= epoch; ++delta) {
      const KeysAndValues changes = random_changes(delta);
      for (const auto& [key, value] : changes) state[key] = value;
      rig_.store->add_delta(Epoch{delta}, {"count", 0}, puts(changes));
    }
    std::erase_if(state, [](const auto& entry) { return entry.second.empty(); });
    states_[epoch] = state;
    auto answer = rig_.try_commit(StoreRig::commit_record(epoch));
    for (int tries = 0; !answer && tries < 3; ++tries) rig_.store->run_pending();
    if (!answer || !*answer) return false;
    acknowledged_ = last_ = epoch;
    return true;
  }

  std::mt19937_64 random_;
  StoreRig rig_;
  std::map<std::int64_t, KeysAndValues> states_;  // after each epoch that may be found
  std::int64_t acknowledged_ = -1;
  std::int64_t last_ = -1;
  std::vector<std::int64_t> plans_;
  std::int64_t tried_plan_ = -1;  // may have become durable although it failed; -1: none
};

}  // namespace

TEST_CASE("no committed epoch is lost and no other one is seen, wherever a crash strikes") {
  constexpr std::uint64_t kSeeds = 1000;
  constexpr int kLives = 8;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    CrashRun run(seed);
    for (int life = 0; life < kLives; ++life) {
      run.live_and_die();
      run.check_restart();
    }
  }
  WARN(kSeeds * kLives << " crashes at random calls, 0 epochs lost");
}

TEST_CASE("a crash at each call of a first start leaves a location that opens") {
  std::uint64_t call = 0;
  for (bool was_hit = true; was_hit; ++call) {
    StoreRig rig(call + 1);
    rig.files.fail_at(call, Fault::Crash);
    was_hit = !rig.try_open();
    rig.store.reset();
    rig.files.crash();
    INFO("crash at call " << call);
    rig.open();
    rig.commit(0, {{"a", "1"}});
    rig.crash();
    CHECK(rig.last_epoch() == 0);
  }
  WARN(call << " calls of a first start");
  CHECK(call > 10);
}
