#include "tests/simulation/topology_run.hpp"

#include "actors/job.hpp"
#include "sinks/visible_change.hpp"
#include "sources/ahead_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/planner.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <utility>

namespace millrace::testing {

namespace {

/// Timers that pass without input before a job counts as idle.
constexpr int kIdleTimers = 8;

const SchemaPtr& row_schema() {
  static const SchemaPtr schema = std::make_shared<Schema>(Schema{{{"ts", TypeKind::Timestamp, true},
                                                                   {"k", TypeKind::Long, true},
                                                                   {"v", TypeKind::Long, true}}});
  return schema;
}

void append(Column& column, const std::optional<std::int64_t>& value) {
  if (value) column.append(*value);
  else column.append_null();
}

std::optional<std::int64_t> number_at(const Column& column, std::uint32_t row) {
  if (column.is_null(row)) return std::nullopt;
  return column.at<std::int64_t>(row);
}

/// Gives rows in batches of random size; what it says is there grows by random steps.
class RowsSource final : public AheadSource {
 public:
  RowsSource(const TestRows& rows, std::uint64_t seed, bool ends)
      : rows_(rows), random_(seed), ends_(ends) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override {
    context_ = &context;
    if (start) next_ = std::stoull(start->json);
    limit_ = next_;
    return {};
  }
  Result<PollStatus> poll(std::size_t, SourceOutput& out) override {
    const std::size_t end = is_limited_ ? limit_ : rows_.size();
    if (next_ >= end) {
      if (is_limited_ && end < rows_.size()) return PollStatus::AtLimit;
      if (ends_) return PollStatus::EndOfInput;
      return is_limited_ ? PollStatus::AtLimit : PollStatus::Idle;
    }
    RecordBatch batch = context_->pool.make_batch(row_schema());
    const std::size_t count = std::min(end - next_, 1 + random_() % 8);
    for (std::size_t i = 0; i < count; ++i, ++next_) {
      append(*batch.columns()[0], rows_[next_].micros);
      append(*batch.columns()[1], rows_[next_].k);
      append(*batch.columns()[2], rows_[next_].v);
    }
    batch.set_num_physical_rows(static_cast<std::uint32_t>(count));
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override {
    const std::size_t start = is_limited_ ? std::max(next_, limit_) : next_;
    const std::size_t end = std::min(rows_.size(), start + random_() % 12);
    return std::optional(Offset{std::to_string(ends_ && end == start ? rows_.size() : end)});
  }
  Status limit_to(const Offset& end) override {
    is_limited_ = true;
    limit_ = std::stoull(end.json);
    return {};
  }

 private:
  const TestRows& rows_;
  std::mt19937_64 random_;
  const bool ends_;
  SourceContext* context_ = nullptr;
  std::size_t next_ = 0;
  std::size_t limit_ = 0;
  bool is_limited_ = false;
};

/// The outside: rows of each committed epoch. Survives crashes.
using Epochs = std::map<std::int64_t, TestRows>;

std::string to_bytes(const TestRows& rows) {
  return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(TestRow)};
}
TestRows from_bytes(const std::string& bytes) {
  TestRows rows(bytes.size() / sizeof(TestRow));
  std::memcpy(rows.data(), bytes.data(), bytes.size());
  return rows;
}

class EpochsSink final : public Sink {
 public:
  explicit EpochsSink(Epochs* committed) : committed_(committed) {}

  Status open(SinkContext& context) override {
    context_ = &context;
    return {};
  }
  Status recover(const std::vector<RecoveredOutput>& left) override {
    for (const RecoveredOutput& output : left)
      for (const auto& [epoch, bytes] : output.outputs)
        (*committed_)[number(epoch)] = from_bytes(bytes);
    return {};
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    for_each_visible(batch, [&](std::uint32_t row) {
      rows_.push_back({batch.column(0).at<std::int64_t>(row), number_at(batch.column(1), row),
                       number_at(batch.column(2), row)});
    });
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    std::string bytes = to_bytes(std::exchange(rows_, {}));
    if (context_->keep_output) context_->keep_output(epoch, bytes);
    prepared_[epoch] = std::move(bytes);
    done(CommitToken{});
  }
  void commit(Epoch epoch, const CommitToken&, std::function<void(Status)> done) override {
    for (; !prepared_.empty() && prepared_.begin()->first <= epoch; prepared_.erase(prepared_.begin()))
      (*committed_)[number(prepared_.begin()->first)] = from_bytes(prepared_.begin()->second);
    done({});
  }

