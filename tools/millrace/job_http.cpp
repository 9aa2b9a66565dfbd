#include "job_http.hpp"

#include "server/job_pages.hpp"

#include "memory_sql.hpp"
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <variant>

namespace millrace::cli {
namespace {

constexpr std::size_t kKeptEpochs = 100;

struct NodeNumbers {
  std::int64_t in = 0, out = 0, busy_ns = 0, dropped = 0, errors = 0;
  std::int64_t state_rows = 0, state_bytes = 0, queued = 0;
  std::int64_t watermark = 0;  // microseconds since 1970 UTC; 0: none
};

NodeNumbers numbers_of(const Job& job, const ExecutionNode& node) {
  NodeNumbers sum;
  for (int subtask = 0; subtask < node.parallelism; ++subtask) {
    const SubtaskCounters& counters = job.counters(node.id, subtask);
    sum.in += counters.records_in.value();
    sum.out += counters.records_out.value();
    sum.busy_ns += counters.busy_ns.value();
    sum.dropped += counters.dropped_records.value();
    sum.errors += counters.errors.value();
    sum.state_rows += counters.state_rows_total.value();
    sum.state_bytes += counters.state_bytes.value();
    sum.queued += job.num_queued_records(node.id, subtask);
    const std::int64_t watermark = job.watermark(node.id, subtask);
    sum.watermark = subtask == 0 ? watermark : std::min(sum.watermark, watermark);
  }
  return sum;
}

std::string_view partitioning_name(Partitioning partitioning) {
  switch (partitioning) {
    case Partitioning::Forward: return "forward";
    case Partitioning::Rebalance: return "rebalance";
    case Partitioning::Hash: return "hash";
    case Partitioning::Broadcast: return "broadcast";
  }
  return "";
}

bool has_memory_table(const ExecutionPlan& plan) {
  return std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const ExecutionNode& node) {
    return std::holds_alternative<SinkSpec>(node.spec) && node.kind == "memory";
  });
}

std::string plan_json(const ExecutionPlan& plan) {
  std::string nodes, edges;
  for (const ExecutionNode& node : plan.nodes)
    nodes += fmt::format("{}{{\"id\":{},\"name\":{},\"kind\":{},\"detail\":{},\"parallelism\":{}}}",
                         nodes.empty() ? "" : ",", node.id, json_string(node.name),
                         json_string(node.kind), json_string(node.detail), node.parallelism);
  for (const ExecutionEdge& edge : plan.edges)
    edges +=
        fmt::format("{}{{\"from\":{},\"to\":{},\"partitioning\":\"{}\"}}", edges.empty() ? "" : ",",
                    edge.from, edge.to, partitioning_name(edge.partitioning));
  return fmt::format("{{\"name\":{},\"hasSql\":{},\"nodes\":[{}],\"edges\":[{}]}}",
                     json_string(plan.name), has_memory_table(plan), nodes, edges);
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// One metric with a sample for each node.
struct NodeMetric {
  std::string_view name;
  PrometheusText::Kind kind;
  std::string_view help;
  std::int64_t NodeNumbers::*number;
  double unit;
};
constexpr NodeMetric kNodeMetrics[] = {
    {"millrace_operator_records_in_total", PrometheusText::Kind::Counter, "Rows taken in.",
     &NodeNumbers::in, 1},
    {"millrace_operator_records_out_total", PrometheusText::Kind::Counter, "Rows given out.",
     &NodeNumbers::out, 1},
    {"millrace_operator_busy_seconds_total", PrometheusText::Kind::Counter, "Time at work.",
     &NodeNumbers::busy_ns, 1e-9},
    {"millrace_operator_dropped_records_total", PrometheusText::Kind::Counter, "Rows dropped.",
     &NodeNumbers::dropped, 1},
    {"millrace_operator_errors_total", PrometheusText::Kind::Counter, "Rows that failed.",
     &NodeNumbers::errors, 1},
    {"millrace_operator_queue_records", PrometheusText::Kind::Gauge,
     "Rows that wait at the inputs.", &NodeNumbers::queued, 1},
    {"millrace_operator_state_keys", PrometheusText::Kind::Gauge, "Rows of state.",
     &NodeNumbers::state_rows, 1},
    {"millrace_operator_state_bytes", PrometheusText::Kind::Gauge, "Memory of state.",
     &NodeNumbers::state_bytes, 1},
    {"millrace_operator_watermark_seconds", PrometheusText::Kind::Gauge,
     "Event time given on as complete, since 1970 UTC; 0: none.", &NodeNumbers::watermark, 1e-6},
};

}  // namespace

JobHttp::JobHttp(const ExecutionPlan& plan, const HttpAccess& access, Secrets secrets,
                 bool query_metrics)
    : plan_(plan),
      secrets_(std::move(secrets)),
      has_query_metrics_(query_metrics),
      server_(access) {
  JobView view;
  view.metrics = [this] { return metrics_text(); };
  view.progress = [this] { return progress_json(); };
  view.plan = [text = secrets_.hidden(plan_json(plan_))] { return text; };
  view.state = [this] { return state_json(); };
  if (has_memory_table(plan_)) view.sql = select_as_json;
  add_job_pages(server_, std::move(view));
  add_page_files(server_, "graph.html");
}

