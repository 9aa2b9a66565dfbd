#include "topology/analysis/aggregate_errors.hpp"

#include "expressions/expression_errors.hpp"

namespace millrace {
namespace {

Error config_error(std::string error_class, std::string state, std::string message,
                   std::string fix) {
  Error error = spark_error(std::move(error_class), std::move(state), std::move(message));
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

}  // namespace

Error missing_aggregation(const std::string& expression) {
  return config_error(
      "MISSING_AGGREGATION", "42803",
      "The non-aggregating expression \"" + expression +
          "\" is based on columns which are not participating in the GROUP BY clause.\n"
          "Add the columns or the expression to the GROUP BY, aggregate the expression, or use "
          "\"any_value(" +
          expression + ")\" if you do not care which of the values within a group is returned.",
      "add `" + expression + "` to the grouping or write `any_value(" + expression + ")`");
}

Error missing_group_by() {
  return config_error("MISSING_GROUP_BY", "42803",
                      "The query does not include a GROUP BY clause. Add GROUP BY or turn it into "
                      "the window functions using OVER clauses.",
                      "group by the columns that are not aggregated");
}

Error group_by_position_out_of_range(std::int64_t position, std::size_t size) {
  return config_error("GROUP_BY_POS_OUT_OF_RANGE", "42805",
                      "GROUP BY position " + std::to_string(position) +
                          " is not in select list (valid range is [1, " + std::to_string(size) +
                          "]).",
                      "name the column");
}

Error distinct_aggregate() {
  return config_error("", "",
                      "Distinct aggregations are not supported on streaming DataFrames/Datasets. "
                      "Consider using approx_count_distinct() instead.",
                      "use approx_count_distinct(), or drop duplicates before the aggregation");
}

Error no_grouping_sets() {
  return config_error("UNSUPPORTED_GROUPING_EXPRESSION", "42K0E",
                      "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.",
                      "group by ROLLUP, CUBE or GROUPING SETS");
}

}  // namespace millrace
