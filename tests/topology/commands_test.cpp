// The commands beside `run`: sql, infer, test, and those that talk to a running job.
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "commands-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("infer prints the schema of JSON files as DDL") {
  const Folder folder;
  const std::string file = folder.write(
      "a.json", "{\"n\":1,\"s\":{\"b\":true,\"a\":[1,2.5]}}\n{\"n\":null,\"t\":\"x\",\"u\":null}\nbad\n");

  const ProgramEnd end = run_program({"infer", file});

  CHECK(end.code == 0);
  CHECK(end.out == "n BIGINT,s STRUCT<a: ARRAY<DOUBLE>, b: BOOLEAN>,t STRING,u STRING\n");
}

TEST_CASE("infer looks at all values of a CSV file") {
  const Folder folder;
  const std::string file =
      folder.write("a.csv", "id,price,day,at,ok,name\n1,2,2024-03-01,2024-03-01 10:00:00,true,x\n"
                            "3000000000,2.5,2024-03-02,2024-03-01,false,\n");

  const ProgramEnd end = run_program({"infer", file});

  CHECK(end.code == 0);
  CHECK(end.out == "id BIGINT,price DOUBLE,day DATE,at TIMESTAMP,ok BOOLEAN,name STRING\n");
  CHECK(run_program({"infer", "/no/such/file"}).code == 66);
}

TEST_CASE("infer looks into the folders of partitions, and passes over what is hidden") {
  const Folder folder;
  for (const char* sub : {"day=1", "_spark_metadata"})
    std::filesystem::create_directory(folder.path() + "/" + sub);
  folder.write("_spark_metadata/0", "v1\n");
  folder.write("day=1/a.csv", "n,s\n1,x\n");

  const ProgramEnd end = run_program({"infer", folder.path()});

  INFO(end.err);
  CHECK(end.out == "n INT,s STRING\n");
}

TEST_CASE("infer names the option or format that may be meant") {
  const Folder folder;
  const std::string file = folder.write("a.csv", "n\n1\n");

  const ProgramEnd option = run_program({"infer", file, "--option", "heder=false"});
  const ProgramEnd format = run_program({"infer", file, "--format", "cvs"});

  CHECK(option.code == 64);
  CHECK(contains(option.err, "unknown option of csv: 'heder'\n  = fix: write `header`"));
  CHECK(format.code == 64);
  CHECK(contains(format.err, "fix: write `csv`"));
}

TEST_CASE("sql runs statements over files and views") {
  const Folder folder;
  const std::string file = folder.write("a.json", "{\"k\":\"a\",\"n\":1}\n{\"k\":\"b\",\"n\":2}\n");

  const ProgramEnd end = run_program(
      {"sql", "-e",
       "CREATE TEMPORARY VIEW rows USING json OPTIONS (path '" + file + "', schema 'k STRING, n INT');"
       "CREATE TEMPORARY VIEW big AS SELECT * FROM rows WHERE n > 1; -- a comment; with a semicolon\n"
       "SHOW VIEWS; DESCRIBE big; SELECT k, n + 1 AS m FROM big"});

  INFO(end.err);
  CHECK(end.code == 0);
  CHECK(end.out == "big\nrows\nk  string\nn  int\n+---+---+\n|k  |m  |\n+---+---+\n|b  |3  |\n+---+---+\n\n");
}

TEST_CASE("sql reads statements from standard input, and files by their path") {
  const Folder folder;
  const std::string file = folder.write("a.json", "{\"n\":1}\n{\"n\":2}\n");

  const ProgramEnd end = run_program({"sql"}, "SELECT sum(n) AS s FROM json.`" + file + "`;");

  INFO(end.err);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "|3  |"));
}

TEST_CASE("sql stops at the first mistake and says it in Spark's words") {
  const ProgramEnd end = run_program({"sql", "-e", "SELECT nope; SELECT 1"});

  CHECK(end.code != 0);
  CHECK(end.out.empty());
  CHECK(contains(end.err, "UNRESOLVED_COLUMN"));
}

