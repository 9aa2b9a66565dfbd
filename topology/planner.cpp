#include "topology/planner.hpp"

#include "sinks/held_sink.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/plan/node.hpp"
#include "topology/planning/operator_factory.hpp"
#include "topology/planning/over_planning.hpp"
#include "topology/planning/plan_notes.hpp"
#include "topology/planning/table_source.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

namespace millrace {
namespace {

using resolved::Step;
using resolved::StepPtr;

bool keeps_state_below(const Step& step) {
  if (resolved::is_stateful(step)) return true;
  return std::any_of(step.inputs.begin(), step.inputs.end(),
                     [](const StepPtr& input) { return keeps_state_below(*input); });
}

/// The join gives rows of its table that found no partner, so one subtask must see all partners.
bool gives_table_rows(const resolved::Join& join) {
  return !join.is_stream_stream && join.type == JoinType::FullOuter;
}

/// Steps whose rows must all meet in one place.
bool runs_alone(const Step& step, OutputMode mode) {
  if (std::holds_alternative<resolved::Sort>(step.kind)) return true;
  if (std::holds_alternative<resolved::Limit>(step.kind)) return true;
  if (std::holds_alternative<resolved::Watermark>(step.kind))
    return step.options.find("partitionBy") != nullptr;
  if (const auto* join = std::get_if<resolved::Join>(&step.kind)) return gives_table_rows(*join);
  const bool groups = std::holds_alternative<resolved::Aggregate>(step.kind) || over_keys(step);
  return groups && hash_keys(step, mode).empty();
}

/// Stands for the input of a sink that dead letters alone go to: no node of its own.
constexpr int kNoNode = -1;

bool is_dead_letters(const Step& step) {
  const auto* read = std::get_if<resolved::Read>(&step.kind);
  return read && read->format == plan::kDeadLetters;
}

Error located(Error error, const Origin& origin) {
  if (error.origin.line == 0) error.origin = origin;
  return error;
}

class PlanBuilder {
 public:
  explicit PlanBuilder(const Settings& settings) : settings_(settings) {}

  Result<ExecutionPlan> build(const resolved::Plan& plan) {
    plan_.name = settings_.job_name;
    plan_.max_watermark_policy = settings_.max_watermark_policy;
    plan_.bounded = true;
    for (const bool late_records : {false, true}) {
      for (const auto& output : plan.outputs) {
        if (output.late_records != late_records) continue;
        auto input = late_records ? late_node_for(output.input)
                                  : node_for(output.input, output.mode, nullptr);
        if (!input.ok()) return std::move(input.error());
        add_sink(output, *input);
      }
    }
    for (const auto& [node, sink] : dead_letters_)
      if (Status status = add_dead_letters(node, sink); !status) return std::move(status.error());
    return std::move(plan_);
  }

 private:
  /// The node that gives its results to other sinks, whatever their mode.
  Result<int> late_node_for(const StepPtr& step) {
    const auto known = nodes_.lower_bound({step.get(), OutputMode::Append, nullptr});
    if (known != nodes_.end() && std::get<0>(known->first) == step.get()) return known->second;
    return node_for(step, OutputMode::Append, nullptr);
  }

  /// `table_of` is the join that reads the step as its table, or as a part of it. A table shares no
  /// nodes with what is joined to it: it must be able to end while the other side waits.
  Result<int> node_for(const StepPtr& step, OutputMode mode, const Step* table_of) {
    if (is_dead_letters(*step)) return kNoNode;
    if (const OptionText* reload = misplaced_reload(*step, table_of != nullptr))
      return located(make_error(ErrorKind::Config,
                                "reload: no stream is joined with '" + step->name + "' as its table",
                                "add `static: true` and join a stream with it, or remove `reload`"),
                     reload->origin);
    const NodeKey key{step.get(), keeps_state_below(*step) ? mode : OutputMode::Append, table_of};
    if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
    const std::vector<StepPtr>& steps_below =
        sliced_window(*step, mode) ? step->inputs.front()->inputs : step->inputs;
    std::vector<int> inputs;
    for (int port = 0; port < int(steps_below.size()); ++port) {
      const bool is_table = port == table_port(*step);
      auto below = node_for(steps_below[std::size_t(port)], is_table ? OutputMode::Append : mode,
                            is_table ? step.get() : table_of);
      if (!below.ok()) return below;
      inputs.push_back(*below);
    }
    auto node = make_node(*step, mode, inputs);
    if (!node.ok()) return located(std::move(node.error()), step->origin);
    node->is_table = table_of != nullptr;
    const int id = add_node(std::move(*node), *step);
    if (const OptionText* sink = step->options.find("deadLetter"))
      dead_letters_.emplace_back(id, *sink);
    for (std::size_t port = 0; port < inputs.size(); ++port) {
      add_edge(inputs[port], id, int(port), *step, mode, *steps_below[port]);
    }
    if (!table_of && needs_no_data_epochs(*step, mode)) plan_.needs_no_data_epochs = true;
    nodes_.emplace(key, id);
    return id;
  }

