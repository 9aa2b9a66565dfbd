#pragma once

#include "records/tcp.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A shell command that reads from us on its standard input. It is never left behind: what was not
/// waited for is killed with all its children. Not thread-safe; calls may block.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), input_(std::move(other.input_)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(input_, other.input_);
    return *this;
  }
  ~ChildProcess();

  /// Starts `sh -c command` in a process group of its own, with `variables` (`NAME=value`) added to
  /// the environment. Its standard error goes to `error_output`, or where ours goes (-1).
  Status start(const std::string& command, const std::vector<std::string>& variables,
               int error_output = -1);
  /// Requires: start. A child that stopped reading is no error here: its exit status tells.
  Status write(std::string_view bytes);
  /// Ends its input and waits. The shell's exit status, or 128 + the signal that ended it.
  Result<int> finish();
  bool is_running() const { return pid_ > 0; }

 private:
  pid_t pid_ = -1;
  Descriptor input_;
};

}  // namespace millrace
