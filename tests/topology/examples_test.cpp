// Every file in examples/ runs to the result in tests/topology/golden, whatever the trigger, the
// number of subtasks and the order in which the actors take their turns.
#include <stdlib.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "tests/support/catch.hpp"
#include "tests/topology/example_job.hpp"
#include "tests/topology/examples_folder.hpp"
#include "tests/topology/program.hpp"
#include "topology/option_registry.hpp"

using namespace millrace;
using namespace millrace::testing;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

/// Ends a program whose result never comes, so that its test fails instead of waiting.
const std::vector<std::string> kNoHang{"--duration", "30 seconds"};

Lines golden(const std::string& name) {
  std::ifstream file("tests/topology/golden/" + name + ".jsonl");
  REQUIRE(file.is_open());
  Lines rows;
  for (std::string line; std::getline(file, line);) rows.push_back(line);
  return rows;
}

std::string example(const std::string& name) {
  static const ExamplesFolder folder;
  return folder.file(name);
}

Lines sorted(Lines rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// What an update stream comes to: the last row of each key, which is the first column.
Lines last_of_each_key(const Lines& rows) {
  std::map<std::string, std::string> table;
  for (const std::string& row : rows) table[row.substr(0, row.find(','))] = row;
  Lines last;
  for (const auto& [key, row] : table) last.push_back(row);
  return last;
}

Lines final_table(const ExampleJob& job) { return job.last_rows(); }
Lines final_appended(const ExampleJob& job) { return sorted(job.rows()); }
Lines final_updated(const ExampleJob& job) { return last_of_each_key(job.rows()); }

/// Runs it with each trigger, one and three subtasks, and several orders of steps.
void check_every_way(const std::string& name, const std::function<Lines(const ExampleJob&)>& fold) {
  const Lines expected = golden(name);
  REQUIRE_FALSE(expected.empty());
  for (const char* trigger : {"trigger=availableNow", "trigger=continuous 100 ms",
                              "trigger=processingTime 1 second"})
    for (const char* parallelism : {"settings.parallelism=1", "settings.parallelism=3"})
      for (std::uint64_t seed : {1, 2, 3}) {
        INFO(name << " " << trigger << " " << parallelism << " seed " << seed);
        ExampleJob job(example(name), {trigger, parallelism}, seed);
        job.run_to_end();
        CHECK(fold(job) == expected);
      }
}

/// The rows of one line that the console writes with `format: json`.
Lines rows_of_line(const std::string& line) {
  const std::size_t start = line.find('[');
  const std::size_t end = line.rfind(']');
  if (start == std::string::npos || end == std::string::npos) return {};
  Lines rows;
  int depth = 0;
  std::string row;
  for (char c : line.substr(start + 1, end - start - 1)) {
    if (depth == 0 && c != '{') continue;
    row += c;
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth == 0) rows.push_back(std::exchange(row, {}));
  }
  return rows;
}

/// Runs the program until its table is the expected one, then ends it with a signal.
void check_program_reaches(Program& program, const Lines& expected,
                           const std::function<Lines(Lines)>& order) {
  bool reached = false;
  Lines last;
  while (!reached) {
    const auto line = program.read_line();
    if (!line) break;
    last = order(rows_of_line(*line));
    reached = last == expected;
  }
  INFO("last table has " << last.size() << " rows");
  CHECK(reached);
  program.send_signal(SIGTERM);
  const ProgramEnd end = program.end();
  INFO(end.err);
  CHECK(end.code == 143);
}

Lines as_is(Lines rows) { return rows; }

void check_word_count(const std::string& name, const std::vector<std::string>& more) {
  TestServer server;
  std::vector<std::string> arguments{"run",   example(name), "--progress", "off",
                                     "--set", "sinks.screen.format=json"};
  arguments.insert(arguments.end(), kNoHang.begin(), kNoHang.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  Program program(arguments, "",
                  {{"WORDCOUNT_HOST", "127.0.0.1"},
                   {"WORDCOUNT_PORT", std::to_string(server.port())}});
  server.accept_client();
  std::ifstream lines("examples/data/lines.txt");
  for (std::string line; std::getline(lines, line);) server.send_text(line + "\n");
  check_program_reaches(program, golden("wordcount"), sorted);
}

}  // namespace

TEST_CASE("mall purchases come to one table in every mode") {
  check_every_way("mall_purchases", final_table);
}

TEST_CASE("mall purchases as SQL come to the same table") {
  CHECK(golden("mall_purchases_sql") == golden("mall_purchases"));
  check_every_way("mall_purchases_sql", final_table);
}

TEST_CASE("average prices come to the same windows in every mode") {
  check_every_way("bitcoin_sliding_average", final_appended);
}

TEST_CASE("students are the same in every mode") { check_every_way("students", final_appended); }

TEST_CASE("totals of users come to one table in every mode") {
  check_every_way("user_totals", final_updated);
}

TEST_CASE("running totals of cards give a row for each payment in every mode") {
  check_every_way("running_totals", final_appended);
}

TEST_CASE("what a card did before a payment is the same in every mode") {
  check_every_way("card_velocity", final_appended);
}

TEST_CASE("features of payments over a minute to a week are the same in every mode") {
  check_every_way("card_features", final_appended);
}

