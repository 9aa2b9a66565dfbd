// A job whose broker says nothing waits for it while it opens. Whoever wants it to end need not wait too.
#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

#include <stdlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace millrace::testing;

namespace {

/// A job that writes to a broker which takes the connection and never answers.
class SilentBrokerJob {
 public:
  SilentBrokerJob() {
    std::string pattern = (std::filesystem::temp_directory_path() / "opening-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::ofstream(file()) << "sources: {ticks: {type: rate}}\n"
                             "operators: {texts: {from: ticks, select: [CAST(value AS STRING) AS value]}}\n"
                             "sinks: {out: {from: texts, type: kafka, topic: t,\n"
                             "  kafka.bootstrap.servers: '127.0.0.1:" + std::to_string(server_.port()) +
                                 "'}}\n"
                             "checkpointLocation: state\n";
  }
  ~SilentBrokerJob() { std::filesystem::remove_all(folder_); }

  std::string file() const { return folder_ + "/job.yaml"; }
  std::string control_socket() const { return folder_ + "/state/control.sock"; }
  /// Returns when the job waits.
  void await_opening() { server_.accept_client(); }

 private:
  TestServer server_;
  std::string folder_;
};

bool says(const ProgramEnd& end, const std::string& text) {
  return end.err.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a signal ends a job that waits for its broker") {
  SilentBrokerJob job;
  Program program({"run", job.file(), "--progress", "off"});
  job.await_opening();

  program.send_signal(SIGINT);
  const ProgramEnd end = program.end();

  CHECK(end.code == 130);
  CHECK_FALSE(says(end, "no broker answers"));
}

TEST_CASE("`stop` ends a job that waits for its broker") {
  SilentBrokerJob job;
  Program program({"run", job.file(), "--progress", "off"});
  job.await_opening();

  const ProgramEnd stop = run_program({"stop", job.file()});
  const ProgramEnd end = program.end();

  INFO(stop.err);
  CHECK(stop.code == 0);
  CHECK(end.code == 0);
  CHECK_FALSE(says(end, "no broker answers"));
  CHECK_FALSE(std::filesystem::exists(job.control_socket()));
}

TEST_CASE("a job that waits for its broker longer than it was to run says so") {
  SilentBrokerJob job;
  Program program({"run", job.file(), "--progress", "off", "--duration", "1 ms"});

  const ProgramEnd end = program.end();

  CHECK(end.code == 69);
  CHECK(says(end, "the job was not open when its duration was over"));
}
