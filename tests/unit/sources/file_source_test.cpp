#include "sources/file_source.hpp"

#include "sources/partition_folders.hpp"
#include "tests/unit/sources/source_rig.hpp"

#include <poll.h>

namespace millrace {

namespace {

SourceRequest text_in(const TemporaryFolder& folder,
                      std::vector<std::pair<std::string, std::string>> options = {}) {
  SourceRequest request = request_of(std::move(options));
  std::filesystem::create_directories(folder.path("in"));
  request.paths = {folder.path("in")};
  return request;
}

std::string value(const std::string& text) { return "{\"value\":\"" + text + "\"}"; }

}  // namespace

TEST_CASE("static file source reads what is there and ends") {
  const TemporaryFolder folder;
  folder.write("in/a", "1\n2\n");
  SourceRig rig;
  auto request = text_in(folder);
  request.streaming = false;
  auto source = rig.open("text", request);

  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::EndOfInput);
  CHECK(rig.recorder.take() == value("1") + " " + value("2"));
}

TEST_CASE("file source reads a file of many pieces without losing or changing a line") {
  const TemporaryFolder folder;
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 60'000; ++i) {
    const std::string line = std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x');
    text += line + "\n";
    expected.push_back(value(line));
  }
  folder.write("in/a", text);
  SourceRig rig;
  auto source = rig.open("text", text_in(folder));
  REQUIRE(source->limit_to(**source->latest_offset()).ok());
  while (rig.poll(*source) == PollStatus::Emitted) {
  }
  CHECK((rig.recorder.rows == expected));
  CHECK(rig.counters.bytes_in.value() == static_cast<std::int64_t>(text.size()));
}

TEST_CASE("file source reads a line longer than a piece") {
  const TemporaryFolder folder;
  const std::string line(1'000'000, 'y');
  folder.write("in/a", "before\n" + line + "\nafter\n");
  SourceRig rig;
  auto source = rig.open("text", text_in(folder));
  CHECK((rig.micro_batch(*source) == value("before") + " " + value(line) + " " + value("after")));
}

