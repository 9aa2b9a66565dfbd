#include "coordinator_rig.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;
using namespace millrace::test;

TEST_CASE("micro-batch: an epoch is planned, run, committed and acknowledged in turn") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));

  CHECK(text(coordinator.on_start(0)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "0", "5", 1)) == "start 0");
  CHECK(text(coordinator.on_report(report(0, 0), 2)) == "");
  CHECK(text(coordinator.on_report(report(1, 0), 3)) == "commit 0, ask");
  CHECK(text(coordinator.on_committed(Epoch{0}, 4)) == "acknowledge 0");
}

TEST_CASE("micro-batch: no new data waits for the polling delay") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));
  CHECK(text(coordinator.on_start(0)) == "ask");

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1)) == "skip, wake 10001");
  CHECK(text(coordinator.on_timer(10'001)) == "ask");
}

TEST_CASE("micro-batch: data that comes meanwhile ends the wait") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));
  CHECK(text(coordinator.on_start(0)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1)) == "skip, wake 10001");

  CHECK(text(coordinator.on_data_available(50)) == "ask");
}

TEST_CASE("micro-batch: a trigger interval keeps to the grid and skips what it missed") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime, 1000));
  CHECK(text(coordinator.on_start(1500)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "0", "1", 1500)) == "start 0, wake 2000");
  (void)coordinator.on_report(report(0, 0), 1600);
  (void)coordinator.on_report(report(1, 0), 1600);
  CHECK(text(coordinator.on_committed(Epoch{0}, 1700)) == "acknowledge 0");

  CHECK(text(coordinator.on_timer(2000)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "1", "2", 2000)) == "start 1, wake 3000");
  CHECK(text(coordinator.on_timer(3000)) == "");
  (void)coordinator.on_report(report(0, 1), 4600);
  CHECK(text(coordinator.on_report(report(1, 1), 4600)) == "commit 1, warn, ask");
  CHECK(text(coordinator.on_latest_offset(0, "2", "3", 4600)) == "start 2, wake 5000");
}

TEST_CASE("micro-batch: an epoch longer than the interval warns in Spark's words") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime, 1'000'000));
  (void)coordinator.on_start(1'500'000);
  (void)coordinator.on_latest_offset(0, "0", "1", 1'500'000);
  (void)coordinator.on_timer(2'000'000);
  (void)coordinator.on_report(report(0, 0), 2'700'000);

  const auto actions = coordinator.on_report(report(1, 0), 2'700'000);

  REQUIRE(actions.size() == 3);
  CHECK(std::get<Warn>(actions[1]).text ==
        "Current batch is falling behind. The trigger interval is 1000 milliseconds, but spent "
        "1200 milliseconds");
}

TEST_CASE("micro-batch: after an overrun the triggers return to the grid since 1970") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime, 1000));
  (void)coordinator.on_start(1500);
  (void)coordinator.on_latest_offset(0, "0", "1", 1500);
  (void)coordinator.on_timer(2000);
  (void)coordinator.on_report(report(0, 0), 3600);
  CHECK(text(coordinator.on_report(report(1, 0), 3600)) == "commit 0, warn, ask");
  (void)coordinator.on_committed(Epoch{0}, 3700);

  CHECK(text(coordinator.on_latest_offset(0, "1", "1", 3700)) == "skip, wake 4000");
}

TEST_CASE("micro-batch: stopping while an epoch runs completes it, then ends") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "1", 0);

  CHECK(text(coordinator.on_stop(1)) == "");
  (void)coordinator.on_report(report(0, 0), 2);
  (void)coordinator.on_report(report(1, 0), 2);
  CHECK(text(coordinator.on_committed(Epoch{0}, 3)) == "acknowledge 0, finish");
}

TEST_CASE("available now: what came before the start is read in as many epochs as limits ask for") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::AvailableNow));
  (void)coordinator.on_start(0);
  CHECK(text(coordinator.on_latest_offset(0, "0", "2", 1)) == "start 0");
  (void)coordinator.on_report(report(0, 0), 2);
  CHECK(text(coordinator.on_report(report(1, 0), 2)) == "commit 0, ask");
  CHECK(text(coordinator.on_committed(Epoch{0}, 3)) == "acknowledge 0");
  CHECK(text(coordinator.on_latest_offset(0, "2", "3", 4)) == "start 1");
}

