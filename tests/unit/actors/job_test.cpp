#include "actors/job.hpp"

#include <algorithm>


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
