#include "spark_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>

#include "exit_code.hpp"
#include "spark_driver.hpp"
#include "spark_place.hpp"
#include "spark_topology.hpp"
#include "topology/duration_text.hpp"
#include "topology/spark/spark_reports.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kPollMillis = 50;

volatile std::sig_atomic_t caught_signal = 0;
volatile pid_t spark_process = -1;

// The first signal is passed on, the second ends Spark and us.
void on_signal(int signal) {
  if (caught_signal == 0) {
    caught_signal = signal;
    return;
  }
  if (spark_process > 0) kill(-spark_process, SIGKILL);
  _exit(128 + signal);
}

/// A folder for the two programs, gone at the end.
class ProgramFolder {
 public:
  explicit ProgramFolder(const std::string& program) {
    std::string name = (fs::temp_directory_path() / "millrace-spark-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return;
    path_ = name;
    std::ofstream(job()) << program;
    std::ofstream(driver()) << kSparkDriver;
  }
  ~ProgramFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  bool is_there() const { return !path_.empty(); }
  std::string job() const { return path_ + "/job.py"; }
  std::string driver() const { return path_ + "/driver.py"; }

 private:
  std::string path_;
};

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string spark_log_level(const std::string& level) {
  if (level == "debug") return "DEBUG";
  if (level == "info") return "INFO";
  return level == "off" ? "OFF" : "ERROR";
}

/// What a job on this machine wants unless the user says otherwise.
std::vector<std::string> local_conf(const SparkRun& run, const LoadedTopology& loaded) {
  return {"spark.ui.enabled=false",
          "spark.driver.host=127.0.0.1",
          "spark.driver.bindAddress=127.0.0.1",
          "spark.log.level=" + spark_log_level(run.log_level),
          "spark.sql.shuffle.partitions=" + std::to_string(loaded.settings.parallelism)};
}

/// For PYSPARK_SUBMIT_ARGS, which Spark takes apart as a shell would.
std::string submit_arguments(const SparkRun& run, const SparkTopology& topology) {
  const std::string master = run.master.empty() ? "local[*]" : run.master;
  std::string out = "--master " + shell_quoted(master);
  out += " --name " + shell_quoted(topology.loaded().name);
  std::vector<std::string> conf{"spark.ui.showConsoleProgress=false"};
  if (master.starts_with("local"))
    for (std::string& entry : local_conf(run, topology.loaded())) conf.push_back(std::move(entry));
  conf.insert(conf.end(), run.conf.begin(), run.conf.end());
  for (const std::string& entry : conf) out += " --conf " + shell_quoted(entry);
  for (const std::string& package : topology->packages)
    out += " --packages " + shell_quoted(package);
  return out + " pyspark-shell";
}

/// The process that runs Spark, and the file that tells us of it.
class SparkProcess {
 public:
  Status start(const SparkPlace& place, const ProgramFolder& folder, const std::string& arguments,
               const std::map<std::string, std::string>& environment) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return make_error(ErrorKind::Io, "spark: no pipe for its reports");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    process_ = fork();
    if (process_ < 0) return make_error(ErrorKind::Io, "spark: no process can be started");
    if (process_ == 0) run_child(place, folder, arguments, environment, ends[1]);
    spark_process = process_;
    close(ends[1]);
    reports_ = ends[0];
    return {};
  }

  void send(int signal) const { kill(process_, signal); }

  /// Waits a moment for more of the reports; false at their end.
  bool read(std::string& text) const {
    pollfd ready{reports_, POLLIN, 0};
    if (poll(&ready, 1, kPollMillis) <= 0) return true;
    std::array<char, 65'536> bytes;
    const ssize_t count = ::read(reports_, bytes.data(), bytes.size());
    if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }

  /// Exit status, or 128 + the signal that ended it.
  int await() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    close(reports_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  /// In a process group of its own: a terminal's Ctrl-C reaches us, and we pass it on.
  [[noreturn]] static void run_child(const SparkPlace& place, const ProgramFolder& folder,
                                     const std::string& arguments,
                                     const std::map<std::string, std::string>& environment,
                                     int reports) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setenv("PYSPARK_SUBMIT_ARGS", arguments.c_str(), 1);
    setenv("PYSPARK_PYTHON", place.python.c_str(), 1);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    const std::string number = std::to_string(reports);
    execl(place.python.c_str(), place.python.c_str(), folder.driver().c_str(), folder.job().c_str(),
          number.c_str(), nullptr);
    _exit(127);
  }

  pid_t process_ = -1;
  int reports_ = -1;
};

/// Follows the process to its end.
class SparkWatch {
 public:
  SparkWatch(const SparkRun& run, const Secrets& secrets)
      : run_(run), secrets_(secrets), view_(run.progress, secrets) {
    if (!run.duration.empty()) limit_ = Clock::now() + *parse_duration(run.duration);
  }

  int follow(SparkProcess& process) {
    std::string text;
    while (process.read(text)) {
      take_lines(text);
      pass_signal(process);
    }
    take_lines(text);
    view_.end();
    const int code = process.await();
    if (caught_signal != 0) return 128 + caught_signal;
    return stopped_ && code < 2 ? 0 : code;
  }

  const std::string& failure() const { return failure_; }

 private:
  void take_lines(std::string& text) {
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      take(spark::read_report(std::string_view(text).substr(0, end)));
  }

  void take(const spark::Report& report) {
    if (!report.failure.empty()) failure_ = report.failure;
    if (report.progress_json.empty()) return;
    if (run_.progress == ProgressMode::Json)
      std::cerr << secrets_.hidden(report.progress_json) + "\n" << std::flush;
    else
      view_.show(report.progress);
  }

  void pass_signal(const SparkProcess& process) {
    const bool is_over = limit_ && Clock::now() >= *limit_;
    if (stopped_ || (caught_signal == 0 && !is_over)) return;
    process.send(caught_signal == 0 ? SIGTERM : static_cast<int>(caught_signal));
    stopped_ = true;
  }

  const SparkRun& run_;
  const Secrets& secrets_;
  ProgressView view_;
  std::optional<Clock::time_point> limit_;
  std::string failure_;
  bool stopped_ = false;
};

int start_and_follow(const SparkRun& run, const SparkPlace& place, const SparkTopology& topology) {
  const ProgramFolder folder(topology->program);
  if (!folder.is_there())
    return fail(ErrorKind::CannotCreate, "spark: no folder for the program",
                "let TMPDIR name a folder that you may write to");
  SparkProcess process;
  const Status started =
      process.start(place, folder, submit_arguments(run, topology), topology->environment);
  if (!started) return fail(started.error().kind, started.error().message, started.error().fix);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  SparkWatch watch(run, topology.loaded().secrets);
  const int code = watch.follow(process);
  if (code == 0 || caught_signal != 0) return finish(code);
  return fail(ErrorKind::QueryFailed,
              "spark: " + (watch.failure().empty() ? "it ended with status " + std::to_string(code)
                                                   : topology.loaded().secrets.hidden(watch.failure())),
              "the log above says more; --log-level info shows all of it");
}

}  // namespace

int run_on_spark(const SparkRun& run) {
  const auto place = find_spark();
  if (!place) return fail(place.error().kind, place.error().message, place.error().fix);
  for (const std::string& entry : run.conf)
    if (entry.find('=') == std::string::npos || entry.front() == '=')
      return fail(ErrorKind::Usage, "--conf: not a key and a value: '" + entry + "'",
                  "write for example --conf spark.driver.memory=2g");
  const SparkTopology topology = export_for_spark(run.topology);
  if (!topology) return topology.error();
  return start_and_follow(run, *place, topology);
}

}  // namespace millrace::cli
