#include "expressions/bind/name_resolution.hpp"

#include <algorithm>
#include <map>

#include "expressions/bind/suggestions.hpp"
#include "expressions/expression_errors.hpp"

namespace millrace {

namespace {

bool has_qualifier(const ScopeColumn& column, const std::string& qualifier) {
  return std::any_of(column.qualifiers.begin(), column.qualifiers.end(),
                     [&](const std::string& q) { return equal_ignoring_case(q, qualifier); });
}

bool has_node(const ScopeColumn& column, std::int64_t node_id) {
  return std::find(column.node_ids.begin(), column.node_ids.end(), node_id) !=
         column.node_ids.end();
}

/// Columns that `parts[at]` names when the parts before it are the qualifier.
std::vector<int> matches(const Attribute& attribute, std::size_t at, const BindScope& scope) {
  std::vector<int> found;
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    const ScopeColumn& column = scope.columns[i];
    if (!equal_ignoring_case(column.name, attribute.parts[at])) continue;
    if (attribute.node_id && !has_node(column, *attribute.node_id)) continue;
    if (at == 1 && !has_qualifier(column, attribute.parts[0])) continue;
    found.push_back(static_cast<int>(i));
  }
  return found;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

Error ambiguous(const Attribute& attribute, const std::vector<int>& found,
                const BindScope& scope) {
  std::vector<std::string> names;
  for (int index : found) {
    const ScopeColumn& column = scope.columns[static_cast<std::size_t>(index)];
    names.push_back(column.qualifiers.empty()
                        ? quoted_name({column.name})
                        : quoted_name({column.qualifiers.front(), column.name}));
  }
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  Error error = spark_error(
      "AMBIGUOUS_REFERENCE", "42704",
      "Reference " + quoted_name(attribute.parts) + " is ambiguous, could be: [" + list + "].");
  error.fix = "name the input the column comes from, or rename one of the columns";
  return error;
}

/// The nearest columns; with their qualifiers where the name that was written has one, as in Spark.
std::string suggested_columns(const std::vector<std::string>& parts, const BindScope& scope) {
  std::map<std::string, std::string> quoted;
  std::vector<std::string> names;
  for (const ScopeColumn& column : scope.columns) {
    std::vector<std::string> path{column.name};
    if (parts.size() > 1 && !column.qualifiers.empty())
      path.insert(path.begin(), column.qualifiers.front());
    names.push_back(joined(path));
    quoted[names.back()] = quoted_name(path);
  }
  std::string list;
  const std::string wanted = parts.size() > 1 ? joined(parts) : parts.back();
  for (const std::string& name : nearest_names(wanted, std::move(names)))
    list += (list.empty() ? "" : ", ") + quoted[name];
  return list;
}

}  // namespace

Error unresolved_column(const std::vector<std::string>& parts, const BindScope& scope) {
  const std::string start = "A column, variable, or function parameter with name " +
                            quoted_name(parts) + " cannot be resolved.";
  if (scope.columns.empty())
    return spark_error("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703", start);
  const std::string suggestions = suggested_columns(parts, scope);
  Error error = spark_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
                            start + " Did you mean one of the following? [" + suggestions + "].");
  error.fix = "use one of the columns of the input: " + suggestions;
  error.label = "no such column";
  return error;
}

Result<ResolvedName> resolve_name(const Attribute& attribute, const BindScope& scope) {
  const std::size_t longest = std::min<std::size_t>(attribute.parts.size(), 2);
  for (std::size_t at = longest; at-- > 0;) {
    const std::vector<int> found = matches(attribute, at, scope);
    if (found.size() > 1) return ambiguous(attribute, found, scope);
    if (found.empty()) continue;
    const auto rest = attribute.parts.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    return ResolvedName{found[0], {rest, attribute.parts.end()}};
  }
  return unresolved_column(attribute.parts, scope);
}

}  // namespace millrace
