#pragma once

#include "metrics/progress.hpp"
#include "records/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace {

struct QueryStartedEvent {
  std::string id;
  std::string run_id;
  std::optional<std::string> name;
  std::int64_t timestamp_micros = 0;  // since 1970 UTC
};
struct QueryProgressEvent {
  QueryProgress progress;
};
/// Nothing new came for a while (noDataProgressEventInterval).
struct QueryIdleEvent {
  std::string id;
  std::string run_id;
  std::int64_t timestamp_micros = 0;
};
struct QueryTerminatedEvent {
  std::string id;
  std::string run_id;
  /// Why it ended; none when it ended well.
  std::optional<Error> exception;
};

/// Hears of all queries of a session (Spark's StreamingQueryListener). `on_query_started` is called
/// by the thread that starts the query, before `start` returns; the others come one at a time from a
/// thread of the session, and may start and stop queries.
class StreamingQueryListener {
 public:
  virtual ~StreamingQueryListener() = default;
  virtual void on_query_started(const QueryStartedEvent&) {}
  virtual void on_query_progress(const QueryProgressEvent&) {}
  virtual void on_query_idle(const QueryIdleEvent&) {}
  virtual void on_query_terminated(const QueryTerminatedEvent&) {}
};

}  // namespace millrace
