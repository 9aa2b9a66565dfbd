#include "progress_view.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

#include <fmt/format.h>

namespace millrace::cli {
namespace {

constexpr std::chrono::milliseconds kLinePeriod{100};

std::string watermark_text(const QueryProgress& progress) {
  const auto& watermark = progress.event_time.watermark;
  if (!watermark || *watermark == 0) return "";
  const std::int64_t behind = *watermark - progress.timestamp_micros;
  return fmt::format("  wm {:.1f} s", static_cast<double>(behind) / 1e6);
}

}  // namespace

ProgressMode progress_mode(const std::string& flag) {
  if (flag == "off") return ProgressMode::Off;
  if (flag == "json") return ProgressMode::Json;
  return isatty(STDERR_FILENO) != 0 ? ProgressMode::Line : ProgressMode::Json;
}

std::string grouped_number(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

void ProgressView::show(const QueryProgress& progress) {
  if (mode_ == ProgressMode::Json) std::cerr << secrets_.hidden(to_json(progress)) + "\n" << std::flush;
  if (mode_ == ProgressMode::Line) show_line(progress);
}

void ProgressView::show_line(const QueryProgress& progress) {
  rows_since_shown_ += progress.num_input_rows;
  const auto now = std::chrono::steady_clock::now();
  const auto since = now - last_shown_;
  if (is_open_ && since < kLinePeriod) return;
  const double seconds = is_open_ ? std::chrono::duration<double>(since).count() : 0;
  const double rate = seconds > 0 ? static_cast<double>(rows_since_shown_) / seconds
                                  : progress.processed_rows_per_second;
  std::cerr << fmt::format("\r\x1b[K▸ {} rows/s{}  epoch {} ({} ms){}",
                           grouped_number(std::llround(rate)), job_text(), progress.batch_id,
                           progress.batch_duration_ms, watermark_text(progress))
            << std::flush;
  last_shown_ = now;
  rows_since_shown_ = 0;
  is_open_ = true;
}

/// `  p99 1.8 ms  lag 0`: latency from source to sink so far, and rows that wait inside of the job.
std::string ProgressView::job_text() {
  const std::lock_guard lock(mutex_);
  if (job_ == nullptr) return "";
  LatencyHistogram latency;
  job_->add_latency_to(latency);
  std::int64_t lag = 0;
  for (const ExecutionNode& node : job_->plan().nodes)
    for (int subtask = 0; subtask < node.parallelism; ++subtask)
      lag += job_->num_queued_records(node.id, subtask);
  return fmt::format("  p99 {:.1f} ms  lag {}",
                     static_cast<double>(latency.at_quantile(0.99)) / 1e6, grouped_number(lag));
}

void ProgressView::attach(const Job* job) {
  const std::lock_guard lock(mutex_);
  job_ = job;
}

void ProgressView::end() {
  if (is_open_) std::cerr << "\n";
  is_open_ = false;
}

}  // namespace millrace::cli
