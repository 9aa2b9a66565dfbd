#include "sinks/console_sink.hpp"

#include "tests/unit/sinks/sink_rig.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace millrace {

namespace {

const std::string kCases = "tests/fixtures/spark/cases/console/";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Rows `id INT, s STRING` of an input file of a case.
std::vector<std::vector<Value>> input_rows(const std::string& name, int file) {
  std::ifstream lines(kCases + name + "/input/t/" + std::to_string(file) + ".jsonl");
  REQUIRE(lines.good());
  std::vector<std::vector<Value>> rows;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    rows.push_back({null_of(TypeKind::Int), null_of(TypeKind::String)});
    if (json.contains("id") && !json["id"].is_null())
      rows.back()[0].storage = json["id"].get<std::int64_t>();
    if (json.contains("s") && !json["s"].is_null())
      rows.back()[1].storage = json["s"].get<std::string>();
  }
  return rows;
}

/// A console on a file, so that its text can be read.
struct Console {
  explicit Console(Schema schema, ConsoleOptions options = {}) : rig(std::move(schema)) {
    options.fd = ::open(folder.path("out").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    fd = options.fd;
    sink = std::make_unique<ConsoleSink>(options);
    REQUIRE(sink->open(rig.context).ok());
  }
  ~Console() { ::close(fd); }
  std::string text() const { return folder.read("out"); }

  SinkFolder folder;
  SinkRig rig;
  int fd = -1;
  std::unique_ptr<ConsoleSink> sink;
};

Schema id_and_s(const std::string& s_name = "s") {
  return {{{"id", TypeKind::Int}, {s_name, TypeKind::String}}};
}

/// Runs a `SELECT *` case: what the console printed.
std::string run_case(const std::string& name, Schema schema, int files,
                     ConsoleOptions options = {}) {
  Console console(std::move(schema), options);
  for (int file = 0; file < files; ++file)
    console.rig.run_epoch(*console.sink, input_rows(name, file));
  return console.text();
}

std::string expected(const std::string& name) {
  return read_file(kCases + name + "/expected/stdout.txt");
}

ConsoleOptions uncut() {
  ConsoleOptions options;
  options.max_cell = 0;
  return options;
}

}  // namespace

TEST_CASE("console prints plain rows as Spark does") {
  CHECK(run_case("plain", id_and_s(), 2) == expected("plain"));
}

TEST_CASE("console shows 20 rows by default") {
  CHECK(run_case("default-20-rows", id_and_s(), 1) == expected("default-20-rows"));
}

TEST_CASE("console shows numRows rows") {
  ConsoleOptions options;
  options.num_rows = 3;
  CHECK(run_case("num-rows", id_and_s(), 3, options) == expected("num-rows"));
}

TEST_CASE("console cuts values to 20 characters") {
  CHECK(run_case("truncate-20", id_and_s(), 1) == expected("truncate-20"));
}

TEST_CASE("console with truncate=false puts whole values to the left") {
  CHECK(run_case("truncate-false", id_and_s(), 1, uncut()) == expected("truncate-false"));
}

TEST_CASE("console counts two columns for full-width characters") {
  CHECK(run_case("wide-characters", id_and_s("名字"), 1) == expected("wide-characters"));
}

TEST_CASE("console prints line ends and tabs as escapes") {
  CHECK(run_case("control-characters", id_and_s(), 1) == expected("control-characters"));
}

TEST_CASE("console prints columns of one name") {
  Console console({{{"id", TypeKind::Int}, {"id", TypeKind::Int}, {"id", TypeKind::String}}});
  console.rig.run_epoch(*console.sink, {{integer(0), integer(0), text("row-0")}});
  CHECK(console.text() == expected("duplicate-names"));
}

