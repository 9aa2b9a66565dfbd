#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "actors/job.hpp"
#include "metrics/progress.hpp"
#include "records/secrets.hpp"

namespace millrace::cli {

enum class ProgressMode { Off, Json, Line };

/// `auto` is a line on a terminal and JSON elsewhere.
ProgressMode progress_mode(const std::string& flag);

/// Shows progress on standard error: one JSON object for each epoch, or one line that is written over
/// at most ten times a second. Called by one thread at a time.
class ProgressView {
 public:
  ProgressView(ProgressMode mode, Secrets secrets) : mode_(mode), secrets_(std::move(secrets)) {}

  void show(const QueryProgress& progress);
  /// The job that the line is about; null: it is being started or taken down. From any thread.
  void attach(const Job* job);
  /// Ends the line, so that what follows starts on a new one.
  void end();

 private:
  void show_line(const QueryProgress& progress);
  std::string job_text();

  const ProgressMode mode_;
  const Secrets secrets_;
  std::chrono::steady_clock::time_point last_shown_{};
  std::int64_t rows_since_shown_ = 0;
  bool is_open_ = false;
  std::mutex mutex_;  // guards what follows
  const Job* job_ = nullptr;
};

/// `1204331` as `1,204,331`.
std::string grouped_number(std::int64_t number);

}  // namespace millrace::cli