TEST_CASE("without a watermark there is no epoch without data") {
  CoordinatorOptions options = one_source(Trigger::Kind::ProcessingTime);
  options.needs_no_data_epochs = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1)) == "skip, wake 10001");
}

TEST_CASE("a watermark that moved gives one epoch without data, then silence") {
  CoordinatorOptions options = one_source(Trigger::Kind::AvailableNow);
  options.has_watermark = options.needs_no_data_epochs = true;
  EpochCoordinator coordinator(options);
  CHECK(text(coordinator.on_start(0)) == "freeze, ask");
  CHECK(text(coordinator.on_latest_offset(0, "0", "5", 1)) == "start 0 w0");
  (void)coordinator.on_report(with_watermark(report(0, 0), 90), 2);
  CHECK(text(coordinator.on_report(report(1, 0), 2)) == "commit 0, ask");
  CHECK(text(coordinator.on_committed(Epoch{0}, 3)) == "acknowledge 0");

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 4)) == "start 1 w90");
  (void)coordinator.on_report(report(0, 1), 5);
  CHECK(text(coordinator.on_report(report(1, 1), 5)) == "commit 1, ask");
  CHECK(text(coordinator.on_committed(Epoch{1}, 6)) == "acknowledge 1");

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 7)) == "finish");
}

TEST_CASE("the global watermark is the minimum over the watermark nodes") {
  CoordinatorOptions options = one_source(Trigger::Kind::ProcessingTime);
  options.num_subtasks = 3;
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);

  (void)coordinator.on_report(with_watermark(report(0, 0), 90), 2);
  (void)coordinator.on_report(with_watermark(report(2, 0), 40), 2);
  (void)coordinator.on_report(report(1, 0), 2);
  (void)coordinator.on_committed(Epoch{0}, 3);

  CHECK(coordinator.watermark() == 40);
}

TEST_CASE("a watermark node that is idle does not hold the global watermark back") {
  CoordinatorOptions options = one_source(Trigger::Kind::ProcessingTime);
  options.num_subtasks = 4;
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  const auto idle = [](SubtaskReport report) {
    report.event_time->is_idle = true;
    return report;
  };

  (void)coordinator.on_report(with_watermark(report(0, 0), 90), 2);
  (void)coordinator.on_report(idle(with_watermark(report(0, 0), 10)), 2);
  (void)coordinator.on_report(idle(with_watermark(report(2, 0), 40)), 2);
  (void)coordinator.on_report(report(1, 0), 2);
  (void)coordinator.on_committed(Epoch{0}, 3);

  CHECK(coordinator.watermark() == 90);
}

TEST_CASE("continuous: markers go in at the interval and commit in order") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::Continuous, 100));
  CHECK(text(coordinator.on_start(0)) == "wake 100");
  CHECK(text(coordinator.on_timer(100)) == "inject 0, wake 200");
  CHECK(text(coordinator.on_timer(200)) == "inject 1, wake 300");

  (void)coordinator.on_report(report(0, 0), 210);
  (void)coordinator.on_report(report(0, 1), 220);
  CHECK(text(coordinator.on_report(report(1, 1), 230)) == "");
  CHECK(text(coordinator.on_report(report(1, 0), 240)) == "commit 0");
  CHECK(text(coordinator.on_committed(Epoch{0}, 250)) == "acknowledge 0, commit 1");
}

TEST_CASE("continuous: at most four epochs are in flight, further ticks are counted") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::Continuous, 100));
  (void)coordinator.on_start(0);
  for (int i = 1; i <= 4; ++i) (void)coordinator.on_timer(i * 100);

  CHECK(text(coordinator.on_timer(500)) == "wake 600");
  CHECK(coordinator.num_skipped_ticks() == 1);
}

TEST_CASE("a checkpoint that is asked for does not wait for the trigger") {
  EpochCoordinator flowing(one_source(Trigger::Kind::Continuous, 100));
  (void)flowing.on_start(0);
  CHECK(text(flowing.on_checkpoint(10)) == "inject 0");
  CHECK(text(flowing.on_timer(100)) == "inject 1, wake 200");

  EpochCoordinator batches(one_source(Trigger::Kind::ProcessingTime, 1000));
  (void)batches.on_start(0);
  (void)batches.on_latest_offset(0, "5", "5", 1);
  CHECK(text(batches.on_checkpoint(10)) == "ask");
  CHECK(text(batches.on_checkpoint(11)) == "");
}

