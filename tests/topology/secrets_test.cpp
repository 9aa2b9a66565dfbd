// A canary as the password of a job: whatever the program shows while the job runs must not have it, even
// where the same text stands in a path, which sources, plans and progress name.
#include "tests/support/catch.hpp"
#include "tests/topology/http_get.hpp"
#include "tests/topology/program.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace millrace::testing;

namespace {

const std::string kCanary = "tweety-bird-7";

bool shows_canary(const std::string& text) { return text.find(kCanary) != std::string::npos; }

/// A job that reads a folder named like the canary, and has a Kafka sink with the canary as its password,
/// whose broker is not there.
class CanaryJob {
 public:
  CanaryJob() {
    std::string pattern = (std::filesystem::temp_directory_path() / "canary-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directories(folder_ + "/" + kCanary);
    std::ofstream(folder_ + "/" + kCanary + "/a.json") << "{\"k\":\"a\"}\n";
    std::ofstream(file()) << text();
  }
  ~CanaryJob() { std::filesystem::remove_all(folder_); }

  std::string file() const { return folder_ + "/job.yaml"; }
  std::string location() const { return folder_ + "/state"; }

 private:
  std::string text() const {
    return "name: canary\n"
           "sources:\n"
           "  events: {type: file, format: json, schema: k STRING, path: " + folder_ + "/" + kCanary +
           "}\n"
           "operators:\n"
           "  nobody: {from: events, where: k = 'nobody'}\n"
           "  value: {from: nobody, select: [k AS value]}\n"
           "sinks:\n"
           "  seen: {from: events, type: noop}\n"
           "  broker: {from: value, type: kafka, topic: t, kafka.bootstrap.servers: '127.0.0.1:1',\n"
           "    kafka.security.protocol: SASL_PLAINTEXT, kafka.sasl.mechanism: PLAIN,\n"
           "    kafka.sasl.username: tom, kafka.sasl.password: " + kCanary + "}\n";
  }

  std::string folder_;
};

}  // namespace

TEST_CASE("a job that waits for its broker in vain shows its secrets nowhere") {
  const CanaryJob job;
  const int port = free_port();
  Program program({"run", job.file(), "--progress", "json", "--checkpoint", job.location(),
                   "--trigger", "processingTime 20 ms", "--http",
                   "127.0.0.1:" + std::to_string(port)});
  const std::string plan = await_answer(port, "/api/plan", "broker");

  CHECK(plan.find("*****") != std::string::npos);
  CHECK_FALSE(shows_canary(plan));
  for (const char* page : {"/api/progress", "/api/state", "/metrics"})
    CHECK_FALSE(shows_canary(get(port, page)));

  const ProgramEnd end = program.end();
  CHECK(end.code == 69);
  CHECK(end.err.find("no broker answers") != std::string::npos);
  CHECK_FALSE(shows_canary(end.out + end.err));
}

TEST_CASE("neither explain nor an error quotes a secret") {
  const CanaryJob job;

  const ProgramEnd plan = run_program({"explain", job.file()});
  const ProgramEnd error =
      run_program({"validate", job.file(), "--set", "sinks.broker.nonsense=" + kCanary});
  const ProgramEnd failure =
      run_program({"run", job.file(), "--checkpoint", job.file(), "--progress", "off"});

  CHECK(plan.code == 0);
  CHECK_FALSE(shows_canary(plan.out + plan.err));
  CHECK(error.code == 78);
  CHECK_FALSE(shows_canary(error.out + error.err));
  CHECK(failure.code != 0);
  CHECK_FALSE(shows_canary(failure.out + failure.err));
}
