#pragma once

#include "actors/job.hpp"
#include "metrics/progress.hpp"
#include "metrics/prometheus_text.hpp"
#include "server/http_server.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace millrace::cli {

/// The pages about a running job, for `millrace run --http`. All methods may be called from any
/// thread.
class JobHttp {
 public:
  /// `query_metrics`: Spark's metrics of the query, too.
  JobHttp(const ExecutionPlan& plan, const HttpAccess& access, Secrets secrets, bool query_metrics);

  /// Listens. Error: the address is taken.
  Status start() { return server_.start(); }
  int port() const { return server_.port(); }

  // From the job.
  void take(const EpochSummary& epoch, const QueryProgress& progress);
  /// The job that the pages are about; null: it is being started or taken down.
  void attach(const Job* job);

 private:
  std::string metrics_text() const;
  /// Spark's metrics, by what progress said last.
  void add_query_metrics(PrometheusText& metrics) const;
  std::string progress_json() const;
  std::string state_json() const;

  const ExecutionPlan plan_;
  const Secrets secrets_;
  const bool has_query_metrics_;
  mutable std::mutex mutex_;  // guards what follows
  const Job* job_ = nullptr;
  std::deque<QueryProgress> progress_;
  std::int64_t epoch_ = -1;
  std::int64_t epoch_micros_ = 0;  // from its start to its commit
  HttpServer server_;              // last: its threads use the rest
};

}  // namespace millrace::cli