TEST_CASE("continuous: stopping sends a last marker and ends when it is complete") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::Continuous, 100));
  (void)coordinator.on_start(0);

  CHECK(text(coordinator.on_stop(50)) == "inject 0");
  (void)coordinator.on_report(report(0, 0), 60);
  (void)coordinator.on_report(report(1, 0), 60);
  CHECK(text(coordinator.on_committed(Epoch{0}, 70)) == "acknowledge 0, finish");
}

TEST_CASE("a bounded job is one epoch that ends by itself") {
  CoordinatorOptions options = one_source(Trigger::Kind::ProcessingTime);
  options.bounded = true;
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "start 0 last");
  (void)coordinator.on_report(report(0, 0), 60);
  (void)coordinator.on_report(report(1, 0), 60);
  CHECK(text(coordinator.on_committed(Epoch{0}, 70)) == "acknowledge 0, finish");
}

TEST_CASE("durable micro-batch: an epoch starts after its plan and sinks hear of it after its commit") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::ProcessingTime)));
  CHECK(text(coordinator.on_start(0)) == "ask");

  CHECK(text(coordinator.on_latest_offset(0, "0", "5", 1)) == "write plan 0");
  CHECK(text(coordinator.on_planned(Epoch{0}, 1)) == "start 0");
  CHECK(text(coordinator.on_report(report(0, 0), 2)) == "");
  CHECK(text(coordinator.on_report(report(1, 0), 3)) == "write commit 0, ask");
  CHECK(text(coordinator.on_durable(Epoch{0}, 4)) == "commit 0");
  CHECK(text(coordinator.on_committed(Epoch{0}, 5)) == "acknowledge 0");
}

TEST_CASE("durable continuous: one commit is written at a time, in order") {
  EpochCoordinator coordinator(durable(one_source(Trigger::Kind::Continuous, 100)));
  CHECK(text(coordinator.on_start(0)) == "wake 100");
  CHECK(text(coordinator.on_timer(100)) == "inject 0, wake 200");
  CHECK(text(coordinator.on_timer(200)) == "inject 1, wake 300");

  CHECK(text(coordinator.on_report(report(0, 0), 210)) == "");
  CHECK(text(coordinator.on_report(report(1, 0), 210)) == "write commit 0");
  CHECK(text(coordinator.on_report(report(0, 1), 220)) == "");
  CHECK(text(coordinator.on_report(report(1, 1), 220)) == "");
  CHECK(text(coordinator.on_durable(Epoch{0}, 230)) == "commit 0");
  CHECK(text(coordinator.on_committed(Epoch{0}, 240)) == "acknowledge 0, write commit 1");
}

TEST_CASE("the commit record holds the watermark of the next epoch") {
  CoordinatorOptions options = durable(one_source(Trigger::Kind::ProcessingTime));
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_planned(Epoch{0}, 1);
  (void)coordinator.on_report(with_watermark(report(0, 0), 70), 2);

  CHECK(text(coordinator.on_report(report(1, 0), 3)) == "write commit 0 w70, ask");
}

TEST_CASE("a restart goes on with the next number") {
  EpochCoordinator coordinator(restarted(one_source(Trigger::Kind::Continuous, 100)));

  CHECK(text(coordinator.on_start(0)) == "wake 100");
  CHECK(text(coordinator.on_timer(100)) == "inject 7, wake 200");
}

TEST_CASE("a restart tells sinks of the last commit again before anything else") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::ProcessingTime));
  options.restart->sinks = {report(1, 6)};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "commit 6");
  CHECK(text(coordinator.on_committed(Epoch{6}, 1)) == "ask");
}

TEST_CASE("the first commit after a restart says that sinks have shown the epochs before") {
  EpochCoordinator coordinator(restarted(one_source(Trigger::Kind::Continuous, 100)));
  (void)coordinator.on_start(0);
  (void)coordinator.on_timer(100);
  (void)coordinator.on_report(report(0, 7), 110);

  const auto actions = coordinator.on_report(report(1, 7), 120);

  REQUIRE(actions.size() == 1);
  CHECK(std::get<WriteCommit>(actions[0]).sinks_committed == Epoch{6});
}

