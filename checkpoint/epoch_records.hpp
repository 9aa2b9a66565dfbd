#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "records/event.hpp"

namespace millrace {

/// One subtask of a node that a restart finds again by the node's name.
struct SubtaskName {
  std::string node;
  int subtask = 0;
  auto operator<=>(const SubtaskName&) const = default;
};

/// What a micro-batch will read and by which clock and watermark it judges rows; durable before it
/// starts, so that a rerun gives the same. Offsets are JSON as sources write it.
struct PlanRecord {
  Epoch epoch{};
  std::int64_t timestamp = 0;              // microseconds since 1970 UTC
  std::optional<std::int64_t> watermark;   // microseconds
  std::map<SubtaskName, std::string> starts;
  std::map<SubtaskName, std::string> ends;
};

/// Rows of a sink that cannot take up a prepared epoch again by itself; kept until `committed` covers them.
struct OutputRecord {
  Epoch epoch{};
  SubtaskName sink;
  std::string rows;
};

/// An epoch that is complete. All state is the base image and the deltas up to here.
struct CommitRecord {
  Epoch epoch{};
  std::int64_t committed_at = 0;           // microseconds since 1970 UTC
  std::optional<std::int64_t> planned_watermark;  // global one that judged this epoch
  std::optional<std::int64_t> watermark;          // global one after this epoch
  std::map<std::string, std::int64_t> node_watermarks;  // of each watermark node
  std::map<SubtaskName, std::string> offsets;           // sources: next to read
  std::map<SubtaskName, std::string> tokens;            // sinks: what commit needs
  /// Epoch up to which every sink had confirmed its commit when this was written; -1: none.
  std::int64_t sinks_committed = -1;
};

}  // namespace millrace
