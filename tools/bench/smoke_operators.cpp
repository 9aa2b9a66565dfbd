// What stateful operators do on one core, in this process: whole topologies in SQL from generated rows to a
// sink that counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "actors/job.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/smoke.hpp"
#include "tools/bench/sql_plan.hpp"

namespace millrace::bench {

namespace {

/// Rows (ts TIMESTAMP, id BIGINT), `step_micros` apart, whose ids run through `num_ids` in a scattered order.
struct Rows {
  std::int64_t total = 0;
  std::int64_t num_ids = 0;
  std::int64_t step_micros = 0;
};

SchemaPtr rows_schema() {
  static const SchemaPtr schema = std::make_shared<Schema>(
      Schema{{{"ts", TypeKind::Timestamp, false}, {"id", TypeKind::Long, false}}});
  return schema;
}

class RowsSource final : public Source {
 public:
  explicit RowsSource(const Rows& rows) : rows_(rows) {}
  Status open(SourceContext& context, const std::optional<Offset>&) override {
    context_ = &context;
    return {};
  }
  Result<PollStatus> poll(std::size_t, SourceOutput& out) override {
    if (next_ >= rows_.total) return PollStatus::EndOfInput;
    constexpr std::uint32_t kRows = 1024;
    RecordBatch batch = context_->pool.make_batch(rows_schema());
    for (ColumnRef& column : batch.columns()) column->resize(kRows);
    auto* times = batch.columns()[0]->mutable_values<std::int64_t>();
    auto* ids = batch.columns()[1]->mutable_values<std::int64_t>();
    for (std::uint32_t i = 0; i < kRows; ++i, ++next_) {
      times[i] = next_ * rows_.step_micros;
      id_ = (id_ + kStride) % rows_.num_ids;
      ids[i] = id_;
    }
    batch.set_num_physical_rows(kRows);
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override { return offset(); }
  Status limit_to(const Offset&) override { return {}; }

 private:
  // Prime, so that the ids repeat only after all have come.
  static constexpr std::int64_t kStride = 7'919;
  const Rows rows_;
  SourceContext* context_ = nullptr;
  std::int64_t next_ = 0;
  std::int64_t id_ = 0;
};

plan::NodePtr first_of_each_id() {
  plan::Read read;
  read.table = "a";
  return plan::make_node(plan::Deduplicate{{"id"}, false}, {plan::make_node(std::move(read), {})});
}

/// One query over streams `a` and `b` and a table `t`.
struct Query {
  plan::NodePtr node;
  Rows a;
  Rows b;
  Rows table;
};

ExecutionPlan plan_of(const Query& query, std::shared_ptr<std::atomic<std::int64_t>> count) {
  const auto input = [](const std::string& name, const Rows& rows) {
    return SqlInput{name, rows_schema(), [rows] { return std::make_unique<RowsSource>(rows); }};
  };
  return sql_plan({input("a", query.a), input("b", query.b), input("t", query.table).as_table()},
                  {{query.node, [count] { return make_counting_sink(count); }}});
}

struct Run {
  double records_per_second = 0;
  std::int64_t num_results = 0;
};

Run run(const Query& query) {
  auto count = std::make_shared<std::atomic<std::int64_t>>(0);
  ExecutionPlan plan = plan_of(query, count);
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
  options.threads = 1;
  const auto begin = std::chrono::steady_clock::now();
  auto job = Job::start(std::move(plan), std::move(options));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  const Status status = (*job)->await();
  MILLRACE_CHECK(status.ok(), "a benchmark's job must end well");
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {static_cast<double>(query.a.total + query.b.total) / seconds, count->load()};
}

void measure(const std::string& name, const Query& query, const std::string& target) {
  constexpr int kRuns = 3;
  std::vector<double> rates;
  std::int64_t num_results = 0;
  for (int i = 0; i < kRuns; ++i) {
    const Run one = run(query);
    rates.push_back(one.records_per_second / 1e6);
    num_results = one.num_results;
  }
  std::sort(rates.begin(), rates.end());
  print_figure(name + ", one core",
               fmt::format("{:.1f} M records/s ({:.1f} to {:.1f}), {} results", rates[kRuns / 2],
                           rates.front(), rates.back(), num_results),
               target);
}

}  // namespace

void measure_operators(const SmokeOptions&) {
  pin_to_core(1);
  const Rows ten_thousand_ids{20'000'000, 10'000, 10};
  measure("tumbling count, 10,000 keys",
          {sql("SELECT window, id, count(*) AS n FROM a GROUP BY window(ts, '10 seconds'), id"),
           ten_thousand_ids, {}, {}},
          ">= 8 M records/s");
  measure("sliding count 10 s / 2 s, 10,000 keys",
          {sql("SELECT window, id, count(*) AS n FROM a GROUP BY window(ts, '10 seconds', '2 seconds'), "
               "id"),
           ten_thousand_ids, {}, {}},
          ">= 5 M records/s");
  measure("dropDuplicates, 1 million keys",
          {first_of_each_id(), {20'000'000, 1'000'000, 10}, {}, {}},
          ">= 3 M records/s");
  const Rows half{4'000'000, 1'000'003, 1'000};
  measure("interval join of two streams",
          {sql("SELECT l.id, l.ts, r.ts AS rts FROM a AS l JOIN b AS r ON l.id = r.id AND r.ts BETWEEN l.ts - "
           "INTERVAL 10 SECONDS AND l.ts + INTERVAL 10 SECONDS"),
           half, half, {}},
          ">= 1.5 M records/s");
  measure("join with a table of 10,000 rows",
          {sql("SELECT a.id, a.ts, t.ts AS since FROM a JOIN t ON a.id = t.id"), ten_thousand_ids, {},
           {10'240, 10'240, 1'000}},
          ">= 8 M records/s");
}

}  // namespace millrace::bench
