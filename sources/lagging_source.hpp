#pragma once

#include <map>
#include <optional>
#include <string>

#include "sources/source.hpp"

namespace millrace {

/// What progress shows of a source beside its offsets; Spark's `latestOffset` and `metrics` of a source.
struct SourceLag {
  /// Where the source ended when the epoch was planned, beyond what limits let it read; as JSON.
  std::optional<std::string> latest_offset;
  std::map<std::string, std::string> metrics;
};

/// A source that knows how much it has not read yet.
class LaggingSource : public Source {
 public:
  /// Micro-batch mode: of the epoch that was read last. Requires: its limit was reached.
  virtual SourceLag lag() const = 0;
};

}  // namespace millrace
