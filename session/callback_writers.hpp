#pragma once

#include "session/data_frame.hpp"
#include "session/row.hpp"
#include "sinks/foreach_sink.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace millrace {

/// The writer, with its thread marked as inside of the query during each call (`CallbackScope`).
std::unique_ptr<ForeachWriter> marked_writer(std::unique_ptr<ForeachWriter> writer,
                                             std::shared_ptr<const char> mark);

/// A writer that takes every epoch and calls the function for each row.
std::unique_ptr<ForeachWriter> writer_of(std::function<Status(const Row&)> function);

/// A micro-batch as a frame; copies the rows.
DataFrame frame_of(const std::shared_ptr<SessionState>& session, const Schema& schema,
                   const std::vector<RecordBatch>& batches);

}  // namespace millrace
