#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "records/secrets.hpp"

namespace millrace::cli {

enum class LogLevel { Debug, Info, Warn, Error, Off };
enum class LogFormat { Text, Json };

/// The log of a run on standard error, one line a message. Safe from any thread.
class RunLog {
 public:
  RunLog(LogLevel level, LogFormat format, std::string query, Secrets secrets)
      : level_(level), format_(format), query_(std::move(query)), secrets_(std::move(secrets)) {}

  void write(LogLevel level, std::string_view where, std::string_view text);

 private:
  const LogLevel level_;
  const LogFormat format_;
  const std::string query_;
  const Secrets secrets_;  // left out of every line
  std::mutex mutex_;  // keeps lines whole
};

/// `debug`, `info`, `warn`, `error`, `off`; Warn for anything else.
LogLevel log_level(std::string_view name);

}  // namespace millrace::cli