  EmitPolicy policy_of(OutputMode mode) const { return {mode, !settings_.trigger.is_continuous()}; }

  static bool needs_no_data_epochs(const Step& step, OutputMode mode) {
    const auto* join = std::get_if<resolved::Join>(&step.kind);
    if (join && !join->left.limit && !join->right.limit) return false;
    return resolved::is_stateful(step) && step.has_watermark && mode != OutputMode::Complete &&
           !std::holds_alternative<resolved::Limit>(step.kind);
  }

  Result<ExecutionNode> make_node(const Step& step, OutputMode mode,
                                  const std::vector<int>& inputs) {
    ExecutionNode node;
    node.kind = resolved::kind_name(step);
    node.detail = step.detail;
    node.output = step.schema;
    auto parallelism = parallelism_of(step, mode, inputs);
    if (!parallelism.ok()) return std::move(parallelism.error());
    node.parallelism = *parallelism;
    if (const auto* read = std::get_if<resolved::Read>(&step.kind)) {
      plan_.bounded = plan_.bounded && read->source.bounded;
      node.spec = SourceSpec{read->source.make, read->source.description, read->source.bounded,
                             read->source.tells_latest_offset};
      return node;
    }
    const EmitPolicy policy = policy_of(mode);
    auto spec = operator_spec(step, {policy, on_error_of(step)});
    if (!spec.ok()) return std::move(spec.error());
    node.spec = std::move(*spec);
    node.notes = notes_of(step, policy);
    return node;
  }

  Result<int> parallelism_of(const Step& step, OutputMode mode,
                             const std::vector<int>& inputs) const {
    if (runs_alone(step, mode)) return 1;
    const auto* read = std::get_if<resolved::Read>(&step.kind);
    if (read && !read->source.parallel) return 1;
    const OptionText* wanted = step.options.find("parallelism");
    if (wanted) return parse_parallelism(*wanted);
    if (read || !hash_keys(step, mode).empty()) return settings_.parallelism;
    int most = 1;
    for (int port = 0; port < int(inputs.size()); ++port) {
      if (port == table_port(step)) continue;
      most = std::max(most, plan_.nodes[std::size_t(inputs[std::size_t(port)])].parallelism);
    }
    return most;
  }

  Result<int> parse_parallelism(const OptionText& text) const {
    int number = 0;
    const char* end = text.value.data() + text.value.size();
    const auto [stop, failure] = std::from_chars(text.value.data(), end, number);
    const bool is_number = failure == std::errc() && stop == end;
    if (is_number && number >= 1 && number <= settings_.max_parallelism) return number;
    return located(
        make_error(ErrorKind::Config, "topology: parallelism out of range: '" + text.value + "'",
                   "give a number from 1 to " + std::to_string(settings_.max_parallelism)),
        text.origin);
  }

  static OnError on_error_of(const Step& step) {
    const OptionText* text = step.options.find("onError");
    if (text && equal_ignoring_case(text->value, "drop")) return OnError::Drop;
    if (text && equal_ignoring_case(text->value, "deadLetter")) return OnError::DeadLetter;
    return OnError::Fail;
  }

  int add_node(ExecutionNode node, const Step& step) {
    const OptionText* uid = step.options.find("uid");
    return add_node(std::move(node), uid ? uid->value : step.name);
  }

