#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace millrace {

struct ExplodeOptions {
  /// An array or a map, bound to the input batch.
  BoundExpressionPtr collection;
  /// posexplode: a column with the position, from 0, comes first.
  bool with_position = false;
  /// inline: the elements are structs, and each field is a column.
  bool inline_fields = false;
  /// `_outer`: a row with an empty or NULL collection gives one row with NULLs.
  bool outer = false;
  /// Input columns to pass on; all when not given.
  std::optional<std::vector<int>> passed_columns;
  /// The passed columns, then the position, then the element (or key and value, or the fields).
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// One row for each element of an array or entry of a map. When the elements lie one behind the
/// other (as split() makes them) their column is passed on as it is.
std::unique_ptr<Operator> make_explode(ExplodeOptions options);

}  // namespace millrace
