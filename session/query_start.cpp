#include "session/query_start.hpp"

#include "expressions/expression_errors.hpp"
#include "records/uuid.hpp"
#include "session/option_names.hpp"
#include "session/query_run.hpp"
#include "session/session_state.hpp"
#include "sinks/memory_table.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/duration_text.hpp"
#include "topology/planner.hpp"

#include <filesystem>

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
SinkType program_sink(const std::string& format, std::function<PlannedSink()> make) {
  SinkType type;
  type.name = format;
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

Result<resolved::Plan> analyzed(const std::vector<plan::WriteStream>& outputs,
                                const Catalog& catalog, const Settings& settings) {
  Analysis analysis = analyze(outputs, catalog, settings);
  if (analysis.ok()) return std::move(analysis.plan);
  return std::move(analysis.errors.front());
}

std::string absolute_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// The query's own, else one in the session's; absolute, or empty: nothing outlives the process.
std::string checkpoint_location(const SessionState& session, const plan::WriteStream& output) {
  const OptionText* own = output.options.find("checkpointLocation");
  if (own && !own->value.empty()) return absolute_path(own->value);
  const std::string& all = session.chosen_settings.checkpoint_location;
  if (all.empty()) return {};
  return absolute_path(all + "/" + (output.name.empty() ? random_uuid() : output.name));
}

Status check_location(const plan::WriteStream& output, const Catalog& catalog,
                      const std::string& location) {
  const auto sink = find_sink(*catalog.sinks, output.format);
  if (!sink || !sink->type->needs_checkpoint || !location.empty()) return {};
  return make_error(ErrorKind::Config,
                    "checkpointLocation must be specified either through "
                    "option(\"checkpointLocation\", ...) or "
                    "SparkSession.conf.set(\"spark.sql.streaming.checkpointLocation\", ...).",
                    "set the option checkpointLocation, or checkpoint_location of the session");
}

Status check_output(const plan::WriteStream& output, const Catalog& catalog,
                    const std::string& location) {
  // The code of a program stays behind when its writer is given away.
  if (output.late_records && output.format.starts_with("foreach"))
    return make_error(ErrorKind::Config, "late_records: the writer has code of the program",
                      "give it a format by name");
  if (auto status = check_option_names(output, catalog); !status) return status;
  return check_location(output, catalog, location);
}

std::vector<plan::WriteStream> outputs_of(const QueryRequest& request) {
  std::vector<plan::WriteStream> outputs{request.output};
  outputs.insert(outputs.end(), request.late_outputs.begin(), request.late_outputs.end());
  return outputs;
}

QueryEnvironment environment(const SessionState& session, const QueryRequest& request) {
  QueryEnvironment env;
  env.bus = session.bus;
  env.queries = session.queries;
  env.num_recent_progress = session.chosen_settings.num_recent_progress;
  env.idle_interval = session.chosen_settings.no_data_progress_interval;
  env.checkpoint_location = checkpoint_location(session, request.output);
  env.secrets = secrets_of(request.output, session.catalog());
  env.callback_mark = request.callback_mark;
  return env;
}

/// A run on the same folder gives way (Spark: stopActiveRunOnRestart).
void stop_run_on(const ActiveQueries& queries, const std::string& location) {
  const auto older = queries.find_location(location);
  if (!older) return;
  older->job->stop();
  if (!older->is_inside_callback()) (void)older->job->await();
}

/// Starts what was planned and makes it known to the session.
Result<StreamingQuery> run_query(SessionState& session, ExecutionPlan plan, QueryEnvironment env,
                                 const std::string& name, const Trigger& trigger) {
  const std::lock_guard starting(session.starting);
  stop_run_on(*session.queries, env.checkpoint_location);
  if (session.queries->find_name(name)) return name_in_use(name);
  JobOptions options = job_options(session, trigger);
  options.checkpoint.location = env.checkpoint_location;
  const auto run = QueryRun::make(std::move(plan), name, std::move(env));
  if (auto status = run->start(std::move(options)); !status) return std::move(status.error());
  session.queries->add(run);
  return StreamingQuery(run);
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

Result<StreamingQuery> checked_start(const std::shared_ptr<SessionState>& session,
                                     const QueryRequest& request) {
  Settings settings = session->settings();
  settings.job_name = request.output.name;
  QueryEnvironment env = environment(*session, request);
  settings.durable = !env.checkpoint_location.empty();
  if (!request.trigger.kind().empty()) {
    auto trigger = make_trigger(request.trigger.kind(), request.trigger.interval());
    if (!trigger) return std::move(trigger.error());
    settings.trigger = *trigger;
    settings.real_time = is_real_time(request.trigger.kind());
  }
  Catalog catalog = session->catalog();
  std::vector<SinkType> sinks;
  if (request.foreach) {
    sinks = sinks_with(program_sink(request.output.format, request.foreach));
    catalog.sinks = &sinks;
  }
  const std::vector<plan::WriteStream> outputs = outputs_of(request);
  for (const plan::WriteStream& output : outputs)
    if (auto status = check_output(output, catalog, env.checkpoint_location); !status)
      return std::move(status.error());
  auto plan = analyzed(outputs, catalog, settings);
  if (!plan) return std::move(plan.error());
  if (!plan->outputs.front().input->streaming) return write_stream_not_allowed();
  auto execution = plan_execution(*plan, settings);
  if (!execution) return std::move(execution.error());
  return run_query(*session, std::move(*execution), std::move(env), request.output.name,
                   settings.trigger);
}

}  // namespace

Result<StreamingQuery> start_query(const std::shared_ptr<SessionState>& session,
                                   const QueryRequest& request) {
  auto query = checked_start(session, request);
  if (query) return query;
  return secrets_of(request.output, session->catalog()).hidden(std::move(query.error()));
}

Result<bool> is_streaming(const SessionState& session, const plan::NodePtr& plan) {
  plan::WriteStream output;
  output.input = plan;
  output.format = "noop";
  auto resolved = analyzed({output}, session.catalog(), session.settings());
  if (!resolved) return std::move(resolved.error());
  return resolved->outputs.front().input->streaming;
}

Result<ValueRows> collect_rows(const std::shared_ptr<SessionState>& session,
                               const plan::NodePtr& plan) {
  Settings settings = session->settings();
  settings.trigger.kind = Trigger::Kind::AvailableNow;
  if (Status status = check_option_names(plan, session->catalog()); !status) return status.error();
  const plan::WriteStream output = memory_output(plan);
  auto resolved = analyzed({output}, session->catalog(), settings);
  if (!resolved) return std::move(resolved.error());
  if (resolved->outputs.front().input->streaming)
    return make_error(ErrorKind::Config,
                      "Queries with streaming sources must be executed with writeStream.start(), or "
                      "from a streaming table or flow definition within a Spark Declarative Pipeline.",
                      "write the stream to a memory table and collect that");
  auto execution = plan_execution(*resolved, settings);
  if (!execution) return std::move(execution.error());
  auto job = Job::start(std::move(*execution), job_options(*session, settings.trigger));
  if (!job) return std::move(job.error());
  if (auto status = (*job)->await(); !status) return std::move(status.error());
  const auto table = find_memory_table(output.name);
  withdraw_memory_table(output.name);
  return table ? table->rows() : ValueRows{};
}

}  // namespace millrace