  int add_node(ExecutionNode node, const std::string& name) {
    node.id = int(plan_.nodes.size());
    node.name = unique_name(name.empty() ? numbered(node.kind) : name);
    plan_.nodes.push_back(std::move(node));
    return plan_.nodes.back().id;
  }

  /// Nodes without a name count among their kind, so that a filter more or less leaves the names of those
  /// that keep state.
  std::string numbered(const std::string& kind) {
    return kind + "_" + std::to_string(++num_unnamed_[kind]);
  }

  std::string unique_name(const std::string& name) {
    std::string candidate = name;
    for (int i = 2; !names_.insert(candidate).second; ++i) {
      candidate = name + "_" + std::to_string(i);
    }
    return candidate;
  }

  void add_edge(int from, int to, int port, const Step& step, OutputMode mode, const Step& input) {
    ExecutionEdge edge{from, to, port, Partitioning::Forward, {}, input.has_watermark};
    const int writers = plan_.nodes[std::size_t(from)].parallelism;
    const int readers = plan_.nodes[std::size_t(to)].parallelism;
    auto keys = hash_keys(step, mode, port);
    if (port == table_port(step)) {
      edge.comes_first = true;
      edge.has_watermark = false;
      if (readers > 1) edge.partitioning = Partitioning::Broadcast;
    } else if (readers > 1 && !keys.empty()) {
      edge.partitioning = Partitioning::Hash;
      edge.keys = std::move(keys);
    } else if (writers != readers) {
      edge.partitioning = Partitioning::Rebalance;
    }
    plan_.edges.push_back(std::move(edge));
  }

  void add_sink(const resolved::Output& output, int input) {
    ExecutionNode node;
    node.kind = output.format;
    node.detail = output.sink.description;
    node.output = resolved::written_schema(*output.input, output.late_records);
    auto make = output.sink.make;
    const bool continuous = settings_.trigger.is_continuous();
    if (continuous && output.wants_committed && !output.sink.shows_by_epoch)
      make = [make] { return std::make_unique<HeldSink>(make()); };
    node.spec = SinkSpec{std::move(make), output.sink.description, output.mode,
                         output.sink.tells_rows};
    node.notes = {guarantee_of(output, policy_of(output.mode), settings_)};
    const int id = add_node(std::move(node), output.name);
    if (input == kNoNode) {
      dead_letter_sinks_[output.name] = id;
      return;
    }
    const bool is_alone = plan_.nodes[std::size_t(input)].parallelism == 1;
    plan_.edges.push_back({input,
                           id,
                           0,
                           is_alone ? Partitioning::Forward : Partitioning::Rebalance,
                           {},
                           output.input->has_watermark && !output.late_records,
                           output.late_records});
  }

  Status add_dead_letters(int from, const OptionText& name) {
    const auto sink = dead_letter_sinks_.find(name.value);
    if (sink == dead_letter_sinks_.end())
      return located(make_error(ErrorKind::Config,
                                "topology: deadLetter names no sink without `from`: '" + name.value + "'",
                                "add a sink of that name, without `from`"),
                     name.origin);
    const bool is_alone = plan_.nodes[std::size_t(from)].parallelism == 1;
    ExecutionEdge edge{from, sink->second, 0,
                       is_alone ? Partitioning::Forward : Partitioning::Rebalance, {}};
    edge.dead_letters = true;
    plan_.edges.push_back(std::move(edge));
    return {};
  }

  using NodeKey = std::tuple<const Step*, OutputMode, const Step*>;

  const Settings& settings_;
  ExecutionPlan plan_;
  std::vector<std::pair<int, OptionText>> dead_letters_;  // node and the name of the sink
  std::map<std::string, int, NameLess> dead_letter_sinks_;
  std::map<NodeKey, int> nodes_;
  std::set<std::string> names_;
  std::map<std::string, int> num_unnamed_;
};

}  // namespace

Result<ExecutionPlan> plan_execution(const resolved::Plan& plan, const Settings& settings) {
  return PlanBuilder(settings).build(plan);
}

}  // namespace millrace
