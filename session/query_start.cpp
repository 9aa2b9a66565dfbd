#include "session/query_start.hpp"

#include "expressions/expression_errors.hpp"
#include "session/option_names.hpp"
#include "session/query_run.hpp"
#include "session/session_state.hpp"
#include "sinks/memory_table.hpp"
#include "topology/duration_text.hpp"
#include "topology/planner.hpp"

namespace millrace {
namespace {

using ValueRows = std::vector<std::vector<Value>>;

Error name_in_use(const std::string& name) {
  return make_error(ErrorKind::Config,
                    "Cannot start query with name " + name +
                        " as a query with that name is already active in this SparkSession",
                    "stop the other query, or give this one another name");
}

Error write_stream_not_allowed() {
  Error error = spark_error("WRITE_STREAM_NOT_ALLOWED", "42601",
                            "`writeStream` can be called only on streaming Dataset/DataFrame.");
  error.kind = ErrorKind::Config;
  error.fix = "read with `read_stream`, or take the rows with `collect`";
  return error;
}

// The same kind of sink whatever the writer does: only its `plan` gives the program's code.
SinkType program_sink(std::function<PlannedSink()> make) {
  SinkType type;
  type.name = "foreach";
  type.output_modes = {"append", "update", "complete"};
  type.plan = [make = std::move(make)](const SinkRequest&) -> Result<PlannedSink> {
    return make();
  };
  return type;
}

std::vector<SinkType> sinks_with(SinkType own) {
  std::vector<SinkType> sinks = builtin_sinks();
  for (SinkType& known : sinks)
    if (known.name == own.name) known = std::move(own);
  return sinks;
}

JobOptions job_options(const SessionState& session, const Trigger& trigger) {
  JobOptions options;
  options.trigger = trigger;
  options.time_zone = session.chosen_settings.time_zone;
  options.threads = session.chosen_settings.threads;
  options.idle = session.chosen_settings.spin ? IdleStrategy::Spin : IdleStrategy::Park;
  return options;
}

Result<resolved::Plan> analyzed(const plan::WriteStream& output, const Catalog& catalog,
                                const Settings& settings) {
  Analysis analysis = analyze({output}, catalog, settings);
  if (analysis.ok()) return std::move(analysis.plan);
  return std::move(analysis.errors.front());
}

Result<std::shared_ptr<QueryRun>> run_plan(const SessionState& session, resolved::Plan plan,
                                           const std::string& name, const Settings& settings) {
  auto execution = plan_execution(plan, settings);
  if (!execution) return std::move(execution.error());
  auto run = std::make_shared<QueryRun>(std::move(*execution), name);
  if (auto status = run->start(job_options(session, settings.trigger)); !status)
    return std::move(status.error());
  return run;
}

plan::WriteStream memory_output(const plan::NodePtr& plan) {
  plan::WriteStream output;
  output.input = plan;
  output.format = "memory";
  // No name that a user can write clashes with it.
  output.name =
      "\x01"
      "collect" +
      std::to_string(plan::next_node_id());
  return output;
}

}  // namespace

Result<StreamingQuery> start_query(const std::shared_ptr<SessionState>& session,
                                   QueryRequest request) {
  Settings settings = session->settings();
  settings.job_name = request.output.name;
  if (!request.trigger.kind().empty()) {
    auto trigger = make_trigger(request.trigger.kind(), request.trigger.interval());
    if (!trigger) return std::move(trigger.error());
    settings.trigger = *trigger;
  }
  Catalog catalog = session->catalog();
  std::vector<SinkType> sinks;
  if (request.foreach) {
    sinks = sinks_with(program_sink(request.foreach));
    catalog.sinks = &sinks;
  }
  if (auto status = check_option_names(request.output, catalog); !status)
    return std::move(status.error());
  auto plan = analyzed(request.output, catalog, settings);
  if (!plan) return std::move(plan.error());
  if (!plan->outputs.front().input->streaming) return write_stream_not_allowed();
  const std::lock_guard starting(session->starting);
  if (session->find_active(request.output.name)) return name_in_use(request.output.name);
  auto run = run_plan(*session, std::move(*plan), request.output.name, settings);
  if (!run) return std::move(run.error());
  session->add_query(*run);
  return StreamingQuery(std::move(*run));
}

Result<bool> is_streaming(const SessionState& session, const plan::NodePtr& plan) {
  plan::WriteStream output;
  output.input = plan;
  output.format = "noop";
  auto resolved = analyzed(output, session.catalog(), session.settings());
  if (!resolved) return std::move(resolved.error());
  return resolved->outputs.front().input->streaming;
}

Result<ValueRows> collect_rows(const std::shared_ptr<SessionState>& session,
                               const plan::NodePtr& plan) {
  Settings settings = session->settings();
  settings.trigger.kind = Trigger::Kind::AvailableNow;
  const plan::WriteStream output = memory_output(plan);
  auto resolved = analyzed(output, session->catalog(), settings);
  if (!resolved) return std::move(resolved.error());
  if (resolved->outputs.front().input->streaming)
    return make_error(ErrorKind::Config,
                      "Queries with streaming sources must be executed with writeStream.start()",
                      "write the stream to a memory table and collect that");
  auto run = run_plan(*session, std::move(*resolved), output.name, settings);
  if (!run) return std::move(run.error());
  if (auto failure = (*run)->failure()) return std::move(*failure);
  const auto table = find_memory_table(output.name);
  withdraw_memory_table(output.name);
  return table ? table->rows() : ValueRows{};
}

}  // namespace millrace
