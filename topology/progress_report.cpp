#include "topology/progress_report.hpp"

#include <algorithm>
#include <map>

namespace millrace {
namespace {

constexpr double kMicrosPerSecond = 1e6;

double rate(std::int64_t rows, std::int64_t micros) {
  return micros > 0 ? static_cast<double>(rows) * kMicrosPerSecond / static_cast<double>(micros) : 0;
}

/// Sums of one node over its subtasks.
struct NodeTotals {
  std::int64_t records = 0;
  std::int64_t bad_records = 0;
  const SubtaskReport* first = nullptr;  // of its first subtask
  std::optional<StateReport> state;
};

std::map<int, NodeTotals> totals_by_node(const EpochSummary& epoch) {
  std::map<int, NodeTotals> totals;
  for (const SubtaskReport& report : epoch.reports) {
    NodeTotals& node = totals[report.node];
    node.records += report.num_records;
    node.bad_records += report.num_bad_records;
    if (node.first == nullptr || report.subtask == 0) node.first = &report;
    if (!report.state) continue;
    if (!node.state) node.state.emplace();
    node.state->rows_total += report.state->rows_total;
    node.state->rows_updated += report.state->rows_updated;
    node.state->rows_removed += report.state->rows_removed;
    node.state->rows_dropped_by_watermark += report.state->rows_dropped_by_watermark;
    node.state->bytes += report.state->bytes;
  }
  return totals;
}

EventTimeProgress event_times(const EpochSummary& epoch) {
  EventTimeProgress times;
  std::int64_t count = 0;
  double sum = 0;
  for (const SubtaskReport& report : epoch.reports) {
    if (!report.event_time || report.event_time->count == 0) continue;
    const EventTimeReport& seen = *report.event_time;
    times.max = std::max(times.max.value_or(seen.max), seen.max);
    times.min = std::min(times.min.value_or(seen.min), seen.min);
    count += seen.count;
    sum += seen.sum;
  }
  if (count > 0) times.average = static_cast<std::int64_t>(sum / static_cast<double>(count));
  times.watermark = epoch.watermark;
  return times;
}

SourceProgress source_progress(const SourceSpec& source, const NodeTotals& totals) {
  SourceProgress progress;
  progress.description = source.description;
  progress.num_input_rows = totals.records;
  if (totals.first != nullptr) {
    const SubtaskReport& report = *totals.first;
    progress.start_offset = report.start_offset;
    progress.end_offset = report.offset;
    if (source.tells_latest_offset)
      progress.latest_offset = report.latest_offset ? report.latest_offset : report.offset;
    progress.metrics = report.metrics;
  }
  if (totals.bad_records > 0)
    progress.metrics["numBadRecords"] = std::to_string(totals.bad_records);
  return progress;
}

StateOperatorProgress state_progress(const ExecutionNode& node, const OperatorSpec& spec,
                                     const StateReport& state) {
  StateOperatorProgress progress;
  progress.operator_name = spec.state_name;
  progress.num_rows_total = state.rows_total;
  progress.num_rows_updated = state.rows_updated;
  progress.num_rows_removed = state.rows_removed;
  progress.num_rows_dropped_by_watermark = state.rows_dropped_by_watermark;
  progress.memory_used_bytes = state.bytes;
  progress.num_partitions = node.parallelism;
  progress.custom_metrics = {{"stateOnCurrentVersionSizeBytes", state.bytes}};
  return progress;
}

std::int64_t ms_between(std::int64_t from, std::int64_t to) {
  return std::max<std::int64_t>(0, (to - from) / 1000);
}

// A job is planned once and its sources are opened once: two of Spark's steps take no time.
std::map<std::string, std::int64_t> durations(const EpochSummary& epoch) {
  return {{"addBatch", ms_between(epoch.planned_at, epoch.reported_at)},
          {"commitOffsets", ms_between(epoch.reported_at, epoch.completed_at)},
          {"getBatch", 0},
          {"latestOffset", ms_between(epoch.trigger_start, epoch.planned_at)},
          {"queryPlanning", 0},
          {"triggerExecution", ms_between(epoch.trigger_start, epoch.completed_at)},
          {"walCommit", 0}};
}

}  // namespace

ProgressReport::ProgressReport(const ExecutionPlan& plan, std::string id, std::string run_id,
                               std::chrono::microseconds idle_interval)
    : plan_(plan),
      id_(std::move(id)),
      run_id_(std::move(run_id)),
      idle_interval_(idle_interval.count()) {}

QueryProgress ProgressReport::begin(std::int64_t trigger_start, Epoch epoch) const {
  QueryProgress progress;
  progress.id = id_;
  progress.run_id = run_id_;
  if (!plan_.name.empty()) progress.name = plan_.name;
  progress.timestamp_micros = trigger_start;
  progress.batch_id = number(epoch);
  return progress;
}

QueryProgress ProgressReport::next(const EpochSummary& epoch) {
  QueryProgress progress = begin(epoch.trigger_start, epoch.epoch);
  progress.duration_ms = durations(epoch);
  progress.batch_duration_ms = progress.duration_ms.at("triggerExecution");
  progress.event_time = event_times(epoch);
  add_nodes(progress, epoch);
  add_rates(progress, epoch);
  last_trigger_start_ = epoch.trigger_start;
  last_told_ = epoch.completed_at;
  state_operators_ = progress.state_operators;
  return progress;
}

std::optional<QueryProgress> ProgressReport::idle(const SkipTrigger& skipped) {
  last_trigger_start_ = skipped.trigger_start;
  if (last_told_ && skipped.planned_at - *last_told_ < idle_interval_) return std::nullopt;
  last_told_ = skipped.planned_at;
  QueryProgress progress = begin(skipped.trigger_start, skipped.next);
  const std::int64_t spent = ms_between(skipped.trigger_start, skipped.planned_at);
  progress.duration_ms = {{"latestOffset", spent}, {"triggerExecution", spent}};
  progress.batch_duration_ms = spent;
  progress.event_time.watermark = skipped.watermark;
  progress.state_operators = state_operators_;
  for (StateOperatorProgress& state : progress.state_operators)
    state.num_rows_updated = state.num_rows_dropped_by_watermark = 0;
  add_idle_nodes(progress, skipped);
  return progress;
}

void ProgressReport::add_idle_nodes(QueryProgress& progress, const SkipTrigger& skipped) const {
  for (const ExecutionNode& node : plan_.nodes) {
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      SourceProgress idle;
      idle.description = source->description;
      if (const auto start = skipped.starts.find(node.id); start != skipped.starts.end())
        idle.start_offset = start->second;
      idle.end_offset = idle.start_offset;
      if (source->tells_latest_offset) idle.latest_offset = idle.start_offset;
      progress.sources.push_back(std::move(idle));
    } else if (const auto* sink = std::get_if<SinkSpec>(&node.spec)) {
      progress.sinks.push_back({sink->description, -1});
    }
  }
}

