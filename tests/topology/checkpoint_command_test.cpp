// What a user sees of a checkpoint location: ls, show, verify, diff, repair, and who is refused.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;

namespace {

/// A word count over a folder of text files, with its checkpoint beside it.
class CountedWords {
 public:
  CountedWords() {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "in");
    write("job.yaml", job("groupBy: [word]"));
  }
  ~CountedWords() { std::filesystem::remove_all(folder_); }

  static std::string job(const std::string& group) {
    return "name: words\n"
           "sources: {lines: {type: file, format: text, path: in}}\n"
           "operators:\n"
           "  words: {from: lines, select: [\"explode(split(value, ' ')) AS word\"]}\n"
           "  counts: {from: words, " + group + ", agg: [\"count(*) AS n\"]}\n"
           "sinks: {out: {from: counts, type: console, format: json, outputMode: update}}\n"
           "checkpointLocation: state\n"
           "trigger: {availableNow: true}\n";
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  /// Counts the words of one more file.
  ProgramEnd run(const std::string& file, const std::string& text) {
    write("in/" + file, text);
    return run();
  }
  ProgramEnd run() {
    return run_program({"run", (folder_ / "job.yaml").string(), "--progress", "off"});
  }
  ProgramEnd checkpoint(const std::string& what, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"checkpoint", what, location().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }
  std::filesystem::path location() const { return folder_ / "state"; }
  std::filesystem::path journal() const { return location() / "journal/00000000000000000001.log"; }

 private:
  std::filesystem::path folder_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Turns one byte over.
void damage(const std::filesystem::path& file, std::streamoff at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const char byte = static_cast<char>(~stream.get());
  stream.seekp(at);
  stream.put(byte);
}

}  // namespace

TEST_CASE("a restart goes on where the checkpoint ends") {
  CountedWords words;
  CHECK(words.run("1.txt", "a b a\n").out ==
        R"({"batchId":0,"rows":[{"word":"a","n":2},{"word":"b","n":1}]})" "\n");
  CHECK(words.run("2.txt", "b c\n").out ==
        R"({"batchId":1,"rows":[{"word":"b","n":2},{"word":"c","n":1}]})" "\n");
  CHECK(words.run().out.empty());
}

TEST_CASE("checkpoint ls, show and diff say what the epochs hold") {
  CountedWords words;
  words.run("1.txt", "a b a\n");
  words.run("2.txt", "b c\n");

  CHECK(contains(words.checkpoint("ls").out, "\n         1 "));
  const ProgramEnd shown = words.checkpoint("show");
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "\"epoch\": 1"));
  CHECK(contains(shown.out, "\"sinksCommitted\": 1"));
  const ProgramEnd diff = words.checkpoint("diff", {"0", "1"});
  CHECK(diff.code == 0);
  CHECK(contains(diff.out, "\"changes\": 2"));
}

TEST_CASE("a damaged journal is found by verify and refused by run, with file and offset") {
  CountedWords words;
  words.run("1.txt", "a b a\n");
  words.run("2.txt", "b c\n");
  CHECK(words.checkpoint("verify").code == 0);

  damage(words.journal(), 200);

  const ProgramEnd verified = words.checkpoint("verify");
  CHECK(verified.code != 0);
  CHECK(contains(verified.err + verified.out, "00000000000000000001.log"));
  CHECK(contains(verified.err + verified.out, "offset"));
  const ProgramEnd refused = words.run();
  CHECK(refused.code == 65);
  CHECK(contains(refused.err, "00000000000000000001.log"));
  CHECK(contains(refused.err, "fix: "));
}

TEST_CASE("repair keeps the epochs before a damage, and only when it is told to lose the rest") {
  CountedWords words;
  words.run("1.txt", "a b a\n");
  words.run("2.txt", "b c\n");
  damage(words.journal(), static_cast<std::streamoff>(std::filesystem::file_size(words.journal())) - 100);

  CHECK(words.checkpoint("repair").code != 0);
  CHECK(words.checkpoint("repair", {"--lose-epochs"}).code == 0);
  CHECK(words.checkpoint("verify").code == 0);
  CHECK(words.run().code == 0);
}

TEST_CASE("another topology is refused with what differs") {
  CountedWords words;
  words.run("1.txt", "a b a\n");
  words.write("job.yaml", CountedWords::job("groupBy: [\"length(word) AS word\"]"));

  const ProgramEnd refused = words.run();

  CHECK(refused.code == 65);
  CHECK(contains(refused.err, "it was written by another topology"));
  CHECK(contains(refused.err, "counts"));
}
