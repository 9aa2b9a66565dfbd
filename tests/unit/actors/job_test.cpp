#include "actors/job.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "tests/support/catch.hpp"
#include "tests/support/fake_plan.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

Status run(const Chain& chain, const JobOptions& options, std::shared_ptr<Collected> collected) {
  auto job = Job::start(plan_of(chain, std::move(collected)), options);
  REQUIRE(job.ok());
  return (*job)->await();
}

/// Leaves this thread, and those that it starts, one core.
class OneCore {
 public:
  OneCore() {
    REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
    int core = 0;
    while (!CPU_ISSET(core, &before_)) ++core;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~OneCore() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_;
};

/// The numbers, and the thread that read them.
class WatchedNumbers final : public Source {
 public:
  WatchedNumbers(const Chain& chain, std::atomic<std::thread::id>& reader)
      : numbers_(chain.total, chain.batch, chain.per_epoch), reader_(reader) {}
  Status open(SourceContext& context, const std::optional<Offset>& start) override {
    return numbers_.open(context, start);
  }
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    reader_ = std::this_thread::get_id();
    return numbers_.poll(max_records, out);
  }
  std::optional<Offset> offset() const override { return numbers_.offset(); }
  Result<std::optional<Offset>> latest_offset() override { return numbers_.latest_offset(); }
  Status limit_to(const Offset& end) override { return numbers_.limit_to(end); }
  std::chrono::microseconds poll_interval() const override { return numbers_.poll_interval(); }

 private:
  NumbersSource numbers_;
  std::atomic<std::thread::id>& reader_;
};

JobOptions with(Trigger::Kind kind, std::chrono::microseconds interval = {}) {
  JobOptions options;
  options.trigger = {kind, interval};
  return options;
}

}  // namespace

TEST_CASE("availableNow takes all there is in planned micro-batches and ends") {
  auto collected = std::make_shared<Collected>();

  REQUIRE(run({}, with(Trigger::Kind::AvailableNow), collected).ok());

  CHECK(collected->epochs == "0:400 1:400 2:200");
  CHECK(collected->sum == 999 * 1000 / 2);
}

TEST_CASE("a continuous job ends when its source has nothing left") {
  auto collected = std::make_shared<Collected>();

  REQUIRE(run({}, with(Trigger::Kind::Continuous, std::chrono::milliseconds(1)), collected).ok());

  INFO(collected->epochs);
  CHECK(collected->values.size() == 1000);
  CHECK(collected->sum == 999 * 1000 / 2);
}

TEST_CASE("a bounded job is one epoch") {
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.bounded = true;

  REQUIRE(run(chain, with(Trigger::Kind::ProcessingTime), collected).ok());

  CHECK(collected->epochs == "0:1000");
}

TEST_CASE("rows stay in order through a chain, with and without inline hand-off") {
  for (bool hand_off : {true, false}) {
    auto collected = std::make_shared<Collected>();
    JobOptions options = with(Trigger::Kind::AvailableNow);
    options.hand_off = hand_off;

    REQUIRE(run({}, options, collected).ok());

    CHECK(std::is_sorted(collected->values.begin(), collected->values.end()));
    CHECK(collected->values.size() == 1000);
  }
}

TEST_CASE("a full channel and a sink that refuses lose and double nothing") {
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.total = 20'000;
  chain.per_epoch = 20'000;
  chain.refuse_every = 3;
  JobOptions options = with(Trigger::Kind::AvailableNow);
  options.channel_records = 10;

  REQUIRE(run(chain, options, collected).ok());

  CHECK(collected->values.size() == 20'000);
  CHECK(collected->sum == std::int64_t{19'999} * 20'000 / 2);
}

TEST_CASE("subtasks share the rows by key and the markers are aligned below them") {
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.parallelism = 3;

  REQUIRE(run(chain, with(Trigger::Kind::AvailableNow), collected).ok());

  CHECK(collected->epochs == "0:400 1:400 2:200");
  CHECK(collected->sum == 999 * 1000 / 2);
}

TEST_CASE("the first failure ends the job and names the node") {
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.fail_at = 500;

  const Status status = run(chain, with(Trigger::Kind::AvailableNow), collected);

  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message == "number refused");
  CHECK(status.error().notes == std::vector<std::string>{"in `pass0`"});
}

TEST_CASE("stop ends a job that would go on for ever") {
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.total = INT64_MAX;
  auto job = Job::start(plan_of(chain, collected),
                        with(Trigger::Kind::Continuous, std::chrono::milliseconds(1)));
  REQUIRE(job.ok());

  (*job)->stop();

  CHECK((*job)->await().ok());
}

TEST_CASE("with one core the source's thread runs all tasks, and rows stay in order") {
  OneCore one_core;
  for (const bool hand_off : {true, false}) {
    for (const Trigger::Kind kind : {Trigger::Kind::AvailableNow, Trigger::Kind::Continuous}) {
      auto collected = std::make_shared<Collected>();
      std::atomic<std::thread::id> reader;
      Chain chain;
      chain.total = 20'000;
      ExecutionPlan plan = plan_of(chain, collected);
      std::get<SourceSpec>(plan.nodes[0].spec).make = [&] {
        return std::make_unique<WatchedNumbers>(chain, reader);
      };
      JobOptions options = with(kind, std::chrono::milliseconds(1));
      options.hand_off = hand_off;
      options.channel_records = 100;

      auto job = Job::start(std::move(plan), options);
      REQUIRE(job.ok());
      REQUIRE((*job)->await().ok());

      CHECK(collected->threads == std::set<std::thread::id>{reader});
      CHECK(collected->values.size() == 20'000);
      CHECK(std::is_sorted(collected->values.begin(), collected->values.end()));
    }
  }
}

TEST_CASE("with one core a job of two sources ends when it is stopped") {
  OneCore one_core;
  auto collected = std::make_shared<Collected>();
  Chain chain;
  chain.total = INT64_MAX;
  ExecutionPlan plan = with_second_source(plan_of(chain, collected));

  auto job = Job::start(std::move(plan), with(Trigger::Kind::Continuous, std::chrono::milliseconds(1)));
  REQUIRE(job.ok());
  (*job)->stop();

  CHECK((*job)->await().ok());
}

TEST_CASE("an epoch of each of two sources begins where its epoch before ended") {
  ExecutionPlan plan = with_second_source(plan_of({}, std::make_shared<Collected>()));
  const int second = plan.nodes.back().id;
  std::get<SourceSpec>(plan.nodes.back().spec).make = [] {
    return std::make_unique<NumbersSource>(20, 7, 10);
  };
  const Trigger::Kind kind = GENERATE(Trigger::Kind::AvailableNow, Trigger::Kind::Continuous);
  std::map<int, std::string> reached{{0, "0"}, {second, "0"}};
  int num_reports = 0;
  JobOptions options = with(kind, std::chrono::milliseconds(1));
  options.on_epoch = [&](const EpochSummary& epoch) {
    for (const SubtaskReport& report : epoch.reports) {
      if (!report.offset) continue;
      ++num_reports;
      CHECK(report.start_offset == std::exchange(reached.at(report.node), *report.offset));
    }
  };

  auto job = Job::start(std::move(plan), options);
  REQUIRE(job.ok());
  REQUIRE((*job)->await().ok());

  CHECK(num_reports >= 2);
  CHECK(reached == std::map<int, std::string>{{0, "1000"}, {second, "20"}});
}
