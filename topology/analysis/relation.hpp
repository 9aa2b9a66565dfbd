#pragma once

#include "topology/analysis/resolved_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// A resolved step with the names its columns go by at one place of the plan; an alias makes
/// another relation over the same step. `columns[i]` is output column i.
struct Relation {
  std::shared_ptr<resolved::Step> step;
  std::vector<ScopeColumn> columns;

  BindScope scope() const { return BindScope{columns}; }
};

/// Where an attribute's leading parts lead: a column and the struct fields that are left.
struct ColumnMatch {
  std::size_t index = 0;
  std::vector<std::string> fields;
};

/// All columns that `attribute` may mean, best reading first (a qualified name before a struct
/// field); more than one of the best reading is an ambiguity. Names compare without case.
std::vector<ColumnMatch> match_attribute(const Attribute& attribute,
                                         const std::vector<ScopeColumn>& columns);

/// True when `column` can be reached by `qualifier`.
bool has_qualifier(const ScopeColumn& column, const std::vector<std::string>& qualifier);

/// Schema of the columns' names and types.
SchemaPtr schema_of(const std::vector<ScopeColumn>& columns);
/// Columns for a schema, reached by `qualifier` (empty: by none) and by the plan node.
std::vector<ScopeColumn> columns_of(const Schema& schema, const std::string& qualifier,
                                    std::int64_t node_id);

/// Equal for expressions that mean the same over `columns`: names become column numbers, letters of
/// function names lower case, aliases go.
std::string canonical_text(const ExpressionPtr& expression,
                           const std::vector<ScopeColumn>& columns);

/// `` `a`, `b` `` as Spark lists names.
std::string quoted_list(const std::vector<std::string>& names);
std::string lower_case(std::string_view text);

}  // namespace millrace
