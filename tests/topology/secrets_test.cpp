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

/// A job that reads a folder named like the canary, has a record that cannot be decoded, and a Kafka sink
/// with the canary as its password, to which no row ever goes.
class CanaryJob {
 public:
  CanaryJob() {
    std::string pattern = (std::filesystem::temp_directory_path() / "canary-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directories(folder_ + "/" + kCanary);
    std::ofstream(folder_ + "/" + kCanary + "/a.json") << "{\"k\":\"a\"}\nthis is no JSON\n";
    std::ofstream(file()) << text();
  }
  ~CanaryJob() { std::filesystem::remove_all(folder_); }

  std::string file() const { return folder_ + "/job.yaml"; }
  std::string location() const { return folder_ + "/state"; }

  /// Everything that the sink for dead letters wrote.
  std::string dead_letters() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/letters")) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream stream(entry.path());
      all.append(std::istreambuf_iterator<char>(stream), {});
    }
    return all;
  }

 private:
  std::string text() const {
    return "name: canary\n"
           "sources:\n"
           "  events: {type: file, format: json, schema: k STRING, path: " + folder_ + "/" + kCanary +
           ", badRecords: deadLetter, deadLetter: letters}\n"
           "operators:\n"
           "  nobody: {from: events, where: k = 'nobody'}\n"
           "  value: {from: nobody, select: [k AS value]}\n"
           "sinks:\n"
           "  seen: {from: events, type: noop}\n"
           "  letters: {type: file, format: json, path: " + folder_ + "/letters}\n"
           "  broker: {from: value, type: kafka, topic: t, kafka.bootstrap.servers: '127.0.0.1:1',\n"
           "    kafka.security.protocol: SASL_PLAINTEXT, kafka.sasl.mechanism: PLAIN,\n"
           "    kafka.sasl.username: tom, kafka.sasl.password: " + kCanary + "}\n";
  }

  std::string folder_;
};

}  // namespace

TEST_CASE("a running job shows its secrets nowhere") {
  const CanaryJob job;
  const int port = free_port();
  Program program({"run", job.file(), "--progress", "json", "--checkpoint", job.location(),
                   "--trigger", "processingTime 20 ms", "--duration", "60 seconds", "--http",
                   "127.0.0.1:" + std::to_string(port)});
  const std::string progress = await_answer(port, "/api/progress", "\"numInputRows\":1");

  CHECK(progress.find("*****") != std::string::npos);
  CHECK_FALSE(shows_canary(progress));
  for (const char* page : {"/api/plan", "/api/state", "/metrics"})
    CHECK_FALSE(shows_canary(get(port, page)));
  const ProgramEnd status = run_program({"status", job.location()});
  CHECK(status.code == 0);
  CHECK(status.out.find("*****") != std::string::npos);
  CHECK_FALSE(shows_canary(status.out + status.err));
  CHECK(run_program({"stop", job.location()}).code == 0);

  const ProgramEnd end = program.end();
  CHECK(end.code == 0);
  CHECK(end.err.find("\"batchId\"") != std::string::npos);
  CHECK_FALSE(shows_canary(end.out + end.err));
  const std::string letters = job.dead_letters();
  CHECK(letters.find("this is no JSON") != std::string::npos);
  CHECK_FALSE(shows_canary(letters));
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
