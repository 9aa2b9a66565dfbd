#include "actors/job_checkpoint.hpp"

namespace millrace {

namespace {

/// Stateful nodes with what their keys and values are, and sources: all that a restart must find
/// again. Tables are read anew.
TopologyFingerprint fingerprint_of(const ExecutionPlan& plan) {
  TopologyFingerprint fingerprint;
  for (const ExecutionNode& node : plan.nodes) {
    if (node.is_table) continue;
    if (std::holds_alternative<SourceSpec>(node.spec)) fingerprint.nodes[node.name] = node.kind;
    const auto* logic = std::get_if<OperatorSpec>(&node.spec);
    if (logic != nullptr && logic->stateful)
      fingerprint.nodes[node.name] = logic->state_name + " " + logic->state_schema;
  }
  return fingerprint;
}

}  // namespace

JobCheckpoint::JobCheckpoint(const ExecutionPlan& plan, std::string location)
    : plan_(plan), location_(std::move(location)) {}

Result<std::unique_ptr<JobCheckpoint>> JobCheckpoint::open(const ExecutionPlan& plan,
                                                           const CheckpointSettings& settings,
                                                           bool simulated) {
  std::unique_ptr<JobCheckpoint> checkpoint(new JobCheckpoint(plan, settings.location));
  CheckpointOptions options;
  options.location = settings.location;
  options.fingerprint = fingerprint_of(plan);
  options.retention = settings.retention;
  options.from_epoch = settings.from_epoch;
  options.allow_duplicates = settings.allow_duplicates;
  FileSystem& files = settings.files != nullptr ? *settings.files : real_file_system();
  auto store = CheckpointStore::open(files, std::move(options), simulated);
  if (!store) return std::move(store.error());
  checkpoint->store_ = std::move(*store);
  return checkpoint;
}

SubtaskName JobCheckpoint::name_of(int node, int subtask) const {
  return {plan_.nodes[static_cast<std::size_t>(node)].name, subtask};
}

std::string JobCheckpoint::source_folder(int node) const {
  // Spark numbers sources in the order of the plan.
  int number = 0;
  for (int i = 0; i < node; ++i) {
    const ExecutionNode& before = plan_.nodes[static_cast<std::size_t>(i)];
    number += !before.is_table && std::holds_alternative<SourceSpec>(before.spec);
  }
  return location_ + "/sources/" + std::to_string(number);
}

int JobCheckpoint::node_called(const std::string& name) const {
  for (const ExecutionNode& node : plan_.nodes)
    if (node.name == name) return node.id;
  return -1;
}

std::optional<Offset> JobCheckpoint::offset_of(int node, int subtask) const {
  const RecoveredCheckpoint* found = store_->recovered();
  if (found == nullptr) return std::nullopt;
  if (!found->last && found->reruns.empty()) return std::nullopt;
  const auto& offsets = found->last ? found->last->offsets : found->reruns.front().starts;
  const auto offset = offsets.find(name_of(node, subtask));
  return offset == offsets.end() ? std::nullopt : std::optional(Offset{offset->second});
}

std::vector<RecoveredOutput> JobCheckpoint::outputs_of(int node, int subtask) const {
  const RecoveredCheckpoint* found = store_->recovered();
  if (found == nullptr || !found->last) return {};
  const CommitRecord& last = *found->last;
  if (last.sinks_committed >= number(last.epoch)) return {};
  const ExecutionNode& sink = plan_.nodes[static_cast<std::size_t>(node)];
  std::map<int, RecoveredOutput> left;
  const auto of = [&](const SubtaskName& name) -> RecoveredOutput* {
    const bool is_gone = name.subtask >= sink.parallelism && subtask == 0;
    if (name.node != sink.name || (name.subtask != subtask && !is_gone)) return nullptr;
    left[name.subtask].subtask = name.subtask;
    return &left[name.subtask];
  };
  for (const auto& [name, token] : last.tokens)
    if (RecoveredOutput* output = of(name)) output->token = token;
  for (const OutputRecord& record : found->outputs) {
    if (number(record.epoch) <= last.sinks_committed) continue;
    if (RecoveredOutput* output = of(record.sink))
      output->outputs.push_back({record.epoch, record.rows});
  }
  std::vector<RecoveredOutput> outputs;
  for (auto& [number, output] : left) outputs.push_back(std::move(output));
  return outputs;
}

const RecoveredState* JobCheckpoint::state_of(int node) const {
  const RecoveredCheckpoint* found = store_->recovered();
  if (found == nullptr) return nullptr;
  const auto state = found->state.find(plan_.nodes[static_cast<std::size_t>(node)].name);
  return state == found->state.end() ? nullptr : &state->second;
}

std::optional<CoordinatorStart> JobCheckpoint::restart() const {
  const RecoveredCheckpoint* found = store_->recovered();
  if (found == nullptr || !found->last) return std::nullopt;
  const CommitRecord& last = *found->last;
  CoordinatorStart start{last.epoch, last.planned_watermark, last.watermark, {}, {}};
  for (const auto& [name, micros] : last.node_watermarks)
    if (const int node = node_called(name); node >= 0) start.node_watermarks[node] = micros;
  if (last.sinks_committed >= number(last.epoch)) return start;
  for (const ExecutionNode& node : plan_.nodes) {
    if (!std::holds_alternative<SinkSpec>(node.spec)) continue;
    for (int subtask = 0; subtask < node.parallelism; ++subtask) {
      const auto token = last.tokens.find(name_of(node.id, subtask));
      SubtaskReport report;
      report.node = node.id;
      report.subtask = subtask;
      report.epoch = last.epoch;
      report.token = token == last.tokens.end() ? std::string() : token->second;
      start.sinks.push_back(std::move(report));
    }
  }
  return start;
}

std::vector<StartEpoch> JobCheckpoint::reruns(
    const std::vector<std::pair<int, int>>& sources) const {
  const RecoveredCheckpoint* found = store_->recovered();
  if (found == nullptr) return {};
  std::vector<StartEpoch> reruns;
  for (const PlanRecord& plan : found->reruns) {
    StartEpoch& start =
        reruns.emplace_back(StartEpoch{plan.epoch, {}, plan.watermark, plan.timestamp, false});
    for (const auto& [node, subtask] : sources) {
      const auto end = plan.ends.find(name_of(node, subtask));
      start.ends.push_back(end == plan.ends.end() ? std::nullopt : std::optional(end->second));
    }
  }
  return reruns;
}

PlanRecord JobCheckpoint::record_of(const WritePlan& plan,
                                    const std::vector<std::pair<int, int>>& sources) const {
  PlanRecord record;
  record.epoch = plan.plan.epoch;
  record.timestamp = plan.plan.timestamp;
  record.watermark = plan.plan.watermark;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const SubtaskName name = name_of(sources[i].first, sources[i].second);
    if (plan.starts[i]) record.starts[name] = *plan.starts[i];
    if (plan.plan.ends[i]) record.ends[name] = *plan.plan.ends[i];
  }
  return record;
}

CommitRecord JobCheckpoint::record_of(const WriteCommit& commit, std::int64_t now) const {
  CommitRecord record;
  record.epoch = commit.epoch;
  record.committed_at = now;
  record.planned_watermark = commit.planned_watermark;
  record.watermark = commit.watermark;
  for (const auto& [node, micros] : commit.node_watermarks)
    record.node_watermarks[name_of(node, 0).node] = micros;
  for (const SubtaskReport& report : commit.reports) {
    const SubtaskName name = name_of(report.node, report.subtask);
    if (report.offset) record.offsets[name] = *report.offset;
    if (report.token) record.tokens[name] = *report.token;
  }
  record.sinks_committed = commit.sinks_committed ? number(*commit.sinks_committed) : -1;
  return record;
}

}  // namespace millrace
