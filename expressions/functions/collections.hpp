#pragma once

#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

/// Writes the list of one row: what is appended to the children while it lives.
class ListWriter {
 public:
  ListWriter(Column& out, std::uint32_t row)
      : out_(out), row_(row), offset_(static_cast<std::uint32_t>(out.child(0)->size())) {}
  ~ListWriter() {
    out_.mutable_values<ListSlot>()[row_] = {
        offset_, static_cast<std::uint32_t>(out_.child(0)->size()) - offset_};
  }
  ListWriter(const ListWriter&) = delete;
  ListWriter& operator=(const ListWriter&) = delete;

 private:
  Column& out_;
  std::uint32_t row_;
  std::uint32_t offset_;
};

/// Fills a column of any type row by row, in ascending order; rows left out become NULL.
class RowAppender {
 public:
  explicit RowAppender(Column& out) : out_(out) { out.resize(0); }
  void put(std::uint32_t row, const Column& from, std::size_t i) {
    fill_to(row);
    out_.append_from(from, i);
  }
  void put_null(std::uint32_t row) {
    fill_to(row);
    out_.append_null();
  }

 private:
  void fill_to(std::uint32_t row) {
    while (out_.size() < row) out_.append_null();
  }
  Column& out_;
};

/// The settings under which Spark looks for the common type of a collection and a value, ANSI or not.
inline ExpressionSettings without_ansi(ExpressionSettings settings) {
  settings.ansi = false;
  return settings;
}

inline bool is_kind(const FunctionCall& call, std::size_t index, TypeKind kind) {
  return index < call.arguments.size() && call.arguments[index] &&
         call.arguments[index]->type().kind() == kind;
}

/// reverse() of a text or an array.
Result<BoundExpressionPtr> bind_reverse(const FunctionCall& call);
/// array_sort(), with a function that compares or without.
Result<BoundExpressionPtr> bind_array_sort(const FunctionCall& call);
Result<BoundExpressionPtr> bind_natural_array_sort(const FunctionCall& call);
/// sequence() of dates or timestamps, by days or by an interval.
Result<BoundExpressionPtr> bind_time_sequence(const FunctionCall& call);

/// Appends the value that `from` (maybe constant) has at `row`.
void append_value_of(Column& out, const ColumnRef& from, std::uint32_t row);
/// Fails the row when a key of the list is NULL (NULL_MAP_KEY) or there twice (DUPLICATED_MAP_KEY).
bool check_map_keys(EvalContext& context, std::uint32_t row, Column& keys, ListSlot slot);

}  // namespace millrace
