#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "records/column.hpp"

namespace millrace {

/// One value outside a column: literals, options, rows of static tables, tests. Not for the record path.
struct Value {
  /// monostate is NULL. Integers, dates, timestamps and both SQL intervals are int64_t; Boolean is
  /// bool; Float and Double are double; String and Binary are std::string; Array holds its elements,
  /// Map its keys and values in turn, Struct its fields.
  using Storage = std::variant<std::monostate, bool, std::int64_t, double, Int128, std::string,
                               CalendarInterval, std::vector<Value>>;
  DataType type;
  Storage storage;

  bool is_null() const { return storage.index() == 0; }
};

/// Appends `value` to a column of its type (integers are narrowed to the column's width).
void append_value(Column& column, const Value& value);
/// Reads row i as a value.
Value value_at(const Column& column, std::size_t i);

}  // namespace millrace
