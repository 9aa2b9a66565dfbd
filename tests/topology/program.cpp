#include "tests/topology/program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/support/catch.hpp"

namespace millrace::testing {
namespace {

/// An unnamed file.
int open_scratch(const std::string& text) {
  std::string name = "/tmp/millrace-program-XXXXXX";
  const int file = mkstemp(name.data());
  REQUIRE(file >= 0);
  unlink(name.c_str());
  REQUIRE(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  lseek(file, 0, SEEK_SET);
  return file;
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> bytes{};
  lseek(file, 0, SEEK_SET);
  for (ssize_t count; (count = read(file, bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

[[noreturn]] void become_program(const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment) {
  std::vector<char*> words{const_cast<char*>(MILLRACE_PROGRAM)};
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  execv(MILLRACE_PROGRAM, words.data());
  _exit(127);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const std::string& input,
                 const std::map<std::string, std::string>& environment) {
  std::array<int, 2> pipe{};
  REQUIRE(pipe2(pipe.data(), O_CLOEXEC) == 0);
  const int in = open_scratch(input);
  err_ = open_scratch("");
  process_ = fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) {
    dup2(in, STDIN_FILENO);
    dup2(pipe[1], STDOUT_FILENO);
    dup2(err_, STDERR_FILENO);
    become_program(arguments, environment);
  }
  close(in);
  close(pipe[1]);
  out_ = pipe[0];
}

Program::~Program() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(out_);
  close(err_);
}

bool Program::read_more() {
  std::array<char, 4096> bytes{};
  ssize_t count = -1;
  do {
    count = read(out_, bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count > 0) read_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::optional<std::string> Program::read_line() {
  std::size_t end = read_.find('\n', given_);
  while (end == std::string::npos) {
    if (!read_more()) return std::nullopt;
    end = read_.find('\n', given_);
  }
  std::string line = read_.substr(given_, end - given_);
  given_ = end + 1;
  return line;
}

void Program::send_signal(int signal) { kill(process_, signal); }

ProgramEnd Program::end() {
  while (read_more()) {
  }
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read_, read_all(err_)};
}

ProgramEnd run_program(const std::vector<std::string>& arguments, const std::string& input,
                       const std::map<std::string, std::string>& environment) {
  return Program(arguments, input, environment).end();
}

TestServer::TestServer() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* place = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listener_, place, size) == 0);
  REQUIRE(listen(listener_, 1) == 0);
  REQUIRE(getsockname(listener_, place, &size) == 0);
  port_ = ntohs(address.sin_port);
}

TestServer::~TestServer() {
  hang_up();
  close(listener_);
}

void TestServer::accept_client() {
  client_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  REQUIRE(client_ >= 0);
}

void TestServer::send_text(const std::string& text) {
  REQUIRE(send(client_, text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
}

void TestServer::hang_up() {
  if (client_ >= 0) close(client_);
  client_ = -1;
}

}  // namespace millrace::testing
