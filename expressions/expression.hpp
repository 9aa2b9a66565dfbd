#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "records/result.hpp"
#include "records/type.hpp"
#include "records/value.hpp"

namespace millrace {

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A column by name as written: `a`, `t.a`, `` `odd name`.field ``. Which leading parts are a
/// qualifier and which trailing ones struct fields is decided when it is bound.
struct Attribute {
  std::vector<std::string> parts;
  std::optional<std::int64_t> node_id;  // the plan node it came from (`df.dt`)
};
/// `*` or `t.*`.
struct Star {
  std::vector<std::string> target;
};
struct Literal {
  Value value;
};
/// Every call; operators too, under Spark's names: + - * / % div == <=> != < <= > >= and or not
/// ~ & | ^ || negative positive isnull isnotnull in like rlike ilike between case_when(c1, v1, ..., else?).
struct Function {
  std::string name;
  std::vector<ExpressionPtr> arguments;
  bool distinct = false;
  ExpressionPtr filter;  // FILTER (WHERE ...), may be empty
};
enum class CastMode { Plain, Try };
struct Cast {
  ExpressionPtr child;
  DataType to;
  CastMode mode = CastMode::Plain;
};
struct Alias {
  ExpressionPtr child;
  std::vector<std::string> names;  // several for generators
};
struct SortOrder {
  ExpressionPtr child;
  bool ascending = true;
  bool nulls_first = true;  // Spark: first when ascending, last when descending
};
/// `child[key]` and `child.field` on something that is no plain name.
struct ExtractValue {
  ExpressionPtr child;
  ExpressionPtr key;
};
struct Lambda {
  std::vector<std::string> parameters;
  ExpressionPtr body;
};
/// `function OVER (PARTITION BY ... ORDER BY ... frame)`.
struct WindowOver {
  ExpressionPtr function;
  std::vector<ExpressionPtr> partition_by;
  std::vector<ExpressionPtr> order_by;
  std::string frame;  // as written, empty for the default
};
/// A user function by handle: an index into the session's functions.
struct UserFunction {
  std::int64_t handle = 0;
  std::vector<ExpressionPtr> arguments;
};
struct NamedArgument {
  std::string name;
  ExpressionPtr child;
};
/// An expression that is still SQL text (`where: amount > 5`); parsed by the analyzer.
struct Text {
  std::string sql;
};

/// What a user wrote, unresolved and immutable. Built by the parser and the fluent API, read by the
/// binder. Safe to share between threads.
struct Expression {
  using Node = std::variant<Attribute, Star, Literal, Function, Cast, Alias, SortOrder, ExtractValue,
                            Lambda, WindowOver, UserFunction, NamedArgument, Text>;
  Node node;
  Origin origin;
};

template <class Kind>
ExpressionPtr make_expression(Kind kind, Origin origin = {}) {
  return std::make_shared<const Expression>(Expression{std::move(kind), std::move(origin)});
}

/// SQL text that parses to an equal expression; also the printer of plans. Deterministic.
std::string to_sql(const Expression& expression);
/// The name Spark gives the output column of an expression without alias: `count(1)`, `CAST(a AS INT)`.
std::string column_name(const Expression& expression);

}  // namespace millrace
