#pragma once

#include "expressions/expression.hpp"
#include "records/time_zone.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace millrace {

/// One SELECT as syntax. `topology/sql` turns it into plan nodes.
struct SelectQuery;
using SelectQueryPtr = std::shared_ptr<const SelectQuery>;

struct TableReference {
  std::vector<std::string> name;  // or
  SelectQueryPtr subquery;
  std::string alias;
  Origin origin;
};

struct JoinClause {
  std::string type;  // inner cross left right full leftsemi leftanti
  TableReference table;
  ExpressionPtr condition;  // or
  std::vector<std::string> using_columns;
  Origin origin;
};

struct SelectQuery {
  std::vector<std::pair<std::string, SelectQueryPtr>> with;  // common table expressions
  std::vector<ExpressionPtr> select;
  bool distinct = false;
  std::vector<TableReference> from;
  std::vector<JoinClause> joins;
  ExpressionPtr where;
  std::vector<ExpressionPtr> group_by;
  /// Empty, or "rollup", "cube", "grouping sets" with the sets' members as indices into group_by.
  std::string grouping_kind;
  std::vector<std::vector<std::size_t>> grouping_sets;
  ExpressionPtr having;
  /// When this is not empty the query is `operands[0] UNION [ALL] operands[1] ...` and the select
  /// part above is unused.
  std::vector<SelectQueryPtr> union_operands;
  bool union_all = false;
  std::vector<ExpressionPtr> order_by;
  ExpressionPtr limit;
  ExpressionPtr offset;
  /// LATERAL VIEW [OUTER] explode(...) t AS a, b
  struct LateralView {
    ExpressionPtr generator;
    bool outer = false;
    std::string table;
    std::vector<std::string> columns;
  };
  std::vector<LateralView> lateral_views;
  Origin origin;
};

/// Entries of the one Spark-dialect grammar. Errors have class PARSE_SYNTAX_ERROR, SQLSTATE 42601;
/// origins count from line 1, column 1 of `text` shifted to `start` (where the text stands in a
/// file). Nesting deeper than 256 is an error, not a crash. `zone` is the session's: TIMESTAMP
/// '...' without a zone is local time there. A subquery inside an expression is a function
/// (`scalar_subquery`, `exists_subquery`, `in_subquery`) whose last argument is its Text.
Result<ExpressionPtr> parse_expression(std::string_view text, const Origin& start = {},
                                       const TimeZone& zone = {});
/// `a, b AS c, count(*)`
Result<std::vector<ExpressionPtr>> parse_expression_list(std::string_view text,
                                                         const Origin& start = {},
                                                         const TimeZone& zone = {});
Result<SelectQueryPtr> parse_query(std::string_view text, const Origin& start = {},
                                   const TimeZone& zone = {});

}  // namespace millrace
