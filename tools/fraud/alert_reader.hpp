#pragma once

#include "tools/fraud/recent_decisions.hpp"

#include <stop_token>
#include <thread>

namespace millrace::fraud {

/// Keeps the alerts that the engine sends to whoever connects; connects again when the engine went.
class AlertReader {
 public:
  AlertReader(int port, AlertBook& book);

 private:
  void run(const std::stop_token& stop);
  void read_from(int fd, const std::stop_token& stop);

  const int port_;
  AlertBook& book_;
  std::jthread thread_;
};

}  // namespace millrace::fraud