 private:
  Epochs* committed_;
  SinkContext* context_ = nullptr;
  TestRows rows_;
  std::map<Epoch, std::string> prepared_;
};

class TopologyRun {
 public:
  TopologyRun(const RandomTopology& topology, const Way& way, std::uint64_t seed)
      : topology_(topology), way_(way), random_(seed), a_(topology.a), b_(topology.b) {
    if (topology.mode != "append") return;
    a_.push_back({kEndOfTime, std::nullopt, std::nullopt});
    b_.push_back({kEndOfTime, std::nullopt, std::nullopt});
  }

  TestRows run() {
    int parallelism = way_.parallelism;
    for (int i = 0; i < way_.num_crashes; ++i) {
      auto job = start(parallelism);
      for (std::uint64_t steps = random_() % 400; steps > 0; --steps)
        if (!job->step(random_) && !job->next_timer()) break;
      job.reset();
      if (random_() % 2 == 0) files_.crash();
      else files_.restart();
      parallelism = random_() % 2 == 0 ? 1 : 3;
    }
    auto job = start(parallelism);
    run_until_idle(*job);
    job->stop();
    run_until_idle(*job);
    if (!job->await_for(std::chrono::microseconds(0))) RC_FAIL("the job did not end");
    const Status status = job->await();
    if (!status.ok()) RC_FAIL("the job failed: " + status.error().message);
    return folded();
  }

 private:
  SourceType source_type(const std::string& name, const TestRows& rows) {
    SourceType type;
    type.name = name;
    type.plan = [this, &rows](const SourceRequest& request) -> Result<PlannedSource> {
      PlannedSource planned;
      planned.schema = *row_schema();
      planned.bounded = !request.streaming;
      const bool ends = planned.bounded || way_.trigger == Trigger::Kind::AvailableNow;
      planned.make = [this, &rows, ends] {
        return std::make_unique<RowsSource>(rows, random_(), ends);
      };
      return planned;
    };
    return type;
  }

  plan::NodePtr stream(const std::string& format, int delay) const {
    plan::Read read;
    read.format = format;
    read.streaming = !way_.bounded;
    const std::string seconds = std::to_string(delay) + " seconds";
    return plan::make_node(plan::WithWatermark{"ts", seconds, ""},
                           {plan::make_node(std::move(read), {})});
  }

  plan::NodePtr table() const {
    plan::LocalRelation relation;
    relation.schema = Schema{{{"tk", TypeKind::Long, true}, {"sv", TypeKind::Long, true}}};
    for (const auto& [tk, sv] : topology_.table)
      relation.rows.push_back({Value{DataType(TypeKind::Long), tk}, Value{DataType(TypeKind::Long), sv}});
    return plan::make_node(std::move(relation), {});
  }

  static plan::NodePtr named(const std::string& name) {
    plan::Read read;
    read.table = name;
    return plan::make_node(std::move(read), {});
  }

