// How a job is put together from its plan: cells, channels, tasks, actors.
#include "actors/job.hpp"
#include "actors/operator_task.hpp"

#include <algorithm>

namespace millrace {

Status Job::open_checkpoint() {
  if (options_.checkpoint.location.empty() || plan_.bounded) return {};
  auto opened = JobCheckpoint::open(plan_, options_.checkpoint, options_.simulated);
  if (!opened) return std::move(opened.error());
  checkpoint_ = std::move(*opened);
  checkpoint_->store().set_on_storage_full([this](bool is_full) { on_storage_full(is_full); });
  return {};
}

void Job::make_cells() {
  std::size_t num_sources = 0;
  for (const ExecutionNode& node : plan_.nodes) {
    first_index_.push_back(subtasks_.size());
    // Tables are read once, at the start; afterwards their threads are gone.
    if (std::holds_alternative<SourceSpec>(node.spec) && !node.is_table)
      num_sources += static_cast<std::size_t>(node.parallelism);
    for (int i = 0; i < node.parallelism; ++i) {
      subtasks_.push_back(std::make_unique<Subtask>());
      subtasks_.back()->node = node.id;
      subtasks_.back()->subtask = i;
    }
  }
  runtime_ = std::make_unique<ActorRuntime>(
      RuntimeOptions{options_.idle, options_.threads, num_sources, options_.simulated});
  // Before the tasks, which may ask for timers when they open.
  runtime_->spawn_coordinator();
  clock_ = {[this] { return runtime_->now_micros(); }, [this] { return runtime_->steady_ns(); }};
}

void Job::connect() {
  for (const ExecutionEdge& edge : plan_.edges) {
    const int writers = plan_.nodes[static_cast<std::size_t>(edge.from)].parallelism;
    const int readers = plan_.nodes[static_cast<std::size_t>(edge.to)].parallelism;
    const bool one_to_one = edge.partitioning == Partitioning::Forward && writers == readers;
    for (int w = 0; w < writers; ++w) {
      Subtask& writer = *subtasks_[index_of(edge.from, w)];
      OutEdge out{edge.partitioning, edge.keys, edge.has_watermark, edge.is_late, {},
                  edge.dead_letters};
      for (int r = one_to_one ? w : 0; r < (one_to_one ? w + 1 : readers); ++r) {
        Subtask& reader = *subtasks_[index_of(edge.to, r)];
        channels_.push_back(
            std::make_unique<Channel>(writer.cell, reader.cell, options_.channel_records));
        out.channels.push_back(channels_.back().get());
        reader.queues.push_back(channels_.back().get());
        reader.inputs.push_back(
            {channels_.back().get(), edge.port, edge.has_watermark, edge.comes_first});
      }
      writer.edges.push_back(std::move(out));
    }
  }
}

TaskPlace Job::place_of(const ExecutionNode& node, int subtask) {
  TaskPlace place;
  place.node = node.id;
  place.subtask = subtask;
  place.num_subtasks = node.parallelism;
  place.name = node.name;
  place.events = this;
  place.board = &board_;
  place.clock = clock_;
  place.watermark = &subtasks_[index_of(node.id, subtask)]->watermark;
  place.secrets = options_.secrets;
  place.alignment = options_.alignment;
  if (plan_.max_watermark_policy) place.watermark_policy = WatermarkPolicy::Max;
  place.signal_after = [this, cell = &subtasks_[index_of(node.id, subtask)]->cell](
                           std::chrono::microseconds delay) {
    runtime_->post_after(delay, [cell] { cell->signal(); });
  };
  if (!checkpoint_ || node.is_table) return place;
  place.store = &checkpoint_->store();
  place.saved_as = checkpoint_->name_of(node.id, subtask);
  const auto reruns = checkpoint_->reruns({});
  if (!reruns.empty())
    place.first_epoch =
        options_.trigger.is_continuous() ? next(reruns.back().epoch) : reruns.front().epoch;
  else if (const auto restart = checkpoint_->restart())
    place.first_epoch = next(restart->last);
  return place;
}

namespace {
Status named(Status status, const ExecutionNode& node) {
  if (!status) status.error().notes.push_back("in `" + node.name + "`");
  return status;
}
}  // namespace

Status Job::make_tasks() {
  // From the sinks up: a place that cannot be written to is found before anything is read.
  for (auto node = plan_.nodes.rbegin(); node != plan_.nodes.rend(); ++node) {
    for (int i = 0; i < node->parallelism; ++i) {
      Status status;
      if (const auto* source = std::get_if<SourceSpec>(&node->spec))
        status = make_source(*node, *source, i);
      else if (const auto* logic = std::get_if<OperatorSpec>(&node->spec))
        status = make_operator(*node, *logic, i);
      else
        status = make_sink(*node, std::get<SinkSpec>(node->spec), i);
      if (!status) return named(std::move(status), *node);
    }
  }
  return {};
}

Status Job::make_source(const ExecutionNode& node, const SourceSpec& spec, int subtask) {
  Subtask& place = *subtasks_[index_of(node.id, subtask)];
  const bool continuous = options_.trigger.is_continuous() && !plan_.bounded && !node.is_table;
  auto task = std::make_unique<SourceTask>(place_of(node, subtask), sources_.size(), spec.make(),
                                           std::move(place.edges), continuous, options_.hand_off,
                                           options_.max_poll_records, place.counters);
  SourceTask* source = task.get();
  place.cell.attach(std::move(task), nullptr, false);
  const bool goes_on = checkpoint_ && !node.is_table;
  const auto start = goes_on ? checkpoint_->offset_of(node.id, subtask) : std::nullopt;
  const std::string folder = goes_on ? checkpoint_->source_folder(node.id) : std::string();
  if (Status status = source->open(start, folder); !status) return status;
  (node.is_table ? tables_ : sources_).emplace_back(index_of(node.id, subtask), source);
  place.cell.set_poke(runtime_->spawn_source(place.cell, *source));
  return {};
}

Status Job::make_operator(const ExecutionNode& node, const OperatorSpec& spec, int subtask) {
  Subtask& place = *subtasks_[index_of(node.id, subtask)];
  auto task = std::make_unique<OperatorTask>(
      place_of(node, subtask), spec.make(), std::move(place.inputs), std::move(place.edges),
      plan_.bounded || node.is_table, spec.stateful, options_.hand_off, place.counters);
  OperatorTask* logic = task.get();
  place.cell.attach(std::move(task), runtime_->spawn_task(place.cell, false), true);
  const bool goes_on = checkpoint_ && !node.is_table;
  return logic->open(goes_on ? checkpoint_->state_of(node.id) : nullptr);
}

Status Job::make_sink(const ExecutionNode& node, const SinkSpec& spec, int subtask) {
  Subtask& place = *subtasks_[index_of(node.id, subtask)];
  std::unique_ptr<Sink> sink = spec.make();
  const bool blocking = sink->is_blocking();
  sink_pools_.push_back(RecordPool::create());
  latencies_.push_back(std::make_unique<LatencyHistogram>());
  SinkContext context{*sink_pools_.back(), place.counters, node.output};
  context.subtask = subtask;
  context.num_subtasks = node.parallelism;
  context.complete_mode = spec.mode == OutputMode::Complete;
  context.micro_batch = !options_.trigger.is_continuous() || plan_.bounded;
  context.time_zone = options_.time_zone;
  context.wake = [&place] { place.cell.signal(); };
  context.warn = [this, name = node.name](std::string text) { on_warning(name, text); };
  if (checkpoint_) {
    context.durable_name = checkpoint_->store().query_id() + "/" + node.name;
    context.keep_output = [this, name = checkpoint_->name_of(node.id, subtask)](
                              Epoch epoch, std::string bytes) {
      checkpoint_->store().add_output({epoch, name, std::move(bytes)});
    };
  }
  auto task = std::make_unique<SinkTask>(place_of(node, subtask), std::move(sink),
                                         std::move(place.inputs), std::move(context),
                                         *latencies_.back());
  SinkTask* writer = task.get();
  place.cell.attach(std::move(task), runtime_->spawn_task(place.cell, blocking), !blocking);
  sinks_[{node.id, subtask}] = {index_of(node.id, subtask), writer};
  return writer->open(checkpoint_ ? checkpoint_->outputs_of(node.id, subtask)
                                  : std::vector<RecoveredOutput>());
}

CoordinatorOptions Job::coordinator_options() const {
  CoordinatorOptions options;
  options.trigger = options_.trigger;
  if (plan_.bounded) options.trigger.kind = Trigger::Kind::AvailableNow;
  for (const auto& [index, task] : sources_) options.source_nodes.push_back(subtasks_[index]->node);
  options.num_sinks = sinks_.size();
  options.needs_no_data_epochs = plan_.needs_no_data_epochs;
  options.max_watermark_policy = plan_.max_watermark_policy;
  options.bounded = plan_.bounded;
  options.plans_ahead = std::all_of(sources_.begin(), sources_.end(),
                                    [](const auto& source) { return source.second->plans_ahead(); });
  if (checkpoint_) {
    options.durable = true;
    options.restart = checkpoint_->restart();
    options.reruns = checkpoint_->reruns(source_places());
  }
  for (const ExecutionNode& node : plan_.nodes) {
    if (node.is_table) continue;
    options.num_subtasks += static_cast<std::size_t>(node.parallelism);
    const auto* logic = std::get_if<OperatorSpec>(&node.spec);
    options.has_watermark = options.has_watermark || (logic != nullptr && logic->is_watermark);
  }
  return options;
}

}  // namespace millrace
