#include "tools/fraud/engine_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <utility>

namespace millrace::fraud {

namespace {

constexpr int kCannotRun = 127;  // as shells say it

/// What is written goes to the file `log`, nothing can be read, nothing else is open: a connection of
/// ours that the engine held too would not end when we close it.
bool redirect(const char* log) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  const int file = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  return ::dup2(nothing, 0) == 0 && ::dup2(file, 1) == 1 && ::dup2(file, 2) == 2 &&
         ::close_range(3, ~0u, 0) == 0;
}

/// The child of `supervisor`: ends when it does, however that ends. Other threads of it may have held
/// locks at the fork, so only system calls are safe here.
[[noreturn]] void become(char* const* words, const char* log, pid_t supervisor) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool is_orphan = ::getppid() != supervisor;  // it ended before it could be watched
  if (!is_orphan && redirect(log)) ::execv(words[0], words);
  ::_exit(kCannotRun);
}

}  // namespace

EngineProcess::EngineProcess(std::vector<std::string> command, std::string log)
    : command_(std::move(command)), log_(std::move(log)) {}

EngineProcess::~EngineProcess() { kill(); }

void EngineProcess::start() {
  std::vector<char*> words;
  for (std::string& word : command_) words.push_back(word.data());
  words.push_back(nullptr);
  const pid_t supervisor = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(words.data(), log_.c_str(), supervisor);
}

void EngineProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int EngineProcess::stop() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  return wait();
}

bool EngineProcess::has_died() {
  if (pid_ <= 0) return true;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return false;
  pid_ = -1;
  return true;
}

double EngineProcess::cpu_seconds() const {
  clockid_t clock = 0;
  timespec used{};
  if (pid_ <= 0 || ::clock_getcpuclockid(pid_, &clock) != 0) return 0;
  ::clock_gettime(clock, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

int EngineProcess::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace millrace::fraud
