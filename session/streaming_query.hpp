#pragma once

#include "records/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

struct QueryRun;

/// A query that runs in the background (Spark's StreamingQuery). Copies stand for the same query;
/// when the last one is gone, and the session too, the query is stopped. Safe to call from any
/// thread; what waits answers at once with an error inside of the query's own foreach.
class StreamingQuery {
 public:
  explicit StreamingQuery(std::shared_ptr<QueryRun> run) : run_(std::move(run)) {}

  /// UUID.
  const std::string& id() const;
  const std::string& run_id() const;
  /// Empty when the query has none.
  const std::string& name() const;
  bool is_active() const;
  /// Why it ended, as STREAM_FAILED; none while it runs and when it ended well.
  std::optional<Error> exception() const;
  /// Progress of the last epoch as Spark's JSON object; none before the first.
  std::optional<std::string> last_progress() const;
  /// Progress of the last epochs and of idle triggers now and then, oldest first; at most as many as
  /// the session's settings say.
  std::vector<std::string> recent_progress() const;
  /// What it does now: `{"message":...,"isDataAvailable":...,"isTriggerActive":...}`.
  std::string status() const;

  /// Waits for the end; gives `exception`.
  Status await_termination() const;
  /// True when the query ended within the time; its failure is an error.
  Result<bool> await_termination(std::chrono::milliseconds timeout) const;
  /// Waits until all that its sources had when this was called is in the sink; for tests. Errors: the
  /// query's failure, a continuous query, a call from the query's own foreach.
  Status process_all_available() const;
  /// Ends the query after what was read is through, and waits for that; called from the query's own
  /// foreach it asks only.
  void stop();

 private:
  std::shared_ptr<QueryRun> run_;
};

}  // namespace millrace
