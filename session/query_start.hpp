#pragma once

#include "records/value.hpp"
#include "session/query_trigger.hpp"
#include "session/streaming_query.hpp"
#include "sinks/sink_type.hpp"
#include "topology/plan/node.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace millrace {

struct SessionState;

/// What `DataStreamWriter::start` asks for.
struct QueryRequest {
  plan::WriteStream output;
  /// Where rows go that come too late for a frame of the query.
  std::vector<plan::WriteStream> late_outputs;
  QueryTrigger trigger;
  /// Code of the program in place of a named sink; may be empty.
  std::function<PlannedSink()> foreach;
  /// What stands for the query while that code runs.
  std::shared_ptr<const char> callback_mark;
};

/// Analyzes, plans and starts one streaming query.
Result<StreamingQuery> start_query(const std::shared_ptr<SessionState>& session,
                                   const QueryRequest& request);

/// Runs a plan without streaming source to its end and gives its rows.
Result<std::vector<std::vector<Value>>> collect_rows(const std::shared_ptr<SessionState>& session,
                                                     const plan::NodePtr& plan);

/// Whether a streaming source is below; an error when the plan has one.
Result<bool> is_streaming(const SessionState& session, const plan::NodePtr& plan);

}  // namespace millrace
