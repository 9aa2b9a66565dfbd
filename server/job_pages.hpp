#pragma once

#include "records/result.hpp"
#include "server/http_server.hpp"

#include <functional>
#include <string>

namespace millrace {

/// What the pages about one job show; each function may be called by any thread while the job runs.
struct JobView {
  /// Prometheus text.
  std::function<std::string()> metrics;
  /// The last epochs, oldest first, as a JSON list of Spark's progress objects.
  std::function<std::string()> progress;
  /// Nodes and edges of the plan as JSON.
  std::function<std::string()> plan;
  /// What every node does at this moment as JSON (counters; the page makes rates of them).
  std::function<std::string()> state;
  /// The rows that a SELECT over the memory tables gives, as JSON; empty: there are none.
  std::function<Result<std::string>(const std::string& query)> sql;
};

/// The general pages of a job: `/` (graph), `/metrics`, `/api/progress`, `/api/plan`, `/api/state`,
/// `/api/events` (the state four times a second) and `/api/sql?q=`. To be called before `start`.
void add_job_pages(HttpServer& server, JobView view);

/// The files of the pages themselves (`/`, `/graph.js`, ...), which hold no data. `start_page` is
/// the file that `/` gives: `graph.html` or `fraud.html`.
void add_page_files(HttpServer& server, const std::string& start_page);

}  // namespace millrace
