#include "actors/job.hpp"

#include <algorithm>


#include "tests/support/catch.hpp"
#include "tests/support/fake_sink.hpp"
#include "tests/support/fake_source.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

/// Passes rows on; fails on the number `fail_at`.
class Pass final : public Operator {
 public:
  explicit Pass(std::int64_t fail_at = -1) : fail_at_(fail_at) {}
  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }
  Progress process(int, RecordBatch batch, Output& out) override {
    batch.rows().for_each([&](std::uint32_t row) {
      if (batch.column(0).at<std::int64_t>(row) == fail_at_)
        context_->eval.fail(row, make_error(ErrorKind::QueryFailed, "number refused"));
    });
    out.emit(std::move(batch));
    return Progress::Done;
  }

 private:
  const std::int64_t fail_at_;
  OperatorContext* context_ = nullptr;
};

/// The first column as a key.
class FirstColumn final : public BoundExpression {
 public:
  FirstColumn() : BoundExpression(TypeKind::Long, false) {}
  ColumnRef evaluate(EvalContext&, const RecordBatch& batch, Rows) const override {
    return batch.column_ref(0);
  }
};

struct Chain {
  std::int64_t total = 1000;
  std::int64_t batch = 7;
  std::int64_t per_epoch = 400;
  int num_operators = 3;
  int parallelism = 1;
  int refuse_every = 0;
  std::int64_t fail_at = -1;
  bool bounded = false;
};

/// numbers -> operators -> sink; the first operator is fed by hash when it has several subtasks.
ExecutionPlan plan_of(const Chain& chain, std::shared_ptr<Collected> collected) {
  ExecutionPlan plan;
  plan.name = "chain";
  plan.bounded = chain.bounded;
  const auto add = [&](std::string name, int parallelism, auto spec) {
    ExecutionNode node;
    node.id = static_cast<int>(plan.nodes.size());
    node.name = std::move(name);
    node.output = one_long_schema();
    node.parallelism = parallelism;
    node.spec = std::move(spec);
    plan.nodes.push_back(std::move(node));
    if (plan.nodes.size() == 1) return;
    ExecutionEdge edge;
    edge.to = plan.nodes.back().id;
    edge.from = edge.to - 1;
    const int above = plan.nodes[plan.nodes.size() - 2].parallelism;
    edge.partitioning = above == parallelism ? Partitioning::Forward
                        : parallelism == 1   ? Partitioning::Rebalance
                                             : Partitioning::Hash;
    edge.keys = {std::make_shared<FirstColumn>()};
    plan.edges.push_back(std::move(edge));
  };
  SourceSpec source;
  source.make = [chain] {
    return std::make_unique<NumbersSource>(chain.total, chain.batch, chain.per_epoch);
  };
  add("numbers", 1, std::move(source));
  for (int i = 0; i < chain.num_operators; ++i) {
    OperatorSpec spec;
    spec.make = [chain] { return std::make_unique<Pass>(chain.fail_at); };
    add("pass" + std::to_string(i), chain.parallelism, std::move(spec));
  }
  SinkSpec sink;
  sink.make = [=] { return std::make_unique<CollectingSink>(collected, chain.refuse_every); };
  add("sink", 1, std::move(sink));
  return plan;
}

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
