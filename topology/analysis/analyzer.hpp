#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/plan/node.hpp"
#include "topology/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace millrace {

/// Orders names without regard to the case of ASCII letters.
struct NameLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

/// What a plan may refer to by name. Borrowed lists must outlive the analysis.
struct Catalog {
  /// Names of the YAML file and views. They may refer to each other in any order.
  std::map<std::string, plan::NodePtr, NameLess> names;
  const std::vector<SourceType>* sources = nullptr;
  const std::vector<SinkType>* sinks = nullptr;
  const FunctionRegistry* functions = nullptr;

  /// The built-in sources, sinks and functions and no names.
  static Catalog builtin();
};

/// What came of it: a plan when there are no errors.
struct Analysis {
  resolved::Plan plan;
  std::vector<Error> errors;
  bool ok() const { return errors.empty(); }
};

/// Resolves names, types and columns of everything that `outputs` and the catalog's names reach,
/// then checks that the plan is legal for its output modes and trigger. Pure: starts nothing,
/// connects to nothing (a source type's `plan` may look at files). Reports all errors at once, each
/// with its place, Spark's class and wording where Spark has one, the nearest name and the way out.
Analysis analyze(const std::vector<plan::WriteStream>& outputs, const Catalog& catalog,
                 const Settings& settings);

/// The columns of a plan, without sinks: what `printSchema` shows.
Result<Schema> schema_of(const plan::NodePtr& node, const Catalog& catalog,
                         const Settings& settings);

}  // namespace millrace