TEST_CASE("sql shows where a mistake stands, and the name that may be meant") {
  const ProgramEnd column =
      run_program({"sql", "-e", "CREATE TEMP VIEW rows AS SELECT 1 AS n;\nSELECT n,\n  m FROM rows"});
  const ProgramEnd view = run_program({"sql", "-e", "CREATE TEMP VIEW rows\nAS\nSELECT 1 AS n; SELECT n FROM rowz"});
  const ProgramEnd option =
      run_program({"sql", "-e", "CREATE TEMP VIEW t USING csv OPTIONS (path 'tests', heder 'true')"});
  const ProgramEnd word = run_program({"sql", "-e", "selec 1"});
  const ProgramEnd dropped = run_program({"sql", "-e", "CREATE TEMP VIEW rows AS SELECT 1; DROP VIEW row"});

  CHECK(contains(column.err, " --> sql:3:3\n  |\n3 |   m FROM rows\n  |   ^ "));
  CHECK(contains(view.err, "3 | SELECT 1 AS n; SELECT n FROM rowz\n"));
  CHECK(contains(view.err, "did you mean `rows`?"));
  CHECK(contains(option.err, "unknown option: 'heder'\n  = fix: write `header`"));
  CHECK(contains(word.err, "did you mean `SELECT`?"));
  CHECK(contains(dropped.err, "did you mean `rows`?"));
}

TEST_CASE("sql names the file and line of a mistake in a file of statements") {
  const Folder folder;
  const std::string file = folder.write("queries.sql", "-- numbers\nSELECT 1;\n/* two\nlines */ SELECT x;\n");

  const ProgramEnd end = run_program({"sql", "-f", file});

  CHECK(contains(end.err, " --> " + file + ":4:17\n"));
}

TEST_CASE("sql does not start a topology with mistakes, and shows them all") {
  const Folder folder;
  const std::string job = folder.write("job.yaml", "sources: {in: {type: rat}}\nsinks: {out: {from: inn, type: noop}}\n");

  const ProgramEnd end = run_program({"sql", "-e", "RUN " + job});

  CHECK(end.code == 78);
  CHECK(contains(end.err, "write `rate`"));
  CHECK(contains(end.err, "unknown name `inn`"));
  CHECK(contains(end.err, "sql: not started: '" + job + "'"));
}

TEST_CASE("sql starts a topology whose memory sink is a table") {
  const Folder folder;
  folder.write("a.json", "{\"n\":1}\n");
  const std::string job = folder.write(
      "job.yaml", "name: numbers\nsources: {in: {type: json, path: ., pathGlobFilter: '*.json', schema: n INT}}\n"
                  "sinks: {out: {from: in, type: memory}}\ntrigger: availableNow\n");

  const ProgramEnd end =
      run_program({"sql", "-e", "RUN " + job + "; STOP numbers; SELECT n FROM numbers"});

  INFO(end.err);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "numbers started\nnumbers stopped\n"));
}

TEST_CASE("test runs the cases beside a topology") {
  const ProgramEnd end = run_program({"test", "examples/wordcount_socket.test.yaml"});

  INFO(end.out + end.err);
  CHECK(end.code == 0);
  CHECK(end.out ==
        "ok      examples/wordcount_socket.test.yaml: counts words over two micro-batches\n"
        "ok      examples/wordcount_socket.test.yaml: nothing in, nothing out\n");
}

