#include "sinks/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace millrace {

namespace {

Error process_error(const char* what, int code) {
  return make_error(ErrorKind::Io,
                    std::string("foreach sink: cannot ") + what + ": " + std::strerror(code));
}

/// Keeps SIGPIPE from this thread while it writes to a pipe, and takes back one that came.
class PipeSignalGuard {
 public:
  PipeSignalGuard() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalGuard() {
    const timespec now{};
    while (!::sigismember(&before_, SIGPIPE) && ::sigtimedwait(&pipe_, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
};

int spawn_shell(const std::string& command, const std::vector<std::string>& variables, int input,
                int error_output, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (error_output >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, error_output, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  sigset_t defaults;
  ::sigfillset(&defaults);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  std::vector<char*> environment;
  for (char** at = environ; *at != nullptr; ++at) environment.push_back(*at);
  for (const std::string& variable : variables)
    environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);
  char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                             const_cast<char*>(command.c_str()), nullptr};
  const int failed =
      ::posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status ChildProcess::start(const std::string& command, const std::vector<std::string>& variables,
                           int error_output) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return process_error("make a pipe", errno);
  const Descriptor reading(ends[0]);
  input_ = Descriptor(ends[1]);
  const int failed = spawn_shell(command, variables, reading.get(), error_output, &pid_);
  if (failed == 0) return {};
  pid_ = -1;
  return process_error("start the command", failed);
}

Status ChildProcess::write(std::string_view bytes) {
  const PipeSignalGuard guard;
  while (!bytes.empty() && input_) {
    const ssize_t written = ::write(input_.get(), bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno == EPIPE)
      input_.reset();
    else if (errno != EINTR)
      return process_error("write to the command", errno);
  }
  return {};
}

Result<int> ChildProcess::finish() {
  input_.reset();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) return process_error("wait for the command", errno);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace millrace
