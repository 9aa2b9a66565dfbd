#include "topology/analysis/partition_columns.hpp"

#include "topology/analysis/row_errors.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace millrace {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

Result<std::vector<int>> partition_columns(const Options& options, const Schema& schema) {
  std::vector<int> columns;
  const OptionText* given = options.find("partitionBy");
  if (given == nullptr) return columns;
  for (std::string_view rest = given->value; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view name = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const auto field =
        std::find_if(schema.fields.begin(), schema.fields.end(), [&](const Field& candidate) {
          return equal_ignoring_case(candidate.name, name);
        });
    if (field == schema.fields.end()) return unknown_column_name(std::string(name), schema);
    columns.push_back(static_cast<int>(field - schema.fields.begin()));
  }
  return columns;
}

}  // namespace millrace
