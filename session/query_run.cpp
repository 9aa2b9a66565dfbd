#include "session/query_run.hpp"

#include "expressions/expression_errors.hpp"
#include "records/uuid.hpp"

#include <thread>

namespace millrace {
namespace {

std::int64_t now_micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// `[CLASS] message SQLSTATE: state`, as Spark tells a cause.
std::string text_with_class(const Error& cause) {
  std::string text = cause.error_class.empty() ? "" : "[" + cause.error_class + "] ";
  text += cause.message;
  return cause.sql_state.empty() ? text : text + " SQLSTATE: " + cause.sql_state;
}

}  // namespace

thread_local const void* CallbackScope::current_ = nullptr;

QueryRun::QueryRun(ExecutionPlan execution_plan, std::string query_name,
                   QueryEnvironment environment)
    : id(random_uuid()),
      run_id(random_uuid()),
      name(std::move(query_name)),
      plan(std::move(execution_plan)),
      env(std::move(environment)),
      status(plan) {}

std::shared_ptr<QueryRun> QueryRun::make(ExecutionPlan plan, std::string name,
                                         QueryEnvironment env) {
  const auto let_go = [](QueryRun* run) {
    if (run->is_inside_callback())
      std::thread([run] { delete run; }).detach();
    else
      delete run;
  };
  return {new QueryRun(std::move(plan), std::move(name), std::move(env)), let_go};
}

Status QueryRun::start(JobOptions options) {
  has_triggers = !options.trigger.is_continuous();
  options.secrets = env.secrets;
  options.on_opened = [this](const std::string& query_id) { on_opened(query_id); };
  options.on_action = [this](const CoordinatorAction& action) { on_action(action); };
  options.on_epoch = [this](const EpochSummary& epoch) { on_epoch(epoch); };
  options.on_end = [this](const std::optional<Error>& failure) { on_end(failure); };
  auto started = Job::start(plan, std::move(options));
  if (!started) {
    if (report) tell_end(env.secrets.hidden(started.error()));
    return std::move(started.error());
  }
  const std::lock_guard lock(mutex);
  job = std::move(*started);
  changed.notify_all();
  return {};
}

// By the thread that starts the query: nothing runs yet.
void QueryRun::on_opened(const std::string& query_id) {
  if (!query_id.empty()) id = query_id;
  report.emplace(plan, id, run_id, env.idle_interval);
  QueryStartedEvent event{id, run_id, std::nullopt, now_micros()};
  if (!name.empty()) event.name = name;
  env.bus->tell_now([&](StreamingQueryListener& listener) { listener.on_query_started(event); });
}

void QueryRun::tell_end(const std::optional<Error>& failure) const {
  env.bus->tell([event = QueryTerminatedEvent{id, run_id, failure}](
                    StreamingQueryListener& listener) { listener.on_query_terminated(event); });
}

// --- From the coordinator ---

void QueryRun::on_action(const CoordinatorAction& action) {
  const std::lock_guard lock(mutex);
  status.take(action);
  if (std::holds_alternative<AskLatestOffsets>(action)) ++num_triggers;
  if (const auto* skipped = std::get_if<SkipTrigger>(&action)) on_idle(*skipped);
}

void QueryRun::on_idle(const SkipTrigger& skipped) {
  last_idle_trigger = num_triggers;
  changed.notify_all();
  const auto progress = report->idle(skipped);
  if (!progress) return;
  keep(*progress);
  env.bus->tell([event = QueryIdleEvent{id, run_id, progress->timestamp_micros}](
                    StreamingQueryListener& listener) { listener.on_query_idle(event); });
}

void QueryRun::on_epoch(const EpochSummary& epoch) {
  const std::lock_guard lock(mutex);
  QueryProgressEvent event{hidden(report->next(epoch))};
  keep(event.progress);
  env.bus->tell([event = std::move(event)](StreamingQueryListener& listener) {
    listener.on_query_progress(event);
  });
}

QueryProgress QueryRun::hidden(QueryProgress progress) const {
  for (SourceProgress& source : progress.sources) {
    source.description = env.secrets.hidden(std::move(source.description));
    for (auto* offset : {&source.start_offset, &source.end_offset, &source.latest_offset})
      if (*offset) *offset = env.secrets.hidden(std::move(**offset));
  }
  for (SinkProgress& sink : progress.sinks)
    sink.description = env.secrets.hidden(std::move(sink.description));
  return progress;
}

void QueryRun::keep(const QueryProgress& progress) {
  recent_progress.push_back(env.secrets.hidden(to_json(progress)));
  if (recent_progress.size() > env.num_recent_progress) recent_progress.pop_front();
}

// The job's last words may come before `start` has it.
void QueryRun::await_start() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return job != nullptr; });
}

void QueryRun::on_end(const std::optional<Error>& failure) {
  {
    const std::lock_guard lock(mutex);
    status.take_end(failure ? std::optional(env.secrets.hidden(*failure)) : std::nullopt);
    ended = true;
    changed.notify_all();
  }
  // Taking the job apart waits for this very thread, so another one does it.
  env.bus->post([run = weak_from_this()] {
    const auto alive = run.lock();
    if (!alive) return;
    alive->await_start();
    const auto cause = alive->failure();
    if (const auto queries = alive->env.queries.lock()) queries->on_end(alive.get(), cause);
    alive->tell_end(cause);
  });
}

Status QueryRun::process_all_available() {
  if (is_inside_callback())
    return make_error(ErrorKind::Usage,
                      "processAllAvailable called inside of the query's own foreach");
  if (!has_triggers)
    return make_error(ErrorKind::Usage, "processAllAvailable needs triggers: query '" + name +
                                            "' is continuous",
                      "wait for `last_progress` to show the epoch");
  std::unique_lock lock(mutex);
  const std::int64_t begun = num_triggers;
  changed.wait(lock, [&] { return ended || last_idle_trigger > begun; });
  if (!ended) return {};
  lock.unlock();
  if (auto error = failure()) return std::move(*error);
  return {};
}

std::optional<Error> QueryRun::failure() {
  const Status status = job->await();
  if (status) return std::nullopt;
  const Error cause = env.secrets.hidden(status.error());
  Error error = spark_error("STREAM_FAILED", "XXKST",
                            "Query [id = " + id + ", runId = " + run_id +
                                "] terminated with exception: " + text_with_class(cause));
  error.kind = cause.kind;
  error.notes = cause.notes;
  if (!cause.error_class.empty()) error.notes.push_back("cause: " + cause.error_class);
  error.fix = cause.fix;
  error.origin = cause.origin;
  return error;
}

}  // namespace millrace
