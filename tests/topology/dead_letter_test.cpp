// Records that cannot be decoded or evaluated, and the sink of their own.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;

namespace {

/// A folder with one input file, gone with the object.
class JobFolder {
 public:
  explicit JobFolder(const std::string& input) {
    std::string pattern = (std::filesystem::temp_directory_path() / "letters-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(path_ + "/in");
    std::ofstream(path_ + "/in/a.json") << input;
  }
  ~JobFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

  /// Lines of all files that a sink wrote to the folder `name`.
  std::vector<nlohmann::json> written(const std::string& name) const {
    std::vector<nlohmann::json> lines;
    for (const auto& file : std::filesystem::directory_iterator(path_ + "/" + name)) {
      std::ifstream stream(file.path());
      if (file.path().extension() != ".json") continue;
      for (std::string line; std::getline(stream, line);)
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
  }

 private:
  std::string path_;
};

std::string job_text(const JobFolder& folder, const std::string& source, const std::string& rest) {
  return "name: letters\n"
         "sources:\n"
         "  events: {type: file, format: json, schema: 'k STRING, n INT', path: " +
         folder.path() + "/in, " + source + "}\n" + rest;
}

const char* const kMixed =
    "{\"k\":\"a\",\"n\":1}\n"
    "this is no JSON\n"
    "{\"k\":\"b\",\"n\":0}\n";

}  // namespace

TEST_CASE("a record that cannot be decoded goes to the dead-letter sink with its place") {
  const JobFolder folder(kMixed);
  const ProgramEnd end = run_program(
      {"run", "-", "--trigger", "availableNow", "--progress", "json", "--checkpoint",
       folder.path() + "/state"},
      job_text(folder, "badRecords: deadLetter, deadLetter: bad",
               "sinks:\n"
               "  screen: {from: events, type: console, format: json}\n"
               "  bad: {type: file, format: json, path: " + folder.path() + "/bad}\n"));

  INFO(end.err);
  REQUIRE(end.code == 0);
  CHECK(end.out == "{\"batchId\":0,\"rows\":[{\"k\":\"a\",\"n\":1},{\"k\":\"b\",\"n\":0}]}\n");
  const auto letters = folder.written("bad");
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["raw"] == "dGhpcyBpcyBubyBKU09O");
  CHECK(letters[0]["source"] == "events");
  CHECK(letters[0]["position"] == folder.path() + "/in/a.json:16");
  CHECK(letters[0]["errorClass"].get<std::string>().starts_with("MALFORMED_RECORD_IN_PARSING"));
  CHECK(letters[0].contains("time"));
  CHECK(end.err.find("\"numInputRows\":2") != std::string::npos);
  CHECK(end.err.find("\"metrics\":{\"numBadRecords\":\"1\"}") != std::string::npos);
}

TEST_CASE("a row on which an expression fails goes there as JSON") {
  const JobFolder folder(kMixed);
  const ProgramEnd end = run_program(
      {"run", "-", "--trigger", "availableNow", "--checkpoint", folder.path() + "/state"},
      job_text(folder, "badRecords: drop",
               "operators:\n"
               "  shares: {from: events, select: [k, 10 / n AS share], onError: deadLetter, "
               "deadLetter: bad}\n"
               "sinks:\n"
               "  screen: {from: shares, type: console, format: json}\n"
               "  bad: {type: file, format: json, path: " + folder.path() + "/bad}\n"));

  INFO(end.err);
  REQUIRE(end.code == 0);
  CHECK(end.out == "{\"batchId\":0,\"rows\":[{\"k\":\"a\",\"share\":10.0}]}\n");
  const auto letters = folder.written("bad");
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["raw"] == "eyJrIjoiYiIsIm4iOjB9");  // {"k":"b","n":0}
  CHECK(letters[0]["source"] == "shares");
  CHECK(letters[0]["errorClass"] == "DIVIDE_BY_ZERO");
}

TEST_CASE("in continuous mode dead letters flow too") {
  const JobFolder folder(kMixed);
  const ProgramEnd end = run_program(
      {"run", "-", "--trigger", "continuous 50 ms", "--duration", "1 second"},
      job_text(folder, "badRecords: deadLetter, deadLetter: bad",
               "sinks:\n"
               "  screen: {from: events, type: noop}\n"
               "  bad: {type: console, format: json}\n"));

  INFO(end.err);
  REQUIRE(end.code == 0);
  CHECK(end.out.find("\"source\":\"events\"") != std::string::npos);
}

TEST_CASE("a dead-letter policy without a sink is a mistake of the file") {
  const JobFolder folder(kMixed);
  const std::string screen = "sinks: {screen: {from: events, type: noop}}\n";

  const ProgramEnd nameless =
      run_program({"validate", "-"}, job_text(folder, "badRecords: deadLetter", screen));
  CHECK(nameless.code == 78);
  CHECK(nameless.err.find("`badRecords: deadLetter` without a sink") != std::string::npos);

  const ProgramEnd lost = run_program(
      {"validate", "-"}, job_text(folder, "badRecords: deadLetter, deadLetter: grave", screen));
  CHECK(lost.code == 78);
  CHECK(lost.err.find("deadLetter names no sink without `from`: 'grave'") != std::string::npos);
}
