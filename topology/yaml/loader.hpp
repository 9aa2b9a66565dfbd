#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/secrets.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/diagnostics.hpp"
#include "topology/plan/node.hpp"
#include "topology/runtime_settings.hpp"
#include "topology/settings.hpp"
#include "topology/yaml/position_map.hpp"

namespace millrace {

/// A topology file and what it depends on.
struct TopologyText {
  std::string text;
  /// As shown in messages; also gives the job's name where the file has none.
  std::string file_name;
  /// Relative paths in the file are relative to this folder; empty: the working directory.
  std::string directory;
  /// `sources.events.path=x`: replaces a value, or adds it. Later ones win.
  std::vector<std::string> overrides;
  /// What `${NAME}` stands for; empty function: nothing is set.
  std::function<std::optional<std::string>(std::string_view)> environment;
};

/// What a topology file says: named plans and outputs, unresolved.
struct LoadedTopology {
  std::string name;
  std::map<std::string, plan::NodePtr, NameLess> views;
  std::vector<plan::WriteStream> outputs;
  Settings settings;
  RuntimeSettings runtime;
  std::string checkpoint_location;  // absolute, or empty
  /// With errors the parts that could be read are still there, so that they can be analyzed as well.
  std::vector<Error> errors;
  std::vector<Error> warnings;
  /// Texts of the file and of the overrides, for `render_diagnostics`.
  SourceTexts texts;
  yaml::PositionMap positions;
  /// What no output may show.
  Secrets secrets;

  bool ok() const { return errors.empty(); }
  /// An error of the analyzer or the runtime with its place in the file: the parser counts along an
  /// expression's text, which may be folded, escaped or indented in YAML. Its texts show no secrets.
  Error located(Error error) const;
};

/// Reads a topology file: YAML, `${NAME}` and `${NAME:-default}` (`$${` is a plain `${`), overrides, keys,
/// names, triggers and settings. `catalog` gives the known types of sources and sinks; its names are
/// not used. Reports all errors, sorted by place. Reads no file and starts nothing.
LoadedTopology load_topology(const TopologyText& source, const Catalog& catalog);

}  // namespace millrace
