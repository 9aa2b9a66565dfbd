#include "records/schema_text.hpp"
#include "sources/file_source.hpp"
#include "tests/unit/sources/source_rig.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <regex>

namespace millrace {

namespace {

const std::string kCases = "tests/fixtures/spark/cases/file-source/";
constexpr std::int64_t kNow = 1'700'000'000;

struct PutFile {
  std::string put;
  std::string from;
  std::int64_t age_seconds = 0;
};
struct Step {
  std::vector<PutFile> files;
  int batches_so_far = 0;
};
struct Case {
  std::string format;
  std::string schema;
  std::string path;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Step> steps;
  std::vector<std::string> files_at_end;
};

/// Reads the few lines of a case.yaml that say what happens.
Case read_case(const std::string& name) {
  static const std::regex kField(R"(^ {4}(format|schema|path): (.*)$)");
  static const std::regex kOption(R"(^ {6}(\w+): '?([^']*)'?$)");
  static const std::regex kPut(R"(\{put: ([^,]+), from: ([^,]+), ageSeconds: (\d+)\})");
  static const std::regex kBatches(R"(^ {2}batchesSoFar: (\d+)$)");
  static const std::regex kAtEnd(R"(^- (in/\S+)$)");
  Case read;
  std::ifstream file(kCases + name + "/case.yaml");
  REQUIRE(file.good());
  std::smatch match;
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(file, line);) {
    if (line == "- files:") read.steps.emplace_back();
    if (std::regex_search(line, match, kField)) fields[match[1]] = match[2];
    if (std::regex_search(line, match, kOption)) read.options.emplace_back(match[1], match[2]);
    if (std::regex_search(line, match, kPut))
      read.steps.back().files.push_back({match[1], match[2], std::stoll(match[3])});
    if (std::regex_search(line, match, kBatches))
      read.steps.back().batches_so_far = std::stoi(match[1]);
    if (std::regex_search(line, match, kAtEnd)) read.files_at_end.push_back(match[1]);
  }
  read.format = fields["format"];
  read.schema = fields["schema"];
  read.path = fields["path"];
  REQUIRE(!read.steps.empty());
  return read;
}

void put_file(const TemporaryFolder& folder, const std::string& name, const PutFile& file) {
  std::ifstream from(kCases + name + "/" + file.from, std::ios::binary);
  REQUIRE(from.good());
  const std::string text{std::istreambuf_iterator<char>(from), {}};
  // The time must be right when the file appears: it is made elsewhere and moved.
  folder.write("elsewhere", text);
  const timespec time{kNow - file.age_seconds, 0};
  const timespec times[2] = {time, time};
  REQUIRE(::utimensat(AT_FDCWD, folder.path("elsewhere").c_str(), times, 0) == 0);
  std::filesystem::create_directories(std::filesystem::path(folder.path(file.put)).parent_path());
  std::filesystem::rename(folder.path("elsewhere"), folder.path(file.put));
}

std::string sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  std::string text;
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

std::string expected_rows(const std::string& name, int batch) {
  std::ifstream file(kCases + name + "/expected/" + std::to_string(batch) + ".jsonl");
  REQUIRE(file.good());
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(line);
  return sorted(rows);
}

/// Puts the files step by step as Spark found them and compares batch by batch.
void replay(const std::string& name) {
  INFO(name);
  const Case golden = read_case(name);
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("in"));
  SourceRig rig;
  rig.now_micros = kNow * 1'000'000;
  SourceRequest request = request_of(golden.options);
  request.paths = {folder.path(golden.path)};
  request.schema = *parse_schema(golden.schema);
  for (const PutFile& file : golden.steps[0].files) put_file(folder, name, file);
  auto source = rig.open(golden.format, request);

  int batches = 0;
  for (std::size_t step = 0; step < golden.steps.size(); ++step) {
    if (step > 0)
      for (const PutFile& file : golden.steps[step].files) put_file(folder, name, file);
    for (auto end = *source->latest_offset(); end != source->offset();
         end = *source->latest_offset()) {
      REQUIRE(source->limit_to(*end).ok());
      while (rig.poll(*source) == PollStatus::Emitted) {
      }
      CHECK(sorted(rig.recorder.rows) == expected_rows(name, batches));
      rig.recorder.take();
      source->acknowledge(*source->offset());
      CHECK(end->json == "{\"logOffset\":" + std::to_string(batches++) + "}");
    }
    CHECK(batches == golden.steps[step].batches_so_far);
  }
  if (golden.files_at_end.empty()) return;
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path("in")))
    left.push_back("in/" + entry.path().filename().string());
  CHECK(left == golden.files_at_end);
}

}  // namespace

TEST_CASE("file source takes the files that Spark takes, batch by batch") {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
    replay(entry.path().filename().string());
    ++cases;
  }
  CHECK(cases == 14);
}

}  // namespace millrace
