#include "sinks/file_sink.hpp"

#include "tests/unit/sinks/sink_rig.hpp"

#include <algorithm>
#include <regex>

namespace millrace {

namespace {

namespace fs = std::filesystem;

/// Names of all files below a folder, hidden ones too, each UUID as `<UUID>`.
std::string tree(const std::string& folder) {
  static const std::regex kUuid(
      "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      names.push_back(
          std::regex_replace(fs::relative(entry.path(), folder).string(), kUuid, "<UUID>"));
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

SinkRequest into(const SinkFolder& folder, std::vector<std::string> partition_by = {}) {
  SinkRequest request = sink_request();
  request.path = folder.path("out");
  request.partition_by = std::move(partition_by);
  return request;
}

Schema id_schema() { return {{{"id", TypeKind::Int}}}; }

/// Content of all published files in the order of the manifest.
std::string committed(const SinkFolder& folder) {
  const auto files = FileManifest(folder.path("out")).files();
  REQUIRE(files.ok());
  std::string text;
  for (const ManifestEntry& entry : *files) text += content(entry.path);
  return text;
}

}  // namespace

TEST_CASE("file sink writes one file and one manifest for each epoch, named as Spark names them") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("json", into(folder));
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {{integer(3)}});

  CHECK(tree(folder.path("out")) ==
        "_spark_metadata/0\n_spark_metadata/1\n"
        "part-00000-<UUID>-c000.json\npart-00000-<UUID>-c000.json\n");
  CHECK(committed(folder) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
}

TEST_CASE("file sink's manifest has Spark's fields") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("json", into(folder));
  rig.run_epoch(*sink, {{integer(1)}});

  const std::regex form(
      "v1\n\\{\"path\":\"file:///.*/out/part-00000-.*-c000\\.json\",\"size\":9,\"isDir\":false,"
      "\"modificationTime\":\\d+,\"blockReplication\":1,\"blockSize\":33554432,\"action\":"
      "\"add\"\\}");
  CHECK(std::regex_match(folder.read("out/_spark_metadata/0"), form));
}

TEST_CASE("file sink makes the partition folders that Spark makes") {
  const SinkFolder folder;
  SinkRig rig({{{"id", TypeKind::Int}, {"p", TypeKind::String}, {"q", TypeKind::Int}}});
  auto sink = rig.open("json", into(folder, {"p"}));
  rig.run_epoch(*sink, {{integer(1), text("a"), integer(1)},
                        {integer(2), null_of(TypeKind::String), integer(2)},
                        {integer(3), text("x/y=z %"), integer(3)},
                        {integer(4), text(""), null_of(TypeKind::Int)}});

  CHECK(tree(folder.path("out")) ==
        "_spark_metadata/0\n"
        "p=__HIVE_DEFAULT_PARTITION__/part-00000-<UUID>.c000.json\n"
        "p=a/part-00000-<UUID>.c000.json\n"
        "p=x%2Fy%3Dz %25/part-00000-<UUID>.c000.json\n");
  CHECK(committed(folder) ==
        "{\"id\":2,\"q\":2}\n{\"id\":4}\n{\"id\":1,\"q\":1}\n{\"id\":3,\"q\":3}\n");
}

TEST_CASE(
    "file sink shows no file before the epoch is prepared, and no manifest before it commits") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("json", into(folder));
  rig.write(*sink, {{integer(1)}});
  CHECK(tree(folder.path("out")) == ".part-00000-<UUID>-c000.json.tmp\n");
  const CommitToken token = rig.prepare(*sink);
  CHECK(tree(folder.path("out")) == "part-00000-<UUID>-c000.json\n");
  rig.commit(*sink, token);
  CHECK(committed(folder) == "{\"id\":1}\n");
}

TEST_CASE("file sink commits a prepared epoch after a crash, once") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  CommitToken token;
  {
    auto crashed = rig.open("json", into(folder));
    rig.write(*crashed, {{integer(1)}});
    token = rig.prepare(*crashed);
  }
  auto sink = rig.open("json", into(folder));
  rig.commit(*sink, token);
  rig.commit(*sink, token);
  CHECK(committed(folder) == "{\"id\":1}\n");
}

TEST_CASE("file sink skips an epoch that is committed already") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("json", into(folder));
  rig.run_epoch(*sink, {{integer(1)}});
  rig.context.epoch = Epoch{0};
  rig.run_epoch(*sink, {{integer(1)}});
  CHECK(tree(folder.path("out")) == "_spark_metadata/0\npart-00000-<UUID>-c000.json\n");
}

TEST_CASE("file sink leaves nothing behind when it rolls back or is dropped") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  {
    auto sink = rig.open("json", into(folder));
    rig.write(*sink, {{integer(1)}});
    rig.prepare(*sink);
    rig.write(*sink, {{integer(2)}});
    sink->rollback();
    CHECK(tree(folder.path("out")).empty());
    rig.write(*sink, {{integer(3)}});
  }
  CHECK(tree(folder.path("out")).empty());
}

TEST_CASE("file sink gathers every tenth manifest") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("text", [&] {
    SinkRequest request = into(folder);
    request.options.set("format", "json");
    return request;
  }());
  std::string expected;
  for (int i = 0; i < 22; ++i) {
    rig.run_epoch(*sink, {{integer(i)}});
    expected += "{\"id\":" + std::to_string(i) + "}\n";
  }
  const std::string compact = folder.read("out/_spark_metadata/19.compact");
  CHECK(std::count(compact.begin(), compact.end(), '\n') == 20);
  CHECK(committed(folder) == expected);
}

TEST_CASE(
    "file sink writes a manifest for an empty micro-batch but not for an empty continuous epoch") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("json", into(folder));
  rig.run_epoch(*sink, {});
  rig.context.micro_batch = false;
  rig.run_epoch(*sink, {});
  CHECK(tree(folder.path("out")) == "_spark_metadata/0\n");
  CHECK(folder.read("out/_spark_metadata/0") == "v1");
}

TEST_CASE("file sink writes the CSV that Spark writes") {
  const SinkFolder folder;
  SinkRig rig({{{"id", TypeKind::Int},
                {"s", TypeKind::String},
                {"d", TypeKind::Double},
                {"ts", TypeKind::Timestamp}}});
  auto sink = rig.open("csv", into(folder));
  rig.run_epoch(*sink, {{integer(1),
                         text("plain"),
                         {TypeKind::Double, 1.5},
                         integer(1'123'000, TypeKind::Timestamp)},
                        {integer(2), null_of(TypeKind::String), null_of(TypeKind::Double),
                         null_of(TypeKind::Timestamp)},
                        {integer(4),
                         text(""),
                         {TypeKind::Double, 0.1},
                         integer(1700000000'000'000, TypeKind::Timestamp)}});
  CHECK(committed(folder) ==
        "1,plain,1.5,1970-01-01T00:00:01.123Z\n2,,,\n4,\"\",0.1,2023-11-14T22:13:20.000Z\n");
}

TEST_CASE("file sink refuses bad requests") {
  const SinkFolder folder;
  const auto refusal = [](SinkRequest request) {
    request.schema = id_schema();
    const auto planned = SinkRig::plan("json", request);
    return planned.ok() ? "accepted" : planned.error().message;
  };
  CHECK(refusal(sink_request()) == "'path' is not specified.");
  CHECK(refusal(into(folder, {"nope"})) == "Partition column `nope` not found in schema.");
  CHECK(refusal(into(folder, {"id"})) == "Cannot use all columns for partition columns.");
}

}  // namespace millrace
