#include "topology/yaml/query_names.hpp"

#include "records/option_value.hpp"

namespace millrace::yaml {
namespace {

void collect(const SelectQuery& query, std::set<std::string> own_names,
             std::set<std::string>& found) {
  for (const auto& [name, definition] : query.with) {
    collect(*definition, own_names, found);
    own_names.insert(lower_trimmed(name));
  }
  const auto visit = [&](const TableReference& table) {
    if (table.subquery) return collect(*table.subquery, own_names, found);
    if (table.name.size() != 1) return;
    const std::string name = lower_trimmed(table.name.front());
    if (!own_names.contains(name)) found.insert(name);
  };
  for (const TableReference& table : query.from) visit(table);
  for (const JoinClause& join : query.joins) visit(join.table);
  for (const SelectQueryPtr& operand : query.union_operands) collect(*operand, own_names, found);
}

}  // namespace

std::set<std::string> table_names(const SelectQuery& query) {
  std::set<std::string> found;
  collect(query, {}, found);
  return found;
}

}  // namespace millrace::yaml
