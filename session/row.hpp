#pragma once

#include "records/record_batch.hpp"
#include "records/result.hpp"
#include "records/value.hpp"
#include "session/row_value.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// One row with its schema: values by position or by name, as C++ types. A value; not for the record
/// path.
class Row {
 public:
  Row(SchemaPtr schema, std::vector<Value> values)
      : schema_(std::move(schema)), values_(std::move(values)) {}
  /// A copy of one row of a batch.
  Row(const RecordBatch& batch, std::size_t row);

  const Schema& schema() const { return *schema_; }
  const std::vector<Value>& values() const { return values_; }
  std::size_t size() const { return values_.size(); }
  bool is_null(std::size_t column) const { return values_[column].is_null(); }

  /// The value as T: bool, an integer that it fits in, double, std::string, `Timestamp` (microseconds),
  /// a vector of these, or an optional of these, empty for NULL. Errors: no such column, another type,
  /// NULL for a T that has none.
  template <class T>
  Result<T> get(std::string_view column) const {
    auto index = find(column);
    if (!index) return std::move(index.error());
    return get<T>(*index);
  }
  template <class T>
  Result<T> get(std::size_t column) const {
    T value{};
    if (row_value::read(values_[column], value)) return value;
    return type_error(column);
  }

 private:
  Result<std::size_t> find(std::string_view column) const;
  Error type_error(std::size_t column) const;

  SchemaPtr schema_;
  std::vector<Value> values_;
};

}  // namespace millrace