TEST_CASE("console prints an empty table for a micro-batch without rows") {
  Console console({{{"s", TypeKind::String}, {"count", TypeKind::Long}}});
  console.rig.run_epoch(*console.sink, {{text("row-0"), integer(1, TypeKind::Long)},
                                        {text("row-1"), integer(1, TypeKind::Long)}});
  console.rig.run_epoch(*console.sink, {});
  CHECK(console.text() == expected("update-empty"));
}

TEST_CASE("console prints the tables of a word count in complete mode") {
  Console console({{{"word", TypeKind::String}, {"count", TypeKind::Long}}});
  console.rig.context.complete_mode = true;
  const auto count = [](std::int64_t n) { return integer(n, TypeKind::Long); };
  console.rig.run_epoch(*console.sink, {{text("apple"), count(2)}, {text("pear"), count(1)}});
  console.rig.run_epoch(
      *console.sink, {{text(""), count(2)}, {text("apple"), count(2)}, {text("pear"), count(2)}});
  CHECK(console.text() == expected("word-count"));
}

TEST_CASE("console prints windows as structs of timestamps") {
  const DataType window =
      DataType::structure({{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}});
  Console console({{{"district", TypeKind::String}, {"window", window}, {"count", TypeKind::Long}}},
                  uncut());
  const auto row = [&](const char* district, std::int64_t start, std::int64_t count) {
    const std::vector<Value> ends{integer(start * 1'000'000, TypeKind::Timestamp),
                                  integer((start + 60) * 1'000'000, TypeKind::Timestamp)};
    return std::vector<Value>{text(district), {window, ends}, integer(count, TypeKind::Long)};
  };
  console.rig.run_epoch(*console.sink,
                        {row("fujian", 1699999980, 1), row("beijing", 1700000040, 1)});
  console.rig.run_epoch(*console.sink,
                        {row("fujian", 1699999980, 2), row("beijing", 1700000040, 1)});
  CHECK(console.text() == expected("window-full"));
}

TEST_CASE("console prints nested values with NULL inside") {
  const DataType st = DataType::structure({{"a", TypeKind::Int}, {"b", TypeKind::Null}});
  const DataType ar = DataType::array(TypeKind::Int);
  const DataType m = DataType::map(TypeKind::String, TypeKind::Int);
  const DataType x = DataType::structure({{"x", TypeKind::String}});
  const DataType deep = DataType::array(x);
  const DataType sa = DataType::array(TypeKind::String);
  Console console({{{"st", st}, {"ar", ar}, {"m", m}, {"deep", deep}, {"sa", sa}}}, uncut());
  using List = std::vector<Value>;
  const Value none = null_of(TypeKind::Int);
  console.rig.run_epoch(*console.sink, {{Value{st, List{integer(0), null_of(TypeKind::Null)}},
                                         Value{ar, List{integer(1), none, integer(3)}},
                                         Value{m, List{text("k"), integer(1), text("n"), none}},
                                         Value{deep, List{Value{x, List{text("s p")}}}},
                                         Value{sa, List{text("a"), text("")}}}});
  CHECK(console.text() == expected("nested"));
}

TEST_CASE("console prints NULL and the basic types") {
  const DataType decimal = DataType::decimal(6, 2);
  Console console({{{"id", TypeKind::Int},
                    {"s", TypeKind::String},
                    {"d", TypeKind::Double},
                    {"dec", decimal},
                    {"b", TypeKind::Boolean},
                    {"ts", TypeKind::Timestamp},
                    {"dt", TypeKind::Date},
                    {"bin", TypeKind::Binary},
                    {"big", TypeKind::Double},
                    {"nan", TypeKind::Double}}},
                  uncut());
  const auto row = [&](Value id, Value s, Value d, Value dec, Value b) {
    return std::vector<Value>{std::move(id),
                              std::move(s),
                              std::move(d),
                              std::move(dec),
                              std::move(b),
                              integer(1709287200'500'000, TypeKind::Timestamp),
                              integer(19783, TypeKind::Date),
                              {TypeKind::Binary, std::string("\0\xff\x41", 3)},
                              {TypeKind::Double, 1e10},
                              {TypeKind::Double, std::numeric_limits<double>::quiet_NaN()}};
  };
  console.rig.run_epoch(*console.sink,
                        {row(integer(1), null_of(TypeKind::String), {TypeKind::Double, 1.0},
                             {decimal, Int128{100}}, {TypeKind::Boolean, true}),
                         row(null_of(TypeKind::Int), text(""), null_of(TypeKind::Double),
                             null_of(decimal), null_of(TypeKind::Boolean))});
  CHECK(console.text() == expected("null-and-types"));
}