void ProgressReport::add_nodes(QueryProgress& progress, const EpochSummary& epoch) const {
  auto totals = totals_by_node(epoch);
  for (const ExecutionNode& node : plan_.nodes) {
    if (node.is_table) continue;
    const NodeTotals& total = totals[node.id];
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      progress.sources.push_back(source_progress(*source, total));
      progress.num_input_rows += total.records;
    } else if (const auto* sink = std::get_if<SinkSpec>(&node.spec)) {
      progress.sinks.push_back({sink->description, sink->tells_rows ? total.records : -1});
    } else if (const auto& spec = std::get<OperatorSpec>(node.spec); spec.stateful && total.state) {
      progress.state_operators.push_back(state_progress(node, spec, *total.state));
    }
  }
  // Spark lists them from the sink back.
  std::reverse(progress.state_operators.begin(), progress.state_operators.end());
}

void ProgressReport::add_rates(QueryProgress& progress, const EpochSummary& epoch) const {
  const std::int64_t since_last =
      last_trigger_start_ ? epoch.trigger_start - *last_trigger_start_ : 0;
  const std::int64_t execution = epoch.completed_at - epoch.trigger_start;
  progress.input_rows_per_second = rate(progress.num_input_rows, since_last);
  progress.processed_rows_per_second = rate(progress.num_input_rows, execution);
  for (SourceProgress& source : progress.sources) {
    source.input_rows_per_second = rate(source.num_input_rows, since_last);
    source.processed_rows_per_second = rate(source.num_input_rows, execution);
  }
}

}  // namespace millrace
