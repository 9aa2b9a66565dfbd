// What `millrace` writes where, and the code it ends with.
#include <csignal>

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;

namespace {

const std::string kSmallJob =
    "name: small\n"
    "sources: {ticks: {type: rate, rowsPerSecond: 1000}}\n"
    "operators: {even: {from: ticks, where: value % 2 = 0}}\n"
    "sinks: {screen: {from: even, type: console, format: json}}\n";

const std::string kFiveMistakes =
    "name: five\n"
    "sources:\n"
    "  ticks: {type: rate, rowPerSecond: 10}\n"
    "  lines: {type: sockt, host: localhost, port: 9999}\n"
    "operators:\n"
    "  even: {from: ticks, where: valu % 2 = 0}\n"
    "  longer: {from: tocks, select: [value]}\n"
    "sinks:\n"
    "  screen: {from: even, type: console}\n"
    "  other: {from: longer, type: noop}\n"
    "  third: {from: lines, type: noop}\n"
    "trigger: {processingTime: 10 secnds}\n";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t start = text.rfind('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

/// A failure says nothing on standard output, what is wrong and what to do on standard error, and the
/// code's name at the end.
void check_failure(const ProgramEnd& end, int code, const std::string& name,
                   const std::string& text) {
  INFO(end.err);
  CHECK(end.code == code);
  CHECK(end.out.empty());
  CHECK(contains(end.err, text));
  CHECK(contains(end.err, "= fix: "));
  CHECK(last_line(end.err) == "exit " + std::to_string(code) + ": " + name);
}

ProgramEnd validate(const std::string& text) { return run_program({"validate", "-"}, text); }

}  // namespace

TEST_CASE("a file without mistakes is valid") {
  const ProgramEnd end = validate(kSmallJob);
  CHECK(end.code == 0);
  CHECK(end.err.empty());
  CHECK(end.out.starts_with("small: valid, 3 nodes, 1 sink\n"));
}

TEST_CASE("a socket source reports all its bad options at once") {
  const ProgramEnd end = validate(
      "sources:\n"
      "  lines: {type: socket, host: localhost, port: 99999, codec: bytes, format: xml}\n"
      "sinks: {screen: {from: lines, type: console}}\n");
  CHECK(end.code == 78);
  for (const char* value : {"99999", "bytes", "xml"})
    CHECK(count(end.err, "'" + std::string(value) + "'") > 0);
}

TEST_CASE("messages are coloured where colours are asked for, and plain when no terminal reads them") {
  const ProgramEnd plain = run_program({"validate", "-"}, kFiveMistakes);
  const ProgramEnd before = run_program({"--color", "always", "validate", "-"}, kFiveMistakes);
  const ProgramEnd behind = run_program({"validate", "-", "--color", "always"}, kFiveMistakes);
  const ProgramEnd never = run_program({"validate", "-", "--color", "never"}, kFiveMistakes);

  CHECK_FALSE(contains(plain.err, "\x1b["));
  CHECK(contains(before.err, "\x1b[1;31merror:\x1b[0m"));
  CHECK(before.err == behind.err);
  CHECK(never.err == plain.err);
}

TEST_CASE("validate reports five mistakes at once, each with its place and the way out") {
  const ProgramEnd end = validate(kFiveMistakes);
  check_failure(end, 78, "config", "5 errors");
  CHECK(count(end.err, "\nerror: ") + (end.err.starts_with("error: ") ? 1 : 0) == 5);
  CHECK(count(end.err, "= fix: ") == 5);
  CHECK(contains(end.err, "<stdin>:3:23\n"));
  CHECK(contains(end.err, "`rowsPerSecond`"));
  CHECK(contains(end.err, "<stdin>:4:17\n"));
  CHECK(contains(end.err, "write `socket`"));
  CHECK(contains(end.err, "<stdin>:6:30\n"));
  CHECK(contains(end.err, "[`value`"));
  CHECK(contains(end.err, "                              ^^^^ no such column\n"));
  CHECK(contains(end.err, "<stdin>:7:18\n"));
  CHECK(contains(end.err, "did you mean `ticks`?"));
  CHECK(contains(end.err, "<stdin>:12:27\n"));
  CHECK(contains(end.err, "Invalid unit secnds"));
}

TEST_CASE("a mistake in a source does not hide those in what reads it") {
  const ProgramEnd end = validate(
      "sources:\n"
      "  gone: {type: file, format: json, path: /nowhere, schema: 'a INT, b STRING'}\n"
      "  odd: {type: file, format: json, path: ., schema: 'a INTT'}\n"
      "operators:\n"
      "  kept: {from: gone, where: c > 1}\n"
      "  upper: {from: odd, select: [uper(a)]}\n"
      "  lost: {from: nothing, where: a +}\n"
      "sinks:\n"
      "  first: {from: kept, type: console, outputMode: complet}\n"
      "  second: {from: upper, type: noop}\n"
      "  third: {from: lost, type: noop}\n");
  check_failure(end, 78, "config", "7 errors");
  CHECK(contains(end.err, "<stdin>:3:55\n"));
  CHECK(contains(end.err, "<stdin>:5:29\n"));
  CHECK(contains(end.err, "routine `uper`"));
  CHECK(contains(end.err, "unknown name `nothing`"));
  CHECK(contains(end.err, "<stdin>:7:"));
  CHECK(contains(end.err, "output mode: complet"));
}

TEST_CASE("files are written only with a checkpoint, as in Spark") {
  const std::string job =
      "sources: {ticks: {type: rate}}\nsinks: {out: {from: ticks, type: json, path: /tmp/unused}}\n";

  const ProgramEnd run = run_program({"run", "-"}, job);
  const ProgramEnd validate = run_program({"validate", "-"}, job);

  check_failure(run, 78, "config", "checkpointLocation must be specified");
  CHECK(validate.code == 0);
  CHECK(validate.err.find("warning: checkpointLocation must be specified") != std::string::npos);
}

TEST_CASE("run refuses a file with mistakes before it starts anything") {
  check_failure(run_program({"run", "-"}, kFiveMistakes), 78, "config", "'10 secnds'");
}

TEST_CASE("mistakes in files end with config") {
  const auto with = [](const std::string& sources, const std::string& operators) {
    return "sources: {s: {" + sources + "}}\noperators: {" + operators +
           "}\nsinks: {o: {from: a, type: noop}}\n";
  };
  const std::string rate = "type: rate";
  check_failure(validate(with(rate, "a: {from: b, where: value > 1}, b: {from: a, limit: 1}")), 78,
                "config", "reads its own output");
  check_failure(validate(with("type: file, format: json, path: ., schema: 'x INTEGR'",
                              "a: {from: s, limit: 1}")),
                78, "config", "INTEGR");
  check_failure(validate(with(rate, "a: {from: s, where: lenth(value) > 1}")), 78, "config",
                "lenth");
  check_failure(validate(with(rate, "a: {from: s, wher: value > 1}")), 78, "config", "`where`");
  check_failure(validate(with(rate, "a: {from: s, where: \"value = \xff\"}")), 78, "config",
                "not valid UTF-8");
  check_failure(validate("sources: {s: {type: rate\n"), 78, "config", "<stdin>:");
  check_failure(validate(""), 78, "config", "sinks");
}

TEST_CASE("hostile files are refused, whatever they hold") {
  check_failure(validate("name: " + std::string(std::size_t{100} << 20, 'x') + "\n"), 78, "config",
                "more than 4 MiB");
  check_failure(validate("name: " + std::string(1'000'000, '[')), 78, "config", "<stdin>:");
  check_failure(validate(std::string("name: a\0b\n", 10) + kSmallJob), 78, "config",
                "control character");
  check_failure(validate("- sources\n- sinks\n"), 78, "config", "holds no keys");
  const std::string brackets(100'000, '(');
  check_failure(validate("sources: {s: {type: rate}}\noperators: {a: {from: s, where: '" + brackets +
                         "'}}\nsinks: {o: {from: a, type: noop}}\n"),
                78, "config", "nested deeper");
}

TEST_CASE("a missing file is missing input") {
  check_failure(run_program({"run", "nowhere.yaml"}), 66, "input missing", "'nowhere.yaml'");
  check_failure(run_program({"validate", "tests"}), 66, "input missing", "'tests'");
  check_failure(validate("sources: {s: {type: file, format: text, path: /nowhere}}\n"
                         "sinks: {o: {from: s, type: noop}}\n"),
                66, "input missing", "Path does not exist");
}

TEST_CASE("mistakes on the command line end with usage") {
  check_failure(run_program({"run", "--triger", "once", "x.yaml"}), 64, "usage",
                "did you mean `--trigger`?");
  check_failure(run_program({"validte", "x.yaml"}), 64, "usage", "did you mean `validate`?");
  check_failure(run_program({"frobnicate"}), 64, "usage", "unknown command: 'frobnicate'");
  check_failure(run_program({"top"}), 64, "usage", "not part of this release");
  check_failure(run_program({}), 64, "usage", "no command");
  check_failure(run_program({"run"}), 64, "usage", "file is required");
  check_failure(run_program({"run", "-", "--duration", "3 parsecs"}, kSmallJob), 64, "usage",
                "parsecs");
  check_failure(run_program({"run", "-", "--idle", "doze"}, kSmallJob), 64, "usage",
                "park, spin");
  check_failure(run_program({"run", "-", "--threads", "many"}, kSmallJob), 64, "usage", "many");
  check_failure(run_program({"explain", "-", "--format", "svg"}, kSmallJob), 64, "usage", "'svg'");
  check_failure(run_program({"completion", "ksh"}), 64, "usage", "'ksh'");
  check_failure(run_program({"list", "rivers"}), 64, "usage", "'rivers'");
}

TEST_CASE("a bad trigger or override is a mistake in the topology") {
  check_failure(run_program({"run", "-", "--trigger", "continuous 1 parsec"}, kSmallJob), 78,
                "config", "--set:1:9");
  check_failure(run_program({"run", "-", "--set", "sinks"}, kSmallJob), 78, "config",
                "not of the form path=value");
  check_failure(run_program({"run", "-", "--set", "sinks.scren.format=json"}, kSmallJob), 78,
                "config", "not in the file");
}

TEST_CASE("a signal drains the job and gives its number") {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program({"run", "-", "--progress", "off", "--duration", "30 seconds"}, kSmallJob);
    REQUIRE(program.read_line());
    program.send_signal(signal);
    const ProgramEnd end = program.end();
    CHECK(end.code == 128 + signal);
    CHECK(end.out.ends_with("]}\n"));
    CHECK(end.err == (signal == SIGINT ? "exit 130: interrupted\n" : "exit 143: terminated\n"));
  }
}

TEST_CASE("a duration ends the job well") {
  const ProgramEnd end =
      run_program({"run", "-", "--duration", "1 ms", "--progress", "off"}, kSmallJob);
  CHECK(end.code == 0);
  CHECK(end.err.empty());
}

TEST_CASE("progress goes to standard error as Spark's objects, data to standard output") {
  const ProgramEnd end = run_program({"run", "examples/user_totals.yaml", "--trigger",
                                      "availableNow", "--set", "sinks.screen.format=json"});
  CHECK(end.code == 0);
  CHECK(count(end.out, "{\"batchId\":") == 3);
  CHECK(count(end.out, "\n") == 3);
  CHECK(count(end.err, "\"numInputRows\":10,") >= 3);
  CHECK(contains(end.err, "\"batchId\":2,"));
  CHECK(contains(end.err, "\"name\":\"user_totals\""));
}

TEST_CASE("a peer that hangs up ends the job with a clear error, and what it sent is shown") {
  TestServer server;
  Program program({"run", "examples/wordcount_socket.yaml", "--progress", "off", "--duration",
                   "30 seconds", "--set", "sinks.screen.format=json"},
                  "",
                  {{"WORDCOUNT_HOST", "127.0.0.1"},
                   {"WORDCOUNT_PORT", std::to_string(server.port())}});
  server.accept_client();
  server.send_text("mill race\n");
  CHECK(program.read_line());
  server.hang_up();
  const ProgramEnd end = program.end();
  INFO(end.err);
  CHECK(end.code == 69);
  CHECK(contains(end.out, "{\"word\":\"mill\",\"count\":1}"));
  CHECK(contains(end.err, "error: Stream closed by 127.0.0.1:" + std::to_string(server.port())));
  CHECK(contains(end.err, "= in `lines`\n"));
  CHECK(contains(end.err, "= fix: "));
  CHECK(last_line(end.err) == "exit 69: unavailable");
}

TEST_CASE("a server that is not there is said at once") {
  const ProgramEnd end =
      run_program({"run", "examples/wordcount_socket.yaml"}, "",
                  {{"WORDCOUNT_HOST", "127.0.0.1"}, {"WORDCOUNT_PORT", "1"}});
  check_failure(end, 69, "unavailable", "cannot connect to '127.0.0.1:1'");
}

TEST_CASE("explain prints the plan in four forms") {
  const auto explain = [](const std::string& format) {
    const ProgramEnd end =
        run_program({"explain", "examples/mall_purchases.yaml", "--format", format});
    CHECK(end.code == 0);
    CHECK(end.err.empty());
    return end.out;
  };
  const std::string tree = explain("tree");
  CHECK(contains(tree, "== Logical plan =="));
  CHECK(contains(tree, "guarantee: "));
  CHECK(contains(tree, "state: "));
  CHECK(explain("dot").starts_with("digraph \"mall_purchases\" {"));
  CHECK(explain("mermaid").starts_with("flowchart LR\n"));
  CHECK(explain("json").starts_with("{\n  \"name\": \"mall_purchases\""));
}

TEST_CASE("lists, schema, version and completions go to standard output") {
  const auto output = [](const std::vector<std::string>& arguments) {
    const ProgramEnd end = run_program(arguments);
    CHECK(end.code == 0);
    CHECK(end.err.empty());
    return end.out;
  };
  CHECK(contains(output({"list", "sources"}), "rate-micro-batch "));
  CHECK(contains(output({"list", "sinks"}), "console "));
  CHECK(contains(output({"list", "functions"}), "explode("));
  CHECK(contains(output({"list", "operators"}), "dropDuplicatesWithinWatermark "));
  CHECK(output({"list", "sources", "--json"}).starts_with("[\n"));
  CHECK(output({"list", "functions", "--json"}).starts_with("[\n"));
  CHECK(contains(output({"schema"}), "\"http://json-schema.org/draft-07/schema#\""));
  CHECK(output({"version"}).starts_with("millrace "));
  CHECK(output({"--version"}) == output({"version"}));
  CHECK(output({"version", "--json"}).starts_with("{\"name\":\"millrace\",\"version\":\""));
  CHECK(contains(output({"--help"}), "Examples:\n  millrace run "));
  CHECK(contains(output({"run", "--help"}), "Usage: millrace run "));
  CHECK(contains(output({"completion", "bash"}), "complete -o default -F _millrace millrace"));
  CHECK(contains(output({"completion", "bash"}), "words=\"sources sinks functions\""));
  CHECK(output({"completion", "zsh"}).starts_with("#compdef millrace\n"));
  CHECK(contains(output({"completion", "fish"}), "complete -c millrace "));
}

TEST_CASE("the page of functions is what the program lists") {
  std::ifstream file("docs/functions.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const ProgramEnd end = run_program({"list", "functions", "--markdown"});
  INFO("write it anew: millrace list functions --markdown > docs/functions.md");
  CHECK(page == end.out);
}

TEST_CASE("bench hands its arguments to the suite") {
  const ProgramEnd jobs = run_program({"bench", "list"});
  const ProgramEnd help = run_program({"bench", "run", "--help"});

  CHECK(jobs.code == 0);
  CHECK(contains(jobs.out, "J4"));
  CHECK(help.code == 0);
  CHECK(contains(help.out, "--rounds"));
}
