// Micro-batches that are under way at the same time.
#include "coordinator_rig.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

CoordinatorOptions planning_ahead(Trigger::Kind kind, std::int64_t interval = 0) {
  CoordinatorOptions options = durable(one_source(kind, interval));
  options.plans_ahead = true;
  return options;
}

/// Every subtask reports `epoch`; what the last report leads to.
std::string reported(EpochCoordinator& coordinator, std::int64_t epoch, std::int64_t now) {
  (void)coordinator.on_report(report(0, epoch), now);
  return text(coordinator.on_report(report(1, epoch), now));
}

}  // namespace

TEST_CASE("the next epoch is planned and read while the one before is being committed") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::ProcessingTime)));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 2);

  CHECK(reported(coordinator, 0, 3) == "write commit 0, ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "7", 4)) == "write plan 1");
  CHECK(text(coordinator.on_planned(Epoch{1}, 5)) == "start 1");
  CHECK(text(coordinator.on_durable(Epoch{0}, 6)) == "commit 0");
}

TEST_CASE("commits are written one after the other, however far the epochs behind have come") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::ProcessingTime)));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 2);
  (void)reported(coordinator, 0, 3);
  (void)coordinator.on_latest_offset(0, "5", "7", 4);
  (void)coordinator.on_planned(Epoch{1}, 5);

  CHECK(reported(coordinator, 1, 6) == "ask");
  CHECK(text(coordinator.on_durable(Epoch{0}, 7)) == "commit 0");
  CHECK(text(coordinator.on_committed(Epoch{0}, 8)) == "acknowledge 0, write commit 1");
}

TEST_CASE("a source that plans ahead is asked for the next epoch as soon as it reads one") {
  EpochCoordinator coordinator(planning_ahead(Trigger::Kind::AvailableNow));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);

  CHECK(text(coordinator.on_planned(Epoch{0}, 2)) == "start 0, ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "9", 3)) == "write plan 1");
  CHECK(text(coordinator.on_planned(Epoch{1}, 4)) == "start 1");
  CHECK(reported(coordinator, 0, 5) == "write commit 0, ask");
}

TEST_CASE("with a watermark an epoch is planned when the rows of all before it have been seen") {
  CoordinatorOptions options = planning_ahead(Trigger::Kind::ProcessingTime);
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  CHECK(text(coordinator.on_planned(Epoch{0}, 2)) == "start 0 w0");

  (void)coordinator.on_report(with_watermark(report(0, 0), 70), 3);
  CHECK(text(coordinator.on_report(report(1, 0), 3)) == "write commit 0 w70, ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "7", 4)) == "write plan 1");
  CHECK(text(coordinator.on_planned(Epoch{1}, 5)) == "start 1 w70");
}

TEST_CASE("the commit of an epoch holds its own watermark, not that of an epoch behind it") {
  CoordinatorOptions options = durable(one_source(Trigger::Kind::ProcessingTime));
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  const auto run = [&](std::int64_t epoch, std::int64_t seen) {
    (void)coordinator.on_latest_offset(0, std::to_string(epoch), std::to_string(epoch + 1), 1);
    (void)coordinator.on_planned(Epoch{epoch}, 2);
    (void)coordinator.on_report(with_watermark(report(0, epoch), seen), 3);
    return text(coordinator.on_report(report(1, epoch), 3));
  };
  const auto commit = [&](std::int64_t epoch) {
    (void)coordinator.on_durable(Epoch{epoch}, 4);
    return text(coordinator.on_committed(Epoch{epoch}, 5));
  };
  (void)coordinator.on_start(0);

  CHECK(run(0, 10) == "write commit 0 w10, ask");
  CHECK(run(1, 20) == "ask");
  CHECK(run(2, 30) == "ask");
  CHECK(commit(0) == "acknowledge 0, write commit 1 w20");
  CHECK(commit(1) == "acknowledge 1, write commit 2 w30");
}

TEST_CASE("at most four epochs are under way; the trigger goes on when the oldest is done") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::ProcessingTime)));
  (void)coordinator.on_start(0);
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    (void)coordinator.on_latest_offset(0, std::to_string(epoch), std::to_string(epoch + 1), 1);
    (void)coordinator.on_planned(Epoch{epoch}, 2);
    const std::string next = reported(coordinator, epoch, 3);
    CHECK(next == (epoch == 0 ? "write commit 0, ask" : epoch == 3 ? "" : "ask"));
  }

  (void)coordinator.on_durable(Epoch{0}, 4);
  CHECK(text(coordinator.on_committed(Epoch{0}, 5)) == "acknowledge 0, write commit 1, ask");
}

