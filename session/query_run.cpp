#include "session/query_run.hpp"

#include "expressions/expression_errors.hpp"

#include <fmt/format.h>

#include <random>

namespace millrace {
namespace {

std::string random_uuid() {
  std::random_device device;
  std::uniform_int_distribution<std::uint64_t> any;
  const std::uint64_t high = (any(device) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (any(device) & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

}  // namespace

QueryRun::QueryRun(ExecutionPlan execution_plan, std::string query_name)
    : id(random_uuid()),
      run_id(random_uuid()),
      name(std::move(query_name)),
      plan(std::move(execution_plan)) {}

Status QueryRun::start(JobOptions options) {
  options.on_opened = [this](const std::string& query_id) {
    if (!query_id.empty()) id = query_id;
    report.emplace(plan, id, run_id);
  };
  options.on_epoch = [this](const EpochSummary& epoch) {
    std::string progress = to_json(report->next(epoch));
    const std::lock_guard lock(mutex);
    last_progress = std::move(progress);
  };
  auto started = Job::start(plan, std::move(options));
  if (!started) return std::move(started.error());
  job = std::move(*started);
  return {};
}

std::optional<Error> QueryRun::failure() {
  const Status status = job->await();
  if (status) return std::nullopt;
  const Error& cause = status.error();
  Error error = spark_error("STREAM_FAILED", "XXKST",
                            "Query [id = " + id + ", runId = " + run_id +
                                "] terminated with exception: " + cause.message);
  error.kind = cause.kind;
  error.notes = cause.notes;
  if (!cause.error_class.empty()) error.notes.push_back("cause: " + cause.error_class);
  error.fix = cause.fix;
  error.origin = cause.origin;
  return error;
}

}  // namespace millrace
