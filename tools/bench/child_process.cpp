#include "tools/bench/child_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "records/check.hpp"

namespace millrace::bench {

double cpu_seconds(const rusage& used) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, int core, bool keep_output) {
  int ends[2] = {-1, -1};
  MILLRACE_CHECK(!keep_output || pipe2(ends, O_CLOEXEC) == 0, "no pipe");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  MILLRACE_CHECK(pid_ >= 0, "cannot fork");
  if (pid_ == 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core < 0 ? 0 : core, &set);
    if (core >= 0) sched_setaffinity(0, sizeof set, &set);
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 0);
    dup2(keep_output ? ends[1] : nowhere, 1);
    dup2(nowhere, 2);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  if (!keep_output) return;
  close(ends[1]);
  output_fd_ = ends[0];
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (output_fd_ >= 0) close(output_fd_);
}

std::string ChildProcess::read_output() {
  std::string said;
  char text[4096];
  for (ssize_t n; (n = read(output_fd_, text, sizeof text)) > 0;)
    said.append(text, static_cast<std::size_t>(n));
  return said;
}

double ChildProcess::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void ChildProcess::terminate() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  (void)wait();
}

int ChildProcess::wait(rusage* usage) {
  int status = 0;
  wait4(pid_, &status, 0, usage);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace millrace::bench