TEST_CASE("short triggers come at their time although the epoch before is not committed yet") {
  EpochCoordinator coordinator(planning_ahead(Trigger::Kind::ProcessingTime, 1000));
  (void)coordinator.on_start(1000);
  (void)coordinator.on_latest_offset(0, "0", "5", 1001);
  CHECK(text(coordinator.on_planned(Epoch{0}, 1100)) == "start 0, wake 2000");

  CHECK(text(coordinator.on_timer(2000)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "7", 2001)) == "write plan 1");
}

TEST_CASE("a trigger that finds nothing is told of when no epoch is under way") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::ProcessingTime)));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 2);
  (void)reported(coordinator, 0, 3);

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 4)) == "wake 10004");
  (void)coordinator.on_durable(Epoch{0}, 5);
  CHECK(text(coordinator.on_committed(Epoch{0}, 6)) == "acknowledge 0, ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 7)) == "skip, wake 10007");
}

TEST_CASE("available now ends when the last of its epochs is done") {
  EpochCoordinator coordinator(planning_ahead(Trigger::Kind::AvailableNow));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 2);

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 3)) == "");
  CHECK(reported(coordinator, 0, 4) == "write commit 0");
  (void)coordinator.on_durable(Epoch{0}, 5);
  CHECK(text(coordinator.on_committed(Epoch{0}, 6)) == "acknowledge 0, finish");
}

TEST_CASE("stopping completes every epoch that is planned") {
  EpochCoordinator coordinator(planning_ahead(Trigger::Kind::ProcessingTime));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 2);
  (void)coordinator.on_latest_offset(0, "5", "7", 3);

  CHECK(text(coordinator.on_stop(4)) == "");
  CHECK(text(coordinator.on_planned(Epoch{1}, 5)) == "start 1");
  (void)reported(coordinator, 0, 6);
  CHECK(reported(coordinator, 1, 6) == "");
  (void)coordinator.on_durable(Epoch{0}, 7);
  CHECK(text(coordinator.on_committed(Epoch{0}, 8)) == "acknowledge 0, write commit 1");
  (void)coordinator.on_durable(Epoch{1}, 9);
  CHECK(text(coordinator.on_committed(Epoch{1}, 10)) == "acknowledge 1, finish");
}

TEST_CASE("available now: what is there counts from when all that an earlier run planned has been read") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::AvailableNow));
  options.plans_ahead = true;
  options.reruns = {StartEpoch{Epoch{7}, {"9"}, {}, 1234, false},
                    StartEpoch{Epoch{8}, {"12"}, {}, 1235, false}};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "start 7");
  CHECK(reported(coordinator, 7, 1) == "write commit 7, start 8");
  CHECK(reported(coordinator, 8, 2) == "freeze, ask");
  CHECK(text(coordinator.on_latest_offset(0, "12", "12", 3)) == "");
}

TEST_CASE("a restart runs every epoch that was planned and not committed, as it was and in order") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::ProcessingTime, 1'000'000));
  options.reruns = {StartEpoch{Epoch{7}, {"9"}, 50, 1234, false},
                    StartEpoch{Epoch{8}, {"12"}, 60, 1235, false}};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(100)) == "start 7 w50");
  CHECK(reported(coordinator, 7, 200) == "write commit 7, start 8 w60, wake 1000000");
  (void)reported(coordinator, 8, 300);
  CHECK(text(coordinator.on_timer(1'000'000)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "12", "13", 1'000'001)) ==
        "write plan 9");
}