TEST_CASE("file source becomes readable when a file arrives") {
  const TemporaryFolder folder;
  SourceRig rig;
  auto source = rig.open("text", text_in(folder));
  CHECK(rig.micro_batch(*source) == "none");

  folder.write("in/a", "1\n");
  pollfd waited{source->ready_fd(), POLLIN, 0};
  CHECK(::poll(&waited, 1, 10'000) == 1);
  CHECK(rig.micro_batch(*source) == value("1"));
}

TEST_CASE("file source leaves a file that is still being written until it is closed") {
  const TemporaryFolder folder;
  SourceRig rig;
  auto source = rig.open("text", text_in(folder));
  CHECK(rig.micro_batch(*source) == "none");

  std::ofstream slow(folder.path("in/slow"));
  slow << "half" << std::flush;
  folder.write("in/whole", "1\n");
  // The file's time is the machine's, so the clock here must not be far behind it.
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  rig.now_micros = now.tv_sec * 1'000'000;
  CHECK(rig.micro_batch(*source) == value("1"));
  slow << " done\n";
  slow.close();
  CHECK(rig.micro_batch(*source) == value("half done"));
}

TEST_CASE("file source reads new files at once in continuous mode and goes on within a file") {
  const TemporaryFolder folder;
  folder.write("in/a", "1\n2\n3\n");
  SourceRig rig;
  rig.context.state_directory = folder.path("state");
  auto request = text_in(folder);
  request.continuous = true;
  auto source = rig.open("text", request);
  CHECK(rig.poll(*source, 2) == PollStatus::Emitted);
  const auto middle = source->offset();
  CHECK(middle->json == R"({"logOffset":-1,"file":0,"row":2})");
  CHECK(rig.recorder.take() == value("1") + " " + value("2"));

  auto again = rig.open("text", request, middle);
  CHECK(rig.poll(*again) == PollStatus::Emitted);
  CHECK(rig.poll(*again) == PollStatus::Idle);
  CHECK(rig.recorder.take() == value("3"));
  CHECK(again->offset()->json == R"({"logOffset":0})");
  folder.write("in/b", "4\n");
  CHECK(rig.poll(*again) == PollStatus::Emitted);
  CHECK(rig.recorder.take() == value("4"));
}

TEST_CASE("file source reads the planned files again after a restart, and no other") {
  const TemporaryFolder folder;
  folder.write("in/a", "1\n");
  SourceRig rig;
  rig.context.state_directory = folder.path("state");
  const auto request = text_in(folder);
  auto source = rig.open("text", request);
  rig.micro_batch(*source);
  const auto committed = source->offset();
  folder.write("in/b", "2\n");
  const auto planned = *source->latest_offset();

  folder.write("in/c", "3\n");
  auto again = rig.open("text", request, committed);
  REQUIRE(again->limit_to(*planned).ok());
  rig.poll(*again);
  CHECK(rig.recorder.take() == value("2"));
  CHECK(rig.poll(*again) == PollStatus::AtLimit);
  CHECK(rig.micro_batch(*again) == value("3"));
}

TEST_CASE("file source keeps its log in Spark's form and compacts every tenth entry") {
  const TemporaryFolder folder;
  SourceRig rig;
  rig.context.state_directory = folder.path("state");
  auto source = rig.open("text", text_in(folder));
  for (int i = 0; i < 12; ++i) {
    folder.write("in/" + std::to_string(100 + i), "x\n");
    rig.micro_batch(*source);
  }
  CHECK(folder.read("state/0").find("v1\n{\"path\":\"file://" + folder.path("in/100") +
                                    "\",\"timestamp\":") == 0);
  const std::string compact = folder.read("state/9.compact");
  CHECK(std::count(compact.begin(), compact.end(), '\n') == 10);

  auto again = rig.open("text", text_in(folder), Offset{R"({"logOffset":11})"});
  CHECK(rig.micro_batch(*again) == "none");
}

TEST_CASE("file source refuses an offset that its log does not reach") {
  const TemporaryFolder folder;
  SourceRig rig;
  rig.context.state_directory = folder.path("state");
  auto source = SourceRig::plan("text", text_in(folder))->make();
  const Status opened = source->open(rig.context, Offset{R"({"logOffset":3})"});
  REQUIRE(!opened.ok());
  CHECK(opened.error().message.find("ends at -1 but the query is at 3") != std::string::npos);
}

TEST_CASE("file source with a frozen end leaves later files, and keeps its limits") {
  const TemporaryFolder folder;
  folder.write("in/a", "1\n");
  folder.write("in/b", "2\n");
  SourceRig rig;
  auto source = rig.open("text", text_in(folder, {{"maxFilesPerTrigger", "1"}}));
  REQUIRE(source->freeze_end().ok());
  folder.write("in/c", "3\n");

  CHECK(rig.micro_batch(*source) == value("1"));
  CHECK(rig.micro_batch(*source) == value("2"));
  CHECK(rig.micro_batch(*source) == "none");
}

TEST_CASE("file source archives files under their whole path, one batch behind") {
  const TemporaryFolder folder;
  SourceRig rig;
  auto source = rig.open("text", text_in(folder, {{"cleanSource", "archive"},
                                                  {"sourceArchiveDir", folder.path("old")}}));
  for (const char* name : {"in/a", "in/b"}) {
    folder.write(name, "1\n");
    rig.micro_batch(*source);
    source->acknowledge(*source->offset());
  }
  CHECK(folder.read("old" + folder.path("in/a")) == "1\n");
  CHECK(std::filesystem::exists(folder.path("in/b")));
}

TEST_CASE("file source reads a file sink's folder by its manifest") {
  const TemporaryFolder folder;
  const auto line = [&](const std::string& name) {
    return "\n{\"path\":\"file://" + folder.path("in/" + name) +
           "\",\"size\":2,\"isDir\":false,\"modificationTime\":1,\"action\":\"add\"}";
  };
  folder.write("in/part-0", "1\n");
  folder.write("in/part-given-up", "2\n");
  folder.write("in/k=v/part-1", "3\n");
  folder.write("in/k=v/part-2", "4\n");
  folder.write("in/_spark_metadata/9.compact", "v1" + line("part-0") + line("k=v/part-2"));
  folder.write("in/_spark_metadata/8", "v1" + line("part-0"));
  SourceRig rig;
  auto request = text_in(folder);
  auto source = rig.open("text", request);
  CHECK(rig.micro_batch(*source) == R"({"value":"4","k":"v"} {"value":"1","k":null})");

  folder.write("in/_spark_metadata/10", "v1" + line("k=v/part-1"));
  CHECK(rig.micro_batch(*source) == R"({"value":"3","k":"v"})");
}

TEST_CASE("file source says which manifest is damaged") {
  const TemporaryFolder folder;
  folder.write("in/_spark_metadata/0", "v1\nnonsense");
  CHECK(SourceRig::refusal("text", text_in(folder)) ==
        "file source: damaged manifest: '" + folder.path("in/_spark_metadata/0") + "'");
}

TEST_CASE("file source filters names and looks into folders when told to") {
  const TemporaryFolder folder;
  folder.write("in/a.log", "1\n");
  folder.write("in/a.txt", "2\n");
  folder.write("in/sub/deep/b.log", "3\n");
  SourceRig rig;
  auto source = rig.open("text", text_in(folder, {{"pathGlobFilter", "*.{log,out}"},
                                                  {"recursiveFileLookup", "true"}}));
  const std::string rows = rig.micro_batch(*source);
  CHECK(rows.find(value("1")) != std::string::npos);
  CHECK(rows.find(value("3")) != std::string::npos);
  CHECK(rows.find(value("2")) == std::string::npos);
}

TEST_CASE("file source guesses the types of partition folders") {
  const auto types = [](std::vector<std::string> values) {
    std::vector<std::string> paths;
    for (const std::string& text : values) paths.push_back("/in/k=" + text + "/f");
    return infer_partition_columns("/in", paths, TimeZone())[0].type.to_string();
  };
  CHECK(types({"1", "2"}) == "int");
  CHECK(types({"1", "5000000000"}) == "bigint");
  CHECK(types({"1", "1.5"}) == "double");
  CHECK(types({"2024-03-01"}) == "date");
  CHECK(types({"2024-03-01 10%3A00%3A00", "2024-03-01"}) == "timestamp");
  CHECK(types({"1", "x"}) == "string");
  CHECK(types({"__HIVE_DEFAULT_PARTITION__"}) == "string");
  CHECK(types({"__HIVE_DEFAULT_PARTITION__", "7"}) == "int");
}

TEST_CASE("file source refuses bad options with Spark's words") {
  const TemporaryFolder folder;
  const auto refusal = [&](std::vector<std::pair<std::string, std::string>> options) {
    return SourceRig::refusal("text", text_in(folder, std::move(options)));
  };
  CHECK(refusal({{"maxFilesPerTrigger", "0"}}) ==
        "Invalid value '0' for option 'maxFilesPerTrigger', must be a positive integer");
  CHECK(refusal({{"maxBytesPerTrigger", "abc"}}) ==
        "Invalid value 'abc' for option 'maxBytesPerTrigger', must be a positive integer");
  CHECK(refusal({{"latestFirst", "maybe"}}) ==
        "Invalid value 'maybe' for option 'latestFirst', must be 'true' or 'false'");
  CHECK(refusal({{"cleanSource", "burn"}}) ==
        "Invalid mode for clean source option Some(burn). Must be one of ARCHIVE,DELETE,OFF");
  CHECK(refusal({{"cleanSource", "archive"}}) ==
        "Archive mode must be used with 'sourceArchiveDir' option.");
  CHECK(refusal({{"cleanSource", "archive"}, {"sourceArchiveDir", folder.path("in/old")}})
            .find("requirement failed: Base archive path cannot be set") == 0);
  auto missing = text_in(folder);
  missing.paths = {folder.path("nowhere")};
  CHECK(SourceRig::refusal("text", missing) == "Path does not exist: " + folder.path("nowhere"));
  missing.paths.clear();
  CHECK(SourceRig::refusal("text", missing) == "'path' is not specified.");
  CHECK(SourceRig::refusal("json", text_in(folder))
            .find("Schema must be specified when creating a") == 0);
}

}  // namespace millrace
