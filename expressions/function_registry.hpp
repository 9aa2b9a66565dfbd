#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "expressions/aggregate_function.hpp"
#include "expressions/bound_expression.hpp"
#include "expressions/expression.hpp"

namespace millrace {

struct BindScope;
class FunctionRegistry;

/// Settings that change what an expression means. Fixed when it is bound.
struct ExpressionSettings {
  bool ansi = true;              // spark.sql.ansi.enabled; Millrace's default is Spark 4's
  std::string time_zone = "UTC"; // session zone, IANA name or +HH:MM
};

/// A call whose arguments are bound already.
struct FunctionCall {
  std::string name;
  std::vector<BoundExpressionPtr> arguments;
  bool distinct = false;
  const ExpressionSettings& settings;
  Origin origin;
  /// As written: Lambda arguments stand only here (their place in `arguments` is empty).
  const std::vector<ExpressionPtr>& syntax;
  /// For binding the bodies of lambdas: what the call itself is bound to. Null in a call made by code.
  const BindScope* scope = nullptr;
  const FunctionRegistry* functions = nullptr;
};

enum class FunctionKind {
  Scalar,
  Aggregate,
  Generator,   // explode and its kin: several rows for one, allowed in a select list only
  TimeWindow,  // window, session_window, window_time: rewritten by the analyzer
};

/// One entry of the registry; also a line of `millrace list functions` and of docs/functions.md.
struct FunctionEntry {
  std::string name;
  FunctionKind kind = FunctionKind::Scalar;
  std::string group;      // "string", "date and time", ...
  std::string signature;  // "substring(text, from[, length])"
  std::string summary;    // one sentence
  bool deterministic = true;
  /// The result depends on the order of the rows (first, last, collect_list).
  bool order_sensitive = false;
  std::function<Result<BoundExpressionPtr>(const FunctionCall&)> bind_scalar;
  std::function<Result<AggregateFunctionPtr>(const FunctionCall&)> bind_aggregate;
};

/// All functions by lower-case name. Built once by `builtin()`, then read-only and safe to share.
class FunctionRegistry {
 public:
  static const FunctionRegistry& builtin();

  void add(FunctionEntry entry);
  void add_alias(std::string alias, std::string_view name);
  /// Null when there is no such function; ignores case.
  const FunctionEntry* find(std::string_view name) const;
  /// Nearest name within Damerau-Levenshtein distance 2, or empty.
  std::string nearest(std::string_view name) const;
  /// Sorted by name, aliases left out.
  std::vector<const FunctionEntry*> list() const;

 private:
  std::map<std::string, FunctionEntry, std::less<>> entries_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace millrace
