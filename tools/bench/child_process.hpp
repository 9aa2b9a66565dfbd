#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace millrace::bench {

/// Processor time, user and system, in seconds.
double cpu_seconds(const rusage& used);

/// A program that this one started; killed and reaped when the object goes.
class ChildProcess {
 public:
  /// Runs `command` with its standard output going to a pipe (`output_fd`) or to nowhere, errors to
  /// nowhere, on `core` if that is not negative.
  ChildProcess(const std::vector<std::string>& command, int core, bool keep_output);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int output_fd() const { return output_fd_; }
  /// All that it prints until it closes its output. Requires: the output is kept.
  std::string read_output();
  pid_t pid() const { return pid_; }
  /// Processor time so far, user and system, in seconds.
  double cpu_seconds() const;
  /// Ends it by SIGTERM and waits.
  void terminate();
  /// Waits until it ends by itself; its exit status. `usage` gets what it used, if given.
  int wait(rusage* usage = nullptr);

 private:
  pid_t pid_ = -1;
  int output_fd_ = -1;
};

}  // namespace millrace::bench
