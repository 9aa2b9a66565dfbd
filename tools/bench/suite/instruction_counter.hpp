#pragma once

#include <optional>

namespace millrace::bench {

/// Instructions of this process, outside the kernel, and of the threads that it starts while the object lives; nothing where
/// the kernel does not give the counter, as in most virtual machines.
class InstructionCounter {
 public:
  InstructionCounter();
  ~InstructionCounter();
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  std::optional<double> count() const;

 private:
  int fd_ = -1;
};

}  // namespace millrace::bench
