#pragma once

#include "session/row.hpp"

#include <tuple>
#include <utility>
#include <vector>

/// Makes a struct a row type: `MILLRACE_ROW(Purchase, district, amount)` beside the struct, in its
/// namespace, names the members that are columns. Then `rows_as<Purchase>(rows)` and
/// `typed_data_frame(session, purchases)` work.
#define MILLRACE_ROW(Type, ...)                                      \
  inline auto millrace_columns(const Type*) {                        \
    return std::make_tuple(MILLRACE_COLUMNS(Type, __VA_ARGS__));     \
  }

#define MILLRACE_COLUMN(Type, name) std::make_pair(#name, &Type::name)
#define MILLRACE_COLUMNS(Type, ...) __VA_OPT__(MILLRACE_EXPAND(MILLRACE_NEXT(Type, __VA_ARGS__)))
#define MILLRACE_NEXT(Type, name, ...) \
  MILLRACE_COLUMN(Type, name) __VA_OPT__(, MILLRACE_AGAIN MILLRACE_PARENS(Type, __VA_ARGS__))
#define MILLRACE_AGAIN() MILLRACE_NEXT
#define MILLRACE_PARENS ()
// 64 rounds: so many members a struct may have.
#define MILLRACE_EXPAND(...) \
  MILLRACE_EXPAND3(MILLRACE_EXPAND3(MILLRACE_EXPAND3(MILLRACE_EXPAND3(__VA_ARGS__))))
#define MILLRACE_EXPAND3(...) \
  MILLRACE_EXPAND2(MILLRACE_EXPAND2(MILLRACE_EXPAND2(MILLRACE_EXPAND2(__VA_ARGS__))))
#define MILLRACE_EXPAND2(...) \
  MILLRACE_EXPAND1(MILLRACE_EXPAND1(MILLRACE_EXPAND1(MILLRACE_EXPAND1(__VA_ARGS__))))
#define MILLRACE_EXPAND1(...) __VA_ARGS__

namespace millrace {

/// A type that MILLRACE_ROW was written for.
template <class T>
concept RowType = requires(const T* row) { millrace_columns(row); };

/// One row as a struct; columns are found by name. Errors: as `Row::get`.
template <RowType T>
Result<T> row_as(const Row& row) {
  T to{};
  Status status;
  const auto take = [&](const auto& column) {
    if (!status) return;
    using Member = std::remove_reference_t<decltype(to.*column.second)>;
    auto value = row.get<Member>(column.first);
    if (value) to.*column.second = std::move(*value);
    else status = std::move(value.error());
  };
  std::apply([&](const auto&... columns) { (take(columns), ...); },
             millrace_columns(static_cast<const T*>(nullptr)));
  if (!status) return std::move(status.error());
  return to;
}

/// All rows as structs; the first that does not fit is the error.
template <RowType T>
Result<std::vector<T>> rows_as(const std::vector<Row>& rows) {
  std::vector<T> all;
  for (const Row& row : rows) {
    auto one = row_as<T>(row);
    if (!one) return std::move(one.error());
    all.push_back(std::move(*one));
  }
  return all;
}

/// The columns of a row type.
template <RowType T>
Schema schema_of_rows() {
  Schema schema;
  const T* none = nullptr;
  const auto add = [&](const auto& column) {
    using Member = std::remove_cvref_t<decltype(none->*column.second)>;
    schema.fields.push_back({column.first, row_value::type_of(static_cast<const Member*>(nullptr))});
  };
  std::apply([&](const auto&... columns) { (add(columns), ...); }, millrace_columns(none));
  return schema;
}

/// The values of a struct, in the order of its columns.
template <RowType T>
std::vector<Value> values_of(const T& row) {
  std::vector<Value> values;
  std::apply([&](const auto&... columns) {
    (values.push_back(row_value::made_of(row.*columns.second)), ...);
  }, millrace_columns(&row));
  return values;
}

}  // namespace millrace