TEST_CASE("test shows rows that are missing or unexpected, and writes JUnit") {
  const Folder folder;
  folder.write("job.yaml",
               "sources: {in: {type: socket, host: x, port: 1}}\n"
               "operators: {long: {from: in, where: length(value) > 2}}\n"
               "sinks: {out: {from: long, type: console}}\n");
  const std::string cases = folder.write("job.test.yaml",
                                         "topology: job.yaml\n"
                                         "cases:\n"
                                         "  - name: a <wrong> one\n"
                                         "    input: {in: '{\"value\":\"abc\"}'}\n"
                                         "    expected: {out: '{\"value\":\"abd\"}'}\n");

  const ProgramEnd end = run_program({"test", cases, "--junit", folder.path() + "/out.xml"});

  INFO(end.err);
  CHECK(end.code == 1);
  CHECK(contains(end.out, "out: missing {\"value\":\"abd\"}"));
  CHECK(contains(end.out, "out: unexpected {\"value\":\"abc\"}"));
  CHECK(contains(folder.read("out.xml"), "tests=\"1\" failures=\"1\""));
  CHECK(contains(folder.read("out.xml"), "<testcase name=\"a &lt;wrong&gt; one\">"));
}

TEST_CASE("test names sources, sinks and columns that are not there, and what may be meant") {
  const Folder folder;
  folder.write("job.yaml",
               "sources: {lines: {type: socket, host: x, port: 1}}\n"
               "sinks: {screen: {from: lines, type: console}}\n");
  const auto outcome = [&](const std::string& input, const std::string& expected) {
    const std::string cases =
        folder.write("job.test.yaml", "topology: job.yaml\ncases:\n  - name: one\n    input: {" + input +
                                          "}\n    expected: {" + expected + "}\n");
    return run_program({"test", cases}).out;
  };
  const std::string row = R"('{"value":"a"}')";

  CHECK(contains(outcome("linez: " + row, "screen: " + row),
                 "the topology has no source 'linez'; did you mean 'lines'?"));
  CHECK(contains(outcome("lines: " + row, "scren: " + row),
                 "the topology has no sink 'scren'; did you mean 'screen'?"));
  CHECK(contains(outcome("lines: " + row, R"(screen: '{"valeu":"a"}')"),
                 "screen has no column 'valeu'; did you mean 'value'?"));
  CHECK(contains(outcome(R"(lines: '{"velue":"a"}')", "screen: " + row),
                 "lines has no column 'velue'; did you mean 'value'?"));
}

TEST_CASE("who asks a job that cannot be found is told what to name") {
  const Folder folder;
  const std::string job = folder.write("job.yaml", "sources: {in: {type: rate}}\nsinks: {out: {from: in, type: noop}}\n");

  const ProgramEnd missing = run_program({"status", folder.path() + "/nothing"});
  const ProgramEnd nowhere = run_program({"stop", job});
  const ProgramEnd idle = run_program({"status", folder.path()});

  CHECK(missing.code == 66);
  CHECK(contains(missing.err, "no such topology file or folder"));
  CHECK(nowhere.code == 78);
  CHECK(contains(nowhere.err, "has no checkpointLocation"));
  CHECK(idle.code == 69);
  CHECK(contains(idle.err, "no job runs with its checkpoint in"));
}

TEST_CASE("a running job answers through its control socket") {
  const Folder folder;
  const std::string job = folder.write(
      "job.yaml", "name: ticking\nsources: {ticks: {type: rate, rowsPerSecond: 100}}\n"
                  "sinks: {screen: {from: ticks, type: console, format: json}}\n"
                  "checkpointLocation: state\n");
  Program running({"run", job, "--progress", "off"});
  while (const auto line = running.read_line())
    if (contains(*line, "\"batchId\"")) break;

  struct stat about {};
  REQUIRE(::stat((folder.path() + "/state/control.sock").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  const ProgramEnd status = run_program({"status", job});
  CHECK(status.code == 0);
  CHECK(contains(status.out, "{\"ok\":true,\"name\":\"ticking\",\"status\":{\"message\":"));
  CHECK(contains(status.out, "\"lastProgress\":{\"id\":"));
  const ProgramEnd now = run_program({"checkpoint", "now", folder.path() + "/state"});
  CHECK(now.code == 0);
  CHECK(contains(now.out, "{\"ok\":true,\"epoch\":"));
  CHECK(run_program({"stop", "--drain", job}).code == 0);

  CHECK(running.end().code == 0);
  CHECK(run_program({"status", job}).code == 69);
}
