#pragma once

#include <memory>
#include <string>

#include "tests/support/fake_sink.hpp"
#include "tests/support/fake_source.hpp"
#include "topology/execution_plan.hpp"

namespace millrace::testing {

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
inline ExecutionPlan plan_of(const Chain& chain, std::shared_ptr<Collected> collected) {
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

/// The plan with one more source in front of its first operator.
inline ExecutionPlan with_second_source(ExecutionPlan plan) {
  ExecutionNode second = plan.nodes[0];
  second.id = static_cast<int>(plan.nodes.size());
  second.name = "more numbers";
  ExecutionEdge edge = plan.edges[0];
  edge.from = second.id;
  plan.nodes.push_back(std::move(second));
  plan.edges.push_back(std::move(edge));
  return plan;
}

}  // namespace millrace::testing
