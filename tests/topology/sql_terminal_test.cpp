// `millrace sql` as a person uses it: keys into a terminal, text out of it.
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "tests/support/catch.hpp"

namespace {

constexpr int kPatienceMs = 20'000;
const std::string kTab = "\t";
const std::string kUp = "\x1b[A";
const std::string kEnter = "\r";
const std::string kCtrlC = "\x03";
const std::string kCtrlD = "\x04";

/// One run of `millrace sql` in a terminal of its own.
class Shell {
 public:
  explicit Shell(const std::string& history) {
    process_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    REQUIRE(process_ >= 0);
    if (process_ != 0) return;
    setenv("MILLRACE_HISTORY", history.c_str(), 1);
    execl(MILLRACE_PROGRAM, MILLRACE_PROGRAM, "sql", static_cast<char*>(nullptr));
    _exit(127);
  }
  ~Shell() {
    close(terminal_);
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }
  void type(const std::string& keys) const {
    REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }
  /// Reads until the text came, from where the last call stopped.
  bool shows(const std::string& text) {
    while (shown_.find(text, read_to_) == std::string::npos)
      if (!read_more()) return false;
    read_to_ = shown_.find(text, read_to_) + text.size();
    return true;
  }
  int end() {
    while (read_more()) {
    }
    int status = -1;
    waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& text() const { return shown_; }

 private:
  bool read_more() {
    pollfd waiting{terminal_, POLLIN, 0};
    if (poll(&waiting, 1, kPatienceMs) != 1) return false;
    std::array<char, 4096> bytes{};
    const ssize_t count = read(terminal_, bytes.data(), bytes.size());
    if (count <= 0) return false;
    shown_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  int terminal_ = -1;
  pid_t process_ = -1;
  std::string shown_;
  std::size_t read_to_ = 0;
};

/// The name of a file that is not there yet, gone with the object.
class HistoryFile {
 public:
  HistoryFile() {
    char name[] = "/tmp/millrace-history-XXXXXX";
    close(mkstemp(name));
    name_ = name;
  }
  ~HistoryFile() { std::remove(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace

TEST_CASE("the shell completes words with Tab and runs a statement of several lines") {
  const HistoryFile history;
  Shell shell(history.name());
  REQUIRE(shell.shows("millrace> "));

  shell.type("SEL" + kTab);
  CHECK(shell.shows("SELECT"));
  shell.type(" 20 + 3" + kEnter);
  CHECK(shell.shows("       -> "));
  shell.type("AS sum;" + kEnter);

  INFO(shell.text());
  CHECK(shell.shows("|23 "));
  CHECK(shell.shows("millrace> "));
  shell.type(kCtrlD);
  CHECK(shell.end() == 0);
}

TEST_CASE("the shell completes the names of views") {
  const HistoryFile history;
  Shell shell(history.name());
  REQUIRE(shell.shows("millrace> "));
  shell.type("CREATE TEMPORARY VIEW purchases AS SELECT 7 AS n;" + kEnter);
  REQUIRE(shell.shows("millrace> "));
  REQUIRE(shell.shows("millrace> "));

  shell.type("SELECT n FROM purch" + kTab + ";" + kEnter);

  INFO(shell.text());
  CHECK(shell.shows("SELECT n FROM purchases;"));
  CHECK(shell.shows("|7  |"));
}

TEST_CASE("the arrow up brings lines back, also those of an earlier session") {
  const HistoryFile history;
  {
    Shell first(history.name());
    REQUIRE(first.shows("millrace> "));
    first.type("SELECT 41 + 1 AS answer;" + kEnter);
    REQUIRE(first.shows("|42 "));
    REQUIRE(first.shows("millrace> "));
    first.type(kUp + kEnter);
    CHECK(first.shows("|42 "));
    first.type("quit" + kEnter);
    CHECK(first.end() == 0);
  }

  Shell second(history.name());
  REQUIRE(second.shows("millrace> "));
  second.type(kUp + kUp);
  CHECK(second.shows("SELECT 41 + 1 AS answer;"));
  second.type(kCtrlC);
  CHECK(second.shows("millrace> "));
}

TEST_CASE("a mistake does not end the shell") {
  const HistoryFile history;
  Shell shell(history.name());
  REQUIRE(shell.shows("millrace> "));

  shell.type("SELECT nope;" + kEnter);
  CHECK(shell.shows("UNRESOLVED_COLUMN"));
  shell.type("SELECT 5 AS five;" + kEnter);

  CHECK(shell.shows("|5   |"));
}
