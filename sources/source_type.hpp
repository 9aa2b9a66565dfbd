#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/options.hpp"
#include "sources/source.hpp"

namespace millrace {

/// What the user asked of a source.
struct SourceRequest {
  Options options;
  std::vector<std::string> paths;   // absolute
  std::optional<Schema> schema;     // the user's, if any
  bool streaming = true;
  bool continuous = false;
  std::string time_zone = "UTC";
};

/// A checked request: the schema is known, nothing is open yet.
struct PlannedSource {
  Schema schema;
  std::string description;  // Spark's where it has one: `TextSocketV2[host: localhost, port: 9999]`
  bool bounded = false;
  /// Several subtasks may read at once.
  bool parallel = false;
  /// Makes one subtask's source. Safe to call from any thread, any number of times.
  std::function<std::unique_ptr<Source>()> make;
  /// What was read since a checkpoint comes again after a crash.
  bool repeatable = true;
  /// Progress shows the end of what there is as latestOffset; else it shows null, as Spark does for
  /// sources that take limits.
  bool tells_latest_offset = false;
};

/// One kind of source: its options and how it is made.
struct SourceType {
  std::string name;     // file socket rate ...
  std::string summary;
  std::vector<OptionDeclaration> options;
  /// Checks options (values, not names) and says what rows come. May look at files, starts nothing.
  std::function<Result<PlannedSource>(const SourceRequest&)> plan;
};

/// All kinds of sources, sorted by name.
const std::vector<SourceType>& builtin_sources();

}  // namespace millrace