TEST_CASE("console says 'top 1 row'") {
  ConsoleOptions options;
  options.num_rows = 1;
  CHECK(run_case("plain", id_and_s(), 1, options).find("only showing top 1 row\n") !=
        std::string::npos);
}

TEST_CASE("console in json form prints one line for each epoch with rows") {
  ConsoleOptions options;
  options.format = ConsoleFormat::Json;
  Console console(id_and_s(), options);
  console.rig.run_epoch(*console.sink, {{integer(1), null_of(TypeKind::String)}});
  console.rig.run_epoch(*console.sink, {});
  console.rig.run_epoch(*console.sink, {{integer(2), text("x")}, {integer(3), text("y")}});
  CHECK(console.text() ==
        "{\"batchId\":0,\"rows\":[{\"id\":1,\"s\":null}]}\n"
        "{\"batchId\":2,\"rows\":[{\"id\":2,\"s\":\"x\"},{\"id\":3,\"s\":\"y\"}]}\n");
}

TEST_CASE("console in json form prints each batch at once in continuous mode") {
  ConsoleOptions options;
  options.format = ConsoleFormat::Json;
  Console console({{{"id", TypeKind::Int}}}, options);
  console.rig.context.micro_batch = false;
  console.rig.context.epoch = Epoch{7};
  console.rig.write(*console.sink, {{integer(1)}});
  CHECK(console.text() == "{\"batchId\":7,\"rows\":[{\"id\":1}]}\n");
  console.rig.write(*console.sink, {{integer(2)}});
  console.rig.prepare(*console.sink);
  CHECK(console.text() ==
        "{\"batchId\":7,\"rows\":[{\"id\":1}]}\n{\"batchId\":7,\"rows\":[{\"id\":2}]}\n");
}

TEST_CASE("console prints no table for an epoch without rows in continuous mode") {
  Console console({{{"id", TypeKind::Int}}});
  console.rig.context.micro_batch = false;
  console.rig.run_epoch(*console.sink, {});
  CHECK(console.text().empty());
}

TEST_CASE("console prints what a changelog says now, not what it said before") {
  ConsoleOptions options;
  options.format = ConsoleFormat::Json;
  Console console({{{"id", TypeKind::Int}}}, options);
  RecordBatch batch = console.rig.batch({{integer(1)}, {integer(2)}, {integer(3)}, {integer(4)}});
  ColumnRef changes = console.rig.pool->make_column(TypeKind::Byte);
  for (const Change change :
       {Change::Insert, Change::UpdateBefore, Change::UpdateAfter, Change::Delete})
    changes->append(static_cast<std::int8_t>(change));
  batch.set_changes(std::move(changes));
  REQUIRE(console.sink->write(batch).ok());
  console.rig.prepare(*console.sink);
  CHECK(console.text() == "{\"batchId\":0,\"rows\":[{\"id\":1},{\"id\":3}]}\n");
}

TEST_CASE("console refuses bad options with Spark's words") {
  const auto refusal = [](const char* name, const char* value) {
    const auto planned = SinkRig::plan("console", sink_request({{name, value}}));
    return planned.ok() ? "accepted" : planned.error().message;
  };
  CHECK(refusal("numRows", "abc") == "For input string: \"abc\"");
  CHECK(refusal("truncate", "5") == "5 is not a boolean string.");
  CHECK(refusal("truncate", "false") == "accepted");
}

}  // namespace millrace
