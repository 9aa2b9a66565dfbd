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
  std::optional<std::string> offset;
  std::optional<StateReport> state;
};

std::map<int, NodeTotals> totals_by_node(const EpochSummary& epoch) {
  std::map<int, NodeTotals> totals;
  for (const SubtaskReport& report : epoch.reports) {
    NodeTotals& node = totals[report.node];
    node.records += report.num_records;
    if (report.offset && (report.subtask == 0 || !node.offset)) node.offset = report.offset;
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

SourceProgress source_progress(const ExecutionNode& node, const SourceSpec& source,
                               const NodeTotals& totals, const EpochSummary& epoch) {
  SourceProgress progress;
  progress.description = source.description;
  const auto start = epoch.start_offsets.find(node.id);
  if (start != epoch.start_offsets.end()) progress.start_offset = start->second;
  progress.end_offset = totals.offset;
  progress.num_input_rows = totals.records;
  return progress;
}

StateOperatorProgress state_progress(const ExecutionNode& node, const OperatorSpec& spec,
                                     const StateReport& state) {
  return {spec.state_name,    state.rows_total,
          state.rows_updated, state.rows_removed,
          state.rows_dropped_by_watermark, state.bytes,
          node.parallelism};
}

std::map<std::string, std::int64_t> durations(const EpochSummary& epoch) {
  const auto ms = [](std::int64_t from, std::int64_t to) {
    return std::max<std::int64_t>(0, (to - from) / 1000);
  };
  return {{"addBatch", ms(epoch.planned_at, epoch.reported_at)},
          {"commitOffsets", ms(epoch.reported_at, epoch.completed_at)},
          {"latestOffset", ms(epoch.trigger_start, epoch.planned_at)},
          {"triggerExecution", ms(epoch.trigger_start, epoch.completed_at)}};
}

}  // namespace

ProgressReport::ProgressReport(const ExecutionPlan& plan, std::string id, std::string run_id)
    : plan_(plan), id_(std::move(id)), run_id_(std::move(run_id)) {}

QueryProgress ProgressReport::next(const EpochSummary& epoch) {
  QueryProgress progress;
  progress.id = id_;
  progress.run_id = run_id_;
  if (!plan_.name.empty()) progress.name = plan_.name;
  progress.timestamp_micros = epoch.trigger_start;
  progress.batch_id = number(epoch.epoch);
  progress.duration_ms = durations(epoch);
  progress.batch_duration_ms = progress.duration_ms.at("triggerExecution");
  progress.event_time = event_times(epoch);
  add_nodes(progress, epoch);
  add_rates(progress, epoch);
  last_trigger_start_ = epoch.trigger_start;
  return progress;
}

void ProgressReport::add_nodes(QueryProgress& progress, const EpochSummary& epoch) const {
  auto totals = totals_by_node(epoch);
  for (const ExecutionNode& node : plan_.nodes) {
    if (node.is_table) continue;
    const NodeTotals& total = totals[node.id];
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      progress.sources.push_back(source_progress(node, *source, total, epoch));
      progress.num_input_rows += total.records;
    } else if (const auto* sink = std::get_if<SinkSpec>(&node.spec)) {
      progress.sinks.push_back({sink->description, total.records});
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