  Result<ExecutionPlan> plan(int parallelism) {
    sources_ = {source_type("rows_a", a_), source_type("rows_b", b_)};
    sinks_.assign(1, {});
    sinks_[0].name = "epochs";
    sinks_[0].output_modes = {"append", "update", "complete"};
    sinks_[0].plan = [this](const SinkRequest&) -> Result<PlannedSink> {
      return PlannedSink{"epochs", [this] { return std::make_unique<EpochsSink>(&epochs_); }};
    };
    Catalog catalog = Catalog::builtin();
    catalog.sources = &sources_;
    catalog.sinks = &sinks_;
    catalog.names["a"] = stream("rows_a", topology_.delay_a);
    catalog.names["b"] = stream("rows_b", topology_.delay_b);
    catalog.names["t"] = table();
    const std::vector<View> views = views_of(topology_);
    for (const View& view : views)
      catalog.names[view.name] =
          view.sql.empty() ? plan::make_node(plan::Deduplicate{view.columns, view.within_watermark},
                                             {named(view.deduplicated)})
                           : plan::make_node(plan::SqlQuery{view.sql}, {});
    plan::WriteStream write;
    write.input = named(views.back().name);
    write.name = "out";
    write.format = "epochs";
    write.output_mode = topology_.mode;
    settings_.trigger = trigger();
    settings_.parallelism = parallelism;
    Analysis analysis = analyze({write}, catalog, settings_);
    if (!analysis.ok()) return analysis.errors.front();
    return plan_execution(analysis.plan, settings_);
  }

  Trigger trigger() {
    const auto interval = std::chrono::milliseconds(1 + random_() % 40);
    return {way_.trigger, way_.trigger == Trigger::Kind::AvailableNow ? std::chrono::milliseconds(0) : interval};
  }

  std::unique_ptr<Job> start(int parallelism) {
    auto planned = plan(parallelism);
    if (!planned) RC_FAIL("refused: " + planned.error().message);
    JobOptions options;
    options.simulated = true;
    options.trigger = settings_.trigger;
    options.hand_off = random_() % 2 == 0;
    options.channel_records = 1 + static_cast<std::int64_t>(random_() % 100);
    if (way_.num_crashes > 0) options.checkpoint = {"/checkpoint", 100, {}, false, &files_};
    options.on_epoch = [this](const EpochSummary& epoch) {
      for (const SubtaskReport& report : epoch.reports)
        if (report.offset) num_read_ += report.num_records;
    };
    auto job = Job::start(std::move(*planned), std::move(options));
    if (!job) RC_FAIL("did not start: " + job.error().message);
    return std::move(*job);
  }

  void run_until_idle(Job& job) {
    for (int idle = 0; idle < kIdleTimers; ++idle) {
      const std::int64_t read_before = num_read_;
      while (job.step(random_)) {
      }
      if (job.await_for(std::chrono::microseconds(0)) || !job.next_timer()) return;
      if (num_read_ != read_before) idle = 0;
    }
  }

  /// In continuous mode an epoch without rows says nothing.
  TestRows last_table() const {
    for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch)
      if (!epoch->second.empty() || !settings_.trigger.is_continuous()) return epoch->second;
    return {};
  }

  /// Rows of the committed epochs, without those at the end of time.
  TestRows folded() const {
    TestRows rows;
    if (topology_.mode == "complete") {
      rows = last_table();
    } else if (topology_.mode == "update") {
      std::map<std::pair<std::int64_t, std::optional<std::int64_t>>, TestRow> last;
      for (const auto& [epoch, given] : epochs_)
        for (const TestRow& row : given) last[{row.micros, row.k}] = row;
      for (const auto& [key, row] : last) rows.push_back(row);
    } else {
      for (const auto& [epoch, given] : epochs_)
        for (const TestRow& row : given)
          if (row.micros < kEndOfTime / 2) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  const RandomTopology& topology_;
  const Way way_;
  std::mt19937_64 random_;
  TestRows a_;
  TestRows b_;
  Settings settings_;
  std::vector<SourceType> sources_;
  std::vector<SinkType> sinks_;
  test::FaultyFileSystem files_;
  Epochs epochs_;
  std::int64_t num_read_ = 0;
};

}  // namespace

std::string to_text(const Way& way) {
  const char* trigger = way.bounded                                        ? "bounded"
                        : way.trigger == Trigger::Kind::Continuous   ? "continuous"
                        : way.trigger == Trigger::Kind::AvailableNow ? "availableNow"
                                                                     : "micro-batch";
  return fmt::format("{}, parallelism {}, {} crashes", trigger, way.parallelism, way.num_crashes);
}

TestRows result_of(const RandomTopology& topology, const Way& way, std::uint64_t seed) {
  return TopologyRun(topology, way, seed).run();
}

}  // namespace millrace::testing