TEST_CASE("continuous: what was read while sinks repeat the last commit is through before the job ends") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::Continuous, 100));
  options.restart->sinks = {report(1, 6)};
  EpochCoordinator coordinator(options);
  CHECK(text(coordinator.on_start(0)) == "commit 6");

  CHECK(text(coordinator.on_source_ended(1)) == "inject 7");
  CHECK(text(coordinator.on_report(report(0, 7), 2)) == "");
  CHECK(text(coordinator.on_committed(Epoch{6}, 3)) == "");
  CHECK(text(coordinator.on_report(report(1, 7), 4)) == "write commit 7");
  CHECK(text(coordinator.on_durable(Epoch{7}, 5)) == "commit 7");
  CHECK(text(coordinator.on_committed(Epoch{7}, 6)) == "acknowledge 7, finish");
}

TEST_CASE("micro-batch: a plan without commit runs again as it was, without being written again") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::ProcessingTime));
  options.reruns = {StartEpoch{Epoch{7}, {"9"}, 50, 1234, false}};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "start 7 w50");
  CHECK(text(coordinator.on_report(report(0, 7), 1)) == "");
  CHECK(text(coordinator.on_report(report(1, 7), 2)) == "write commit 7, ask");
}

TEST_CASE("continuous: the number of a plan without commit is passed over") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::Continuous, 100));
  options.reruns = {StartEpoch{Epoch{7}, {"9"}, 50, 1234, false}};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "wake 100");
  CHECK(text(coordinator.on_timer(100)) == "inject 8, wake 200");
}

TEST_CASE("continuous: a marker that does not come through fails the job") {
  CoordinatorOptions options = one_source(Trigger::Kind::Continuous, 100);
  options.epoch_timeout_micros = 150;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  CHECK(text(coordinator.on_timer(100)) == "inject 0, wake 200");
  CHECK(text(coordinator.on_timer(200)) == "inject 1, wake 300");

  CHECK(text(coordinator.on_timer(300)) == "inject 2, fail, wake 400");
}

TEST_CASE("a timer that comes early, because the clock was slower, is set again") {
  EpochCoordinator batches(one_source(Trigger::Kind::ProcessingTime, 1000));
  (void)batches.on_start(500);
  CHECK(text(batches.on_latest_offset(0, "5", "5", 501)) == "skip, wake 1000");
  CHECK(text(batches.on_timer(999)) == "wake 1000");
  CHECK(text(batches.on_timer(1000)) == "ask");

  EpochCoordinator flowing(one_source(Trigger::Kind::Continuous, 100'000));
  (void)flowing.on_start(0);
  CHECK(text(flowing.on_timer(99'999)) == "wake 100000");
  CHECK(text(flowing.on_timer(100'000)) == "inject 0, wake 200000");
}

TEST_CASE("a timer that was left behind is not set again beside the one that counts") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));
  (void)coordinator.on_start(0);
  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1)) == "skip, wake 10001");
  CHECK(text(coordinator.on_data_available(5000)) == "ask");
  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 5001)) == "skip, wake 15001");

  CHECK(text(coordinator.on_timer(10'001)) == "");
  CHECK(text(coordinator.on_timer(15'001)) == "ask");
}

TEST_CASE("a clock that is set back by an hour delays no epoch by more than an interval") {
  constexpr std::int64_t kHour = 3'600'000'000;
  EpochCoordinator flowing(one_source(Trigger::Kind::Continuous, 100'000));
  (void)flowing.on_start(kHour);
  CHECK(text(flowing.on_timer(50'000)) == "wake 150000");
  CHECK(text(flowing.on_timer(150'000)) == "inject 0, wake 250000");

  EpochCoordinator batches(one_source(Trigger::Kind::ProcessingTime, 1'000'000));
  (void)batches.on_start(kHour + 1);
  (void)batches.on_latest_offset(0, "5", "5", kHour + 1);
  CHECK(text(batches.on_timer(7)) == "wake 1000007");
  CHECK(text(batches.on_timer(1'000'007)) == "ask");
}

TEST_CASE("continuous: a clock that is set forward makes no epoch late") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::Continuous, 100));
  (void)coordinator.on_start(0);
  CHECK(text(coordinator.on_timer(100)) == "inject 0, wake 200");

  CHECK(text(coordinator.on_timer(3'600'000'000)) == "inject 1, wake 3600000100");
}

TEST_CASE("available now: an epoch that an earlier run planned and did not commit comes first, as it was") {
  CoordinatorOptions options = restarted(one_source(Trigger::Kind::AvailableNow));
  options.reruns = {StartEpoch{Epoch{7}, {"9"}, 50, 1234, false}};
  EpochCoordinator coordinator(options);

  CHECK(text(coordinator.on_start(0)) == "start 7 w50");
  (void)coordinator.on_report(report(0, 7), 1);
  CHECK(text(coordinator.on_report(report(1, 7), 2)) == "write commit 7, freeze, ask");
  CHECK(text(coordinator.on_durable(Epoch{7}, 3)) == "commit 7");
  CHECK(text(coordinator.on_committed(Epoch{7}, 4)) == "acknowledge 7");
  CHECK(text(coordinator.on_latest_offset(0, "9", "12", 5)) == "write plan 8");
}

TEST_CASE("available now: with nothing to read the job ends at once") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::AvailableNow));
  (void)coordinator.on_start(0);

  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1)) == "finish");
}

TEST_CASE("available now waits for no grid and no polling delay between its epochs") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::AvailableNow));
  (void)coordinator.on_start(1'234'567);
  (void)coordinator.on_latest_offset(0, "0", "2", 1'234'568);
  (void)coordinator.on_report(report(0, 0), 1'234'570);

  CHECK(text(coordinator.on_report(report(1, 0), 1'234'570)) == "commit 0, ask");
}

TEST_CASE("once reads as available now does") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::Once));

  CHECK(text(coordinator.on_start(0)) == "freeze, ask");
  CHECK(text(coordinator.on_latest_offset(0, "0", "2", 1)) == "start 0");
  (void)coordinator.on_report(report(0, 0), 2);
  CHECK(text(coordinator.on_report(report(1, 0), 2)) == "commit 0, ask");
  CHECK(text(coordinator.on_committed(Epoch{0}, 3)) == "acknowledge 0");
  CHECK(text(coordinator.on_latest_offset(0, "2", "2", 4)) == "finish");
}

TEST_CASE("micro-batch: without an interval the next epoch begins as soon as one is done") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime));
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);
  (void)coordinator.on_report(report(0, 0), 2);

  CHECK(text(coordinator.on_report(report(1, 0), 3)) == "commit 0, ask");
}