TEST_CASE("late readings go to a sink of their own in every mode") {
  check_every_way("late_readings", final_appended);
}

TEST_CASE("the largest payments of cards come to one table in every mode") {
  check_every_way("top_payments", final_updated);
}

TEST_CASE("sales find the regions of their stores in every mode") {
  check_every_way("sales_by_region", final_appended);
}

TEST_CASE("views of ads come with their click, or without one, in every mode") {
  check_every_way("ad_clicks", final_appended);
}

TEST_CASE("visits come to sessions in every mode") {
  check_every_way("visit_sessions", final_appended);
}

TEST_CASE("alarms of two sites come once in every mode") { check_every_way("alarms", final_appended); }

TEST_CASE("users and their devices come once in every mode") {
  check_every_way("first_logins", final_appended);
}

TEST_CASE("the busiest users are the same in every mode") {
  check_every_way("busiest_users", final_table);
}

TEST_CASE("totals of cities, regions and all are the same in every mode") {
  check_every_way("sales_subtotals", final_table);
}

TEST_CASE("invoices with a transfer, and transfers with or without an invoice, are the same in every mode") {
  check_every_way("paid_invoices", final_appended);
}

TEST_CASE("windows of windows are the same in every mode") {
  check_every_way("quarter_hours", final_appended);
}

TEST_CASE("invoices and transfers come together or alone in every mode") {
  check_every_way("invoices", final_appended);
}

TEST_CASE("payments of watched cards and of others are told apart in every mode") {
  check_every_way("watched_cards", final_appended);
}

TEST_CASE("visits wait for the next one in every mode") {
  check_every_way("dwell_times", final_appended);
}

TEST_CASE("the rate example counts up in twos") {
  ExampleJob job(example("rate_console"), {});
  job.run_until_rows(10);
  const Lines rows = job.rows();
  REQUIRE(rows.size() >= 10);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i]);
    CHECK(rows[i].ends_with(",\"value\":" + std::to_string(2 * i) + "}"));
  }
}

TEST_CASE("the program gives the purchases with availableNow, on one subtask and on three") {
  for (const char* parallelism : {"settings.parallelism=1", "settings.parallelism=3"}) {
    const ProgramEnd end = run_program({"run", example("mall_purchases"), "--trigger",
                                        "availableNow", "--progress", "off", "--set", parallelism,
                                        "--set", "sinks.screen.format=json"});
    INFO(parallelism << "\n" << end.err);
    CHECK(end.code == 0);
    REQUIRE_FALSE(end.out.empty());
    const std::size_t last = end.out.rfind("{\"batchId\"");
    REQUIRE(last != std::string::npos);
    CHECK(rows_of_line(end.out.substr(last)) == golden("mall_purchases"));
  }
}

TEST_CASE("the program gives the purchases continuously, on one subtask and on three") {
  for (const char* parallelism : {"settings.parallelism=1", "settings.parallelism=3"}) {
    INFO(parallelism);
    std::vector<std::string> arguments{"run", example("mall_purchases"), "--trigger",
                                       "continuous 100 ms", "--progress", "off", "--set",
                                       parallelism, "--set", "sinks.screen.format=json"};
    arguments.insert(arguments.end(), kNoHang.begin(), kNoHang.end());
    Program program(arguments);
    check_program_reaches(program, golden("mall_purchases"), as_is);
  }
}

TEST_CASE("words from a socket are counted") {
  check_word_count("wordcount_socket", {});
  check_word_count("wordcount_socket", {"--trigger", "continuous 100 ms"});
  check_word_count("wordcount_socket", {"--set", "settings.parallelism=3"});
}

TEST_CASE("words from a socket are counted by SQL") {
  check_word_count("wordcount_sql", {});
  check_word_count("wordcount_sql", {"--trigger", "continuous 100 ms"});
}

TEST_CASE("no example is without a test") {
  std::set<std::string> names;
  for (const auto& file : fs::directory_iterator("examples"))
    if (file.path().extension() == ".yaml" && file.path().stem().extension() != ".test")
      names.insert(file.path().stem().string());
  names.erase("kafka_wordcount");  // tests/kafka: it wants a broker
  CHECK(names == std::set<std::string>{
                     "ad_clicks", "alarms", "bitcoin_sliding_average", "busiest_users",
                     "card_features", "card_velocity", "dwell_times", "first_logins", "fraud",
                     "invoices", "late_readings", "mall_purchases", "mall_purchases_sql",
                     "paid_invoices", "quarter_hours", "rate_console", "running_totals", "sales_by_region", "sales_subtotals",
                     "students", "top_payments", "user_totals", "visit_sessions", "watched_cards", "wordcount_socket",
                     "wordcount_sql"});
}

TEST_CASE("every operator stands in an example") {
  std::string all;
  for (const auto& file : fs::recursive_directory_iterator("examples")) {
    if (file.path().extension() != ".yaml") continue;
    std::ifstream text(file.path());
    all.append(std::istreambuf_iterator<char>(text), {});
  }
  for (const OptionDeclaration& verb : operator_verbs()) {
    INFO(verb.name);
    CHECK((all.find(verb.name + ": ") != std::string::npos ||
           all.find(verb.name + ":\n") != std::string::npos));
  }
}
