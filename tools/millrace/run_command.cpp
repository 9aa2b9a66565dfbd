#include <csignal>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "actors/job.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "job_http.hpp"
#include "prepared_topology.hpp"
#include "progress_view.hpp"
#include "run_log.hpp"
#include "topology/duration_text.hpp"
#include "topology/option_registry.hpp"
#include "topology/progress_report.hpp"

namespace millrace::cli {
namespace {

constexpr std::chrono::milliseconds kSignalPeriod{50};

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

std::string random_uuid() {
  std::random_device device;
  std::uniform_int_distribution<std::uint64_t> any;
  const std::uint64_t high = (any(device) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (any(device) & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

/// Checks the flags that the registry knows; their names there are without dashes.
Status check_flags(const Flags& flags) {
  const std::vector<std::pair<std::string, const std::string*>> values{
      {"duration", &flags.duration},     {"progress", &flags.progress},
      {"log-level", &flags.log_level},   {"log-format", &flags.log_format},
      {"idle", &flags.idle},             {"handoff", &flags.handoff}};
  for (const auto& [name, value] : values) {
    if (value->empty()) continue;
    if (auto status = check_option_value(*find_option(run_flags(), name), *value); !status) {
      status.error().message = "--" + name + ": " + status.error().message;
      return status.error();
    }
  }
  return {};
}

JobOptions job_options(const Flags& flags, const LoadedTopology& loaded) {
  JobOptions options;
  options.trigger = loaded.settings.trigger;
  options.time_zone = loaded.settings.time_zone;
  const bool spin = flags.idle.empty() ? loaded.runtime.spin : flags.idle == "spin";
  options.idle = spin ? IdleStrategy::Spin : IdleStrategy::Park;
  options.threads = flags.threads >= 0 ? flags.threads : loaded.runtime.threads;
  options.checkpoint.location = loaded.checkpoint_location;
  options.checkpoint.retention = loaded.runtime.checkpoint_retention;
  if (flags.from_epoch >= 0) options.checkpoint.from_epoch = Epoch{flags.from_epoch};
  options.checkpoint.allow_duplicates = flags.allow_duplicates;
  options.max_state_bytes = loaded.runtime.max_state_bytes;
  options.alignment = loaded.settings.aligned ? Alignment::Aligned : Alignment::None;
  options.hand_off = flags.handoff.empty() ? loaded.runtime.hand_off : flags.handoff == "on";
  return options;
}

/// Waits for the end of the job, for a signal or for the time to be up, whichever comes first.
void await_end(Job& job, const Flags& flags) {
  using Clock = std::chrono::steady_clock;
  const auto limit = flags.duration.empty() ? std::chrono::microseconds::max()
                                            : *parse_duration(flags.duration);
  const auto start = Clock::now();
  bool stopped = false;
  while (!job.await_for(std::chrono::duration_cast<std::chrono::microseconds>(kSignalPeriod))) {
    const bool is_over = !flags.duration.empty() && Clock::now() - start >= limit;
    if (stopped || (caught_signal == 0 && !is_over)) continue;
    job.stop();
    stopped = true;
  }
}

/// The pages about the job; null when none were asked for.
Result<std::unique_ptr<JobHttp>> start_http(const Flags& flags, const ExecutionPlan& plan) {
  if (flags.http.empty()) return std::unique_ptr<JobHttp>();
  const auto access = read_access(flags.http, flags.http_token, flags.http_insecure);
  if (!access) return access.error();
  auto http = std::make_unique<JobHttp>(plan, *access);
  if (Status status = http->start(); !status) return status.error();
  std::cerr << "pages about this job: http://" << access->address << ":" << http->port() << "/\n";
  return http;
}

int start_and_await(const Flags& flags, const PreparedTopology& prepared) {
  const LoadedTopology& loaded = prepared.loaded;
  RunLog log(log_level(flags.log_level),
             flags.log_format == "json" ? LogFormat::Json : LogFormat::Text, loaded.name);
  const ExecutionPlan plan = *prepared.plan;
  std::optional<ProgressReport> report;
  ProgressView view(progress_mode(flags.progress));
  JobOptions options = job_options(flags, loaded);
  options.on_opened = [&](const std::string& query_id) {
    report.emplace(plan, query_id.empty() ? random_uuid() : query_id, random_uuid());
  };
  auto http = start_http(flags, plan);
  if (!http) return fail(http.error().kind, http.error().message, http.error().fix);
  options.on_epoch = [&](const EpochSummary& epoch) {
    const QueryProgress progress = report->next(epoch);
    view.show(progress);
    if (*http) (*http)->take(epoch, progress);
  };
  options.on_warning = [&](const std::string& where, const std::string& text) {
    log.write(LogLevel::Warn, where, text);
  };
  catch_signals();
  auto job = Job::start(plan, std::move(options));
  Status status;
  if (job) {
    if (*http) (*http)->attach(job->get());
    await_end(**job, flags);
    status = (*job)->await();
    if (*http) (*http)->attach(nullptr);
    job->reset();
  } else {
    status = job.error();
  }
  view.end();
  if (!status) {
    std::cout.flush();
    std::cerr << render_diagnostic(loaded.located(status.error()), loaded.texts) << "\n";
    return finish(static_cast<int>(status.error().kind));
  }
  return finish(caught_signal == 0 ? 0 : 128 + caught_signal);
}

int run(const Flags& flags) {
  if (auto status = check_flags(flags); !status)
    return fail(ErrorKind::Usage, status.error().message, status.error().fix);
  auto prepared = prepare(flags.topology);
  if (!prepared)
    return fail(prepared.error().kind, prepared.error().message, prepared.error().fix);
  if (!prepared->errors.empty()) {
    print_errors(*prepared);
    return finish(topology_exit_code(prepared->errors));
  }
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
  command->add_option("--from-epoch", flags->from_epoch, summary("from-epoch"));
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
  command->callback([=] { choose([flags] { return run(*flags); }); });
}

}  // namespace millrace::cli