TEST_CASE("micro-batch: data that comes between two boundaries of the grid waits for the next") {
  EpochCoordinator coordinator(one_source(Trigger::Kind::ProcessingTime, 1000));
  (void)coordinator.on_start(1000);
  CHECK(text(coordinator.on_latest_offset(0, "5", "5", 1001)) == "skip, wake 2000");

  CHECK(text(coordinator.on_data_available(1500)) == "");
  CHECK(text(coordinator.on_timer(2000)) == "ask");
}

TEST_CASE("two watermarks: an epoch is planned with the watermark of the epochs before it, which the next one keeps for late rows") {
  CoordinatorOptions options = durable(one_source(Trigger::Kind::ProcessingTime));
  options.has_watermark = true;
  EpochCoordinator coordinator(options);
  const auto run = [&](std::int64_t epoch, std::int64_t seen) {
    const std::string start = std::to_string(epoch);
    const std::string end = std::to_string(epoch + 1);
    (void)coordinator.on_latest_offset(0, start, end, 1);
    const std::string started = text(coordinator.on_planned(Epoch{epoch}, 1));
    (void)coordinator.on_report(with_watermark(report(0, epoch), seen), 2);
    (void)coordinator.on_report(report(1, epoch), 3);
    (void)coordinator.on_durable(Epoch{epoch}, 4);
    (void)coordinator.on_committed(Epoch{epoch}, 5);
    return started;
  };
  (void)coordinator.on_start(0);

  CHECK(run(0, 90) == "start 0 w0");
  CHECK(run(1, 40) == "start 1 w90");
  CHECK(run(2, 95) == "start 2 w90");
  CHECK(run(3, 95) == "start 3 w95");
}

TEST_CASE("the watermark of several inputs is the greatest where the policy says so") {
  CoordinatorOptions options = one_source(Trigger::Kind::ProcessingTime);
  options.num_subtasks = 3;
  options.has_watermark = options.max_watermark_policy = true;
  EpochCoordinator coordinator(options);
  (void)coordinator.on_start(0);
  (void)coordinator.on_latest_offset(0, "0", "5", 1);

  (void)coordinator.on_report(with_watermark(report(0, 0), 90), 2);
  (void)coordinator.on_report(with_watermark(report(2, 0), 40), 2);
  (void)coordinator.on_report(report(1, 0), 2);
  (void)coordinator.on_committed(Epoch{0}, 3);

  CHECK(coordinator.watermark() == 90);
}
