#include <csignal>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include "actors/job.hpp"
#include "color.hpp"
#include "commands.hpp"
#include "control_socket.hpp"
#include "exit_code.hpp"
#include "job_http.hpp"
#include "job_options.hpp"
#include "prepared_topology.hpp"
#include "progress_view.hpp"
#include "records/uuid.hpp"
#include "run_control.hpp"
#include "run_log.hpp"
#include "spark_run.hpp"
#include "topology/duration_text.hpp"
#include "topology/option_registry.hpp"
#include "topology/progress_report.hpp"

namespace millrace::cli {
namespace {

constexpr std::chrono::milliseconds kSignalPeriod{50};
// A job gets so long to open, however short its duration is.
constexpr std::chrono::seconds kShortestOpening{2};

struct Flags {
  TopologyRequest topology;
  std::string duration;
  std::int64_t from_epoch = -1;
  bool allow_duplicates = false;
  std::string progress = "auto";
  std::string log_level = "warn";
  std::string log_format = "text";
  std::string idle;
  std::string handoff;
  int threads = -1;
  std::string http;
  std::string http_token;
  bool http_insecure = false;
  std::string engine = "millrace";
  std::string master;
  std::vector<std::string> conf;
};

volatile std::sig_atomic_t caught_signal = 0;

// The first signal asks for a drain, the second ends the process.
void on_signal(int signal) {
  if (caught_signal != 0) _exit(128 + signal);
  caught_signal = signal;
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

/// Checks the flags that the registry knows; their names there are without dashes.
Status check_flags(const Flags& flags) {
  const std::vector<std::pair<std::string, const std::string*>> values{
      {"duration", &flags.duration},     {"progress", &flags.progress},
      {"log-level", &flags.log_level},   {"log-format", &flags.log_format},
      {"idle", &flags.idle},             {"handoff", &flags.handoff},
      {"engine", &flags.engine}};
  for (const auto& [name, value] : values) {
    if (value->empty()) continue;
    if (auto status = check_option_value(*find_option(run_flags(), name), *value); !status) {
      status.error().message = "--" + name + ": " + status.error().message;
      return status.error();
    }
  }
  return {};
}

/// The flags in the command line that only our own engine knows, with commas between.
std::string flags_of_our_engine(const Flags& flags) {
  const std::vector<std::pair<const char*, bool>> given{
      {"--from-epoch", flags.from_epoch >= 0}, {"--allow-duplicates", flags.allow_duplicates},
      {"--log-format", flags.log_format != "text"}, {"--idle", !flags.idle.empty()},
      {"--threads", flags.threads >= 0}, {"--handoff", !flags.handoff.empty()},
      {"--http", !flags.http.empty()}, {"--http-token", !flags.http_token.empty()},
      {"--http-insecure", flags.http_insecure}};
  std::string names;
  for (const auto& [name, is_given] : given)
    if (is_given) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

/// Flags count for more than the file.
JobOptions job_options(const Flags& flags, const LoadedTopology& loaded) {
  JobOptions options = cli::job_options(loaded);
  if (!flags.idle.empty())
    options.idle = flags.idle == "spin" ? IdleStrategy::Spin : IdleStrategy::Park;
  if (flags.threads >= 0) options.threads = flags.threads;
  if (flags.from_epoch >= 0) options.checkpoint.from_epoch = Epoch{flags.from_epoch};
  options.checkpoint.allow_duplicates = flags.allow_duplicates;
  if (!flags.handoff.empty()) options.hand_off = flags.handoff == "on";
  return options;
}

/// `--duration`, from when this was made.
class TimeLimit {
 public:
  explicit TimeLimit(const std::string& duration, std::chrono::microseconds least = {}) {
    if (!duration.empty()) end_ = Clock::now() + std::max(*parse_duration(duration), least);
  }
  bool is_over() const { return end_ && Clock::now() >= *end_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end_;
};

/// Waits for the end of the job, for a signal, a request or for the time to be up, whichever comes first.
/// False: the job is to be ended at once.
bool await_end(Job& job, const Flags& flags, const RunControl& control) {
  const TimeLimit limit(flags.duration);
  bool stopped = false;
  while (!job.await_for(std::chrono::duration_cast<std::chrono::microseconds>(kSignalPeriod))) {
    const StopRequest request = control.stop_request();
    if (request == StopRequest::AtOnce) return false;
    const bool is_over = request == StopRequest::Drain || limit.is_over();
    if (stopped || (caught_signal == 0 && !is_over)) continue;
    job.stop();
    stopped = true;
  }
  return true;
}

using Opening = std::future<Result<std::unique_ptr<Job>>>;

/// Opens the job on a thread of its own: brokers and peers may let it wait for long.
Opening open_job(ExecutionPlan plan, JobOptions options) {
  std::packaged_task<Result<std::unique_ptr<Job>>()> task(
      [plan = std::move(plan), options = std::move(options)]() mutable {
        return Job::start(std::move(plan), std::move(options));
      });
  Opening opening = task.get_future();
  std::thread(std::move(task)).detach();
  return opening;
}

/// False: a signal or a request came first, or the time was up.
bool await_opened(const Opening& opening, const Flags& flags, const RunControl& control) {
  const TimeLimit limit(flags.duration, kShortestOpening);
  while (opening.wait_for(kSignalPeriod) != std::future_status::ready) {
    const bool is_asked = caught_signal != 0 || control.stop_request() != StopRequest::None;
    if (is_asked || limit.is_over()) return false;
  }
  return true;
}

/// Ends the process while its job is being opened. Nothing was read, and what an earlier run left to be
/// committed is left to the next one, as after a crash. Who waits for a broker cannot be told to stop.
[[noreturn]] void leave_unopened(const LoadedTopology& loaded, const RunControl& control) {
  if (!loaded.checkpoint_location.empty())
    ::unlink((loaded.checkpoint_location + "/" + kControlSocket).c_str());
  int code = caught_signal == 0 ? 0 : 128 + caught_signal;
  if (code == 0 && control.stop_request() == StopRequest::None)
    code = fail(ErrorKind::Unavailable, "the job was not open when its duration was over",
                "check that its brokers and peers can be reached");
  else
    finish(code);
  std::_Exit(code);
}

/// Other processes may ask the job while it runs, when it has a folder to be found in.
std::unique_ptr<ControlServer> open_control(const std::string& location, RunControl& control,
                                            RunLog& log) {
  if (location.empty()) return nullptr;
  auto server = ControlServer::listen(
      location, [&control](const std::string& request) { return control.answer(request); });
  if (server) return std::move(*server);
  log.write(LogLevel::Warn, "", server.error().message);
  return nullptr;
}

/// The pages about the job; null when none were asked for.
Result<std::unique_ptr<JobHttp>> start_http(const Flags& flags, const ExecutionPlan& plan,
                                            const LoadedTopology& loaded) {
  if (flags.http.empty()) return std::unique_ptr<JobHttp>();
  const auto access = read_access(flags.http, flags.http_token, flags.http_insecure);
  if (!access) return access.error();
  auto http = std::make_unique<JobHttp>(plan, *access, loaded.secrets,
                                        loaded.runtime.query_metrics);
  if (Status status = http->start(); !status) return status.error();
  std::cerr << "pages about this job: http://" << access->address << ":" << http->port() << "/\n";
  return http;
}

/// What hears of a running job.
struct Watchers {
  const LoadedTopology& loaded;
  const ExecutionPlan& plan;
  RunLog log;
  ProgressView view;
  RunControl control;
  std::unique_ptr<JobHttp> http;  // may be null
  std::optional<ProgressReport> report = {};
  std::unique_ptr<ControlServer> server = {};

  void attach(Job* job) {
    control.attach(job);
    view.attach(job);
    if (http) http->attach(job);
  }
  void take(const EpochSummary& epoch) {
    const QueryProgress progress = report->next(epoch);
    view.show(progress);
    control.take(progress);
    if (http) http->take(epoch, progress);
  }
};

/// Tells `watchers` of the job, which they outlive.
void watch(JobOptions& options, Watchers& watchers) {
  options.on_opened = [&](const std::string& query_id) {
    watchers.report.emplace(watchers.plan, query_id.empty() ? random_uuid() : query_id,
                            random_uuid());
    watchers.server = open_control(watchers.loaded.checkpoint_location, watchers.control,
                                   watchers.log);
  };
  options.on_action = [&](const CoordinatorAction& action) { watchers.control.take(action); };
  options.on_end = [&](const std::optional<Error>& failure) { watchers.control.take_end(failure); };
  options.on_epoch = [&](const EpochSummary& epoch) { watchers.take(epoch); };
  options.on_warning = [&](const std::string& where, const std::string& text) {
    watchers.log.write(LogLevel::Warn, where, text);
  };
}

/// Runs the started job to its end.
Status finish_job(std::unique_ptr<Job> job, const Flags& flags, Watchers& watchers) {
  watchers.attach(job.get());
  const bool ends_by_itself = await_end(*job, flags, watchers.control);
  Status status = ends_by_itself ? job->await() : Status();
  watchers.attach(nullptr);
  return status;
}

int start_and_await(const Flags& flags, const PreparedTopology& prepared) {
  const LoadedTopology& loaded = prepared.loaded;
  const ExecutionPlan plan = *prepared.plan;
  auto http = start_http(flags, plan, loaded);
  if (!http) return fail(http.error().kind, http.error().message, http.error().fix);
  const LogFormat format = flags.log_format == "json" ? LogFormat::Json : LogFormat::Text;
  Watchers watchers{loaded,
                    plan,
                    {log_level(flags.log_level), format, loaded.name, loaded.secrets},
                    {progress_mode(flags.progress), loaded.secrets},
                    {plan, loaded.secrets},
                    std::move(*http)};
  JobOptions options = job_options(flags, loaded);
  watch(options, watchers);
  catch_signals();
  Opening opening = open_job(plan, std::move(options));
  if (!await_opened(opening, flags, watchers.control)) leave_unopened(loaded, watchers.control);
  auto job = opening.get();
  Status status = job ? finish_job(std::move(*job), flags, watchers) : Status(job.error());
  watchers.server.reset();
  watchers.view.end();
  if (!status) {
    std::cout.flush();
    std::cerr << colored(render_diagnostic(loaded.located(status.error()), loaded.texts)) << "\n";
    return finish(static_cast<int>(status.error().kind));
  }
  return finish(caught_signal == 0 ? 0 : 128 + caught_signal);
}

int run(const Flags& flags) {
  if (auto status = check_flags(flags); !status)
    return fail(ErrorKind::Usage, status.error().message, status.error().fix);
  if (const std::string given = flags_of_our_engine(flags);
      flags.engine == "spark" && !given.empty())
    return fail(ErrorKind::Usage, "not for Spark: " + given,
                "leave it out, or say it in Spark's way: `--conf spark.ui.enabled=true` shows its pages, "
                "`--master local[4]` gives it four threads");
  if (flags.engine == "spark")
    return run_on_spark({flags.topology, flags.master, flags.conf, flags.duration,
                         progress_mode(flags.progress), flags.log_level});
  if (!flags.master.empty() || !flags.conf.empty())
    return fail(ErrorKind::Usage, "--master and --conf are Spark's", "add --engine spark");
  TopologyRequest request = flags.topology;
  request.to_run = true;
  auto prepared = prepare(request);
  if (!prepared)
    return fail(prepared.error().kind, prepared.error().message, prepared.error().fix);
  if (!prepared->errors.empty()) {
    print_errors(*prepared);
    return finish(topology_exit_code(prepared->errors));
  }
  if (flags.from_epoch >= 0 && prepared->loaded.checkpoint_location.empty())
    return fail(ErrorKind::Usage, "--from-epoch: there is no checkpoint to go back in",
                "add --checkpoint DIR, or a checkpointLocation to the file");
  if (flags.log_level != "error" && flags.log_level != "off") print_warnings(*prepared);
  return start_and_await(flags, *prepared);
}

std::string summary(const char* name) { return find_option(run_flags(), name)->summary; }

}  // namespace

void add_run(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("run", "Run a topology file until it ends or is stopped.");
  command->add_option("file", flags->topology.file, "Topology file, or - for standard input.")
      ->required();
  command->add_option("--duration", flags->duration, summary("duration"));
  command->add_option("--set", flags->topology.overrides, summary("set"))->allow_extra_args(false);
  command->add_option("--trigger", flags->topology.trigger, summary("trigger"));
  command->add_option("--checkpoint", flags->topology.checkpoint, summary("checkpoint"));
  command->add_option("--from-epoch", flags->from_epoch, summary("from-epoch"))
      ->check([](const std::string& text) {
        return text.starts_with('-') ? "an epoch is 0 or more: '" + text + "'" : std::string();
      });
  command->add_flag("--allow-duplicates", flags->allow_duplicates, summary("allow-duplicates"));
  command->add_option("--progress", flags->progress, summary("progress"));
  command->add_option("--log-level", flags->log_level, summary("log-level"));
  command->add_option("--log-format", flags->log_format, summary("log-format"));
  command->add_option("--idle", flags->idle, summary("idle"));
  command->add_option("--threads", flags->threads, summary("threads"))
      ->check(CLI::Range(0, 1024));
  command->add_option("--handoff", flags->handoff, summary("handoff"));
  command->add_option("--http", flags->http, summary("http"));
  command->add_option("--http-token", flags->http_token, summary("http-token"));
  command->add_flag("--http-insecure", flags->http_insecure, summary("http-insecure"));
  command->add_option("--engine", flags->engine, summary("engine"));
  command->add_option("--master", flags->master, summary("master"));
  command->add_option("--conf", flags->conf, summary("conf"))->allow_extra_args(false);
  command->callback([=] { choose([flags] { return run(*flags); }); });
}

}  // namespace millrace::cli
