#include "run_log.hpp"

#include <chrono>
#include <iostream>

#include "metrics/progress.hpp"
#include "records/time_text.hpp"
#include "topology/diagnostics.hpp"

namespace millrace::cli {
namespace {

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warn: return "warn";
    case LogLevel::Error: return "error";
    case LogLevel::Off: return "off";
  }
  return "off";
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string text;
  append_timestamp_iso(text, std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
                       TimeZone());
  return text;
}

}  // namespace

void RunLog::write(LogLevel level, std::string_view where, std::string_view text) {
  if (level < level_ || level_ == LogLevel::Off) return;
  std::string line;
  if (format_ == LogFormat::Json)
    line = "{\"ts\":" + json_string(now_text()) + ",\"level\":" + json_string(level_name(level)) +
           ",\"query\":" + json_string(query_) + ",\"operator\":" + json_string(where) +
           ",\"msg\":" + json_string(text) + "}";
  else
    line = now_text() + " " + std::string(level_name(level)) + " query=" + query_ +
           (where.empty() ? "" : " node=" + std::string(where)) + " " +
           escape_control_characters(text);
  const std::lock_guard lock(mutex_);
  std::cerr << secrets_.hidden(std::move(line)) << "\n";
}

LogLevel log_level(std::string_view name) {
  for (LogLevel level : {LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error,
                         LogLevel::Off})
    if (level_name(level) == name) return level;
  return LogLevel::Warn;
}

}  // namespace millrace::cli
