#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace::testing {

/// How a program ended and what it wrote.
struct ProgramEnd {
  int code = -1;  // exit code; 128 + number when a signal ended it
  std::string out;
  std::string err;
};

/// One run of `millrace` as a process of its own. Standard output can be read line by line while it
/// runs; standard error is kept in a file. Kills the process at the end of its life. One thread.
class Program {
 public:
  /// Starts it with the arguments, standard input and more environment.
  explicit Program(const std::vector<std::string>& arguments, const std::string& input = {},
                   const std::map<std::string, std::string>& environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Next line of standard output without its end; empty when there is no more.
  std::optional<std::string> read_line();
  void send_signal(int signal);
  /// Reads the rest of the output and waits for the end.
  ProgramEnd end();

 private:
  bool read_more();

  pid_t process_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string read_;       // all of standard output so far
  std::size_t given_ = 0;  // bytes of it that read_line gave
};

/// Runs `millrace` to its end.
ProgramEnd run_program(const std::vector<std::string>& arguments, const std::string& input = {},
                       const std::map<std::string, std::string>& environment = {});

/// A server on 127.0.0.1 at a port that the kernel chose. One client.
class TestServer {
 public:
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const { return port_; }
  void accept_client();
  void send_text(const std::string& text);
  /// Closes the connection, as a killed `nc` does.
  void hang_up();

 private:
  int listener_ = -1;
  int client_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace millrace::testing
