#include "tests/support/catch.hpp"
#include "topology/yaml/document.hpp"
#include "yaml_topology.hpp"

namespace millrace::test {
namespace {

std::string errors_of(const std::string& text) {
  return summary(yaml::parse_document(text, "job.yaml").errors);
}

/// Where the expression of `where` in `yaml` says its byte `offset` is, along the text.
Origin place_in_where(const std::string& where_yaml, int line, int column) {
  const auto loaded = load("sources: {ticks: {type: rate}}\noperators:\n  op:\n    from: ticks\n" +
                           where_yaml + "sinks: {out: {from: op, type: console}}\n");
  Error error;
  error.origin = {"job.yaml", line, column, 1};
  return loaded.located(error).origin;
}

std::string place_text(const Origin& origin) {
  return std::to_string(origin.line) + ":" + std::to_string(origin.column);
}

}  // namespace

TEST_CASE("malformed documents are refused with a place") {
  CHECK(errors_of("a: 1\na: 2\n") == "2:1 key `a` is written twice\n");
  CHECK(errors_of("a: {b: 1\n").find("2:1 yaml:") == 0);
  CHECK(errors_of("[1]: 2\n") == "1:1 yaml: a key must be text, not a list\n");
  CHECK(errors_of("a: \xFF\n") == "1:4 the file is not valid UTF-8\n");
  CHECK(errors_of("a: b\x1b[31m\n") == "1:5 the file holds a control character\n");
  CHECK(errors_of("a: 1\n---\nb: 2\n") == "3:1 the file holds more than one YAML document\n");
  CHECK(errors_of("a: &x [*x]\n") == "1:8 yaml: alias refers to the value that it stands in\n");
}

TEST_CASE("aliases cannot blow a file up") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 9; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  CHECK(errors_of(bomb) == "1:1 the file holds more than 100000 values\n");
}

TEST_CASE("huge and deeply nested files are refused") {
  CHECK(errors_of(std::string(5 << 20, ' ')) == "1:1 the file has more than 4 MiB\n");
  CHECK(errors_of("a: " + std::string(100'000, '[')) != "");
}

TEST_CASE("columns count code points") {
  const auto document = yaml::parse_document("{é: 1, ü: 2}\n", "job.yaml");
  CHECK(document.root.entries.at(1).key.origin.column == 8);
  CHECK(document.root.entries.at(1).value.origin.column == 11);
}

TEST_CASE("a place inside an expression is the place in the file") {
  // The text begins at 5:12 and stands in the file as it is.
  CHECK(place_text(place_in_where("    where: a > bad\n", 5, 16)) == "5:16");
  CHECK(place_text(place_in_where("    where: 'it''s > bad'\n", 5, 20)) == "5:21");
  CHECK(place_text(place_in_where("    where: \"\\\"a\\\" > bad\"\n", 5, 19)) == "5:21");
  CHECK(place_text(place_in_where("    where: |\n      a >\n       bad\n", 7, 2)) == "7:8");
  CHECK(place_text(place_in_where("    where: >\n      a >\n      bad\n", 6, 11)) == "7:7");
  CHECK(place_text(place_in_where("    where: a >\n      bad\n", 5, 16)) == "6:7");
}

}  // namespace millrace::test