void JobHttp::take(const EpochSummary& epoch, const QueryProgress& progress) {
  const std::lock_guard lock(mutex_);
  epoch_ = static_cast<std::int64_t>(epoch.epoch);
  epoch_micros_ = epoch.completed_at - epoch.planned_at;
  progress_.push_back(progress);
  if (progress_.size() > kKeptEpochs) progress_.pop_front();
}

void JobHttp::attach(const Job* job) {
  const std::lock_guard lock(mutex_);
  job_ = job;
}

std::string JobHttp::progress_json() const {
  std::unique_lock lock(mutex_);
  const std::deque<QueryProgress> epochs = progress_;
  lock.unlock();  // the coordinator does not wait for the text
  std::string all;
  for (const QueryProgress& progress : epochs)
    all += (all.empty() ? "" : ",") + secrets_.hidden(to_json(progress));
  return "[" + all + "]";
}

std::string JobHttp::state_json() const {
  const std::lock_guard lock(mutex_);
  if (job_ == nullptr) return {};
  std::string nodes;
  for (const ExecutionNode& node : plan_.nodes) {
    const NodeNumbers sum = numbers_of(*job_, node);
    nodes += fmt::format(
        "{}{{\"in\":{},\"out\":{},\"busyNs\":{},\"dropped\":{},\"queued\":{},\"stateRows\":{},"
        "\"stateBytes\":{},\"watermarkMs\":{}}}",
        nodes.empty() ? "" : ",", sum.in, sum.out, sum.busy_ns, sum.dropped, sum.queued,
        sum.state_rows, sum.state_bytes, sum.watermark / 1000);
  }
  LatencyHistogram latency;
  job_->add_latency_to(latency);
  return fmt::format(
      "{{\"time\":{},\"epoch\":{},\"epochMs\":{:.2f},\"latency\":{{\"p50\":{},\"p99\":{}}},"
      "\"nodes\":[{}]}}",
      now_ms(), epoch_, static_cast<double>(epoch_micros_) / 1e3, latency.at_quantile(0.5),
      latency.at_quantile(0.99), nodes);
}

void JobHttp::add_query_metrics(PrometheusText& metrics) const {
  const auto add = [&](std::string_view name, std::string_view help, double value) {
    metrics.begin(name, PrometheusText::Kind::Gauge, help);
    metrics.add({{"query", plan_.name}}, value);
  };
  const QueryProgress last = progress_.empty() ? QueryProgress() : progress_.back();
  std::int64_t rows = 0, bytes = 0;
  for (const StateOperatorProgress& state : last.state_operators) {
    rows += state.num_rows_total;
    bytes += state.memory_used_bytes;
  }
  add("millrace_query_input_rows_per_second", "Spark's inputRate-total.",
      last.input_rows_per_second);
  add("millrace_query_processed_rows_per_second", "Spark's processingRate-total.",
      last.processed_rows_per_second);
  add("millrace_query_latency_seconds", "Spark's latency: the last trigger's execution.",
      static_cast<double>(last.batch_duration_ms) * 1e-3);
  add("millrace_query_watermark_timestamp_seconds", "Spark's eventTime-watermark.",
      static_cast<double>(last.event_time.watermark.value_or(0)) * 1e-6);
  add("millrace_query_state_rows", "Spark's states-rowsTotal.", static_cast<double>(rows));
  add("millrace_query_state_bytes", "Spark's states-usedBytes.", static_cast<double>(bytes));
}

std::string JobHttp::metrics_text() const {
  const std::lock_guard lock(mutex_);
  PrometheusText metrics;
  if (job_ == nullptr) return {};
  for (const NodeMetric& metric : kNodeMetrics) {
    metrics.begin(metric.name, metric.kind, metric.help);
    for (const ExecutionNode& node : plan_.nodes)
      metrics.add({{"query", plan_.name}, {"operator", node.name}},
                  static_cast<double>(numbers_of(*job_, node).*metric.number) * metric.unit);
  }
  LatencyHistogram latency;
  job_->add_latency_to(latency);
  metrics.begin("millrace_record_latency_seconds", PrometheusText::Kind::Summary,
                "From the source to the sink.");
  for (const double quantile : {0.5, 0.99, 0.999})
    metrics.add({{"query", plan_.name}, {"quantile", fmt::format("{}", quantile)}},
                static_cast<double>(latency.at_quantile(quantile)) * 1e-9);
  metrics.add({{"query", plan_.name}}, static_cast<double>(latency.count()), "_count");
  metrics.begin("millrace_checkpoint_completed_total", PrometheusText::Kind::Counter,
                "Epochs that are complete.");
  metrics.add({{"query", plan_.name}}, static_cast<double>(epoch_ + 1));
  metrics.begin("millrace_checkpoint_duration_seconds", PrometheusText::Kind::Gauge,
                "Of the last epoch, from its start to its commit.");
  metrics.add({{"query", plan_.name}}, static_cast<double>(epoch_micros_) * 1e-6);
  if (has_query_metrics_) add_query_metrics(metrics);
  return secrets_.hidden(metrics.text());
}

}  // namespace millrace::cli
