#pragma once

#include <string>
#include <vector>

#include "expressions/binder.hpp"

namespace millrace {

/// A name found in a scope: column `index`, then the struct fields `path` inside it.
struct ResolvedName {
  int index = -1;
  std::vector<std::string> path;
};

/// Spark's rules: the longest qualifier that fits wins, what is left of the name are struct fields;
/// letters are compared without case. Errors: AMBIGUOUS_REFERENCE, UNRESOLVED_COLUMN.*.
Result<ResolvedName> resolve_name(const Attribute& attribute, const BindScope& scope);

/// UNRESOLVED_COLUMN.WITH_SUGGESTION (or WITHOUT_SUGGESTION when the scope has no columns).
Error unresolved_column(const std::vector<std::string>& parts, const BindScope& scope);

}  // namespace millrace
