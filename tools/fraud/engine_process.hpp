#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace millrace::fraud {

/// The engine as a process of its own, which may be killed and started again. Ended with the
/// object, and by the kernel when this process ends, even by SIGKILL. Not thread-safe.
class EngineProcess {
 public:
  /// `command`: the program and its arguments; what it writes goes to the file `log`.
  EngineProcess(std::vector<std::string> command, std::string log);
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  /// Requires: the calling thread lives as long as the engine shall, for the engine ends with it.
  void start();
  /// SIGKILL, as a crash does; returns when it is gone.
  void kill();
  /// SIGTERM: what was read is answered first. Returns the exit code.
  int stop();
  /// True when it ended by itself.
  bool has_died();
  void set_command(std::vector<std::string> command) { command_ = std::move(command); }
  /// Processor time that it has used since it was started, in seconds; 0 when it does not run.
  double cpu_seconds() const;

 private:
  int wait();

  std::vector<std::string> command_;
  const std::string log_;
  pid_t pid_ = -1;
};

}  // namespace millrace::fraud
