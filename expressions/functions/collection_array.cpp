#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/utf8.hpp"
#include "expressions/functions/value_access.hpp"
#include "expressions/functions/value_size.hpp"
#include "expressions/kernels/ordering.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace {

namespace {

using Columns = std::vector<ColumnRef>;
using Indices = std::vector<std::uint32_t>;

bool equal_elements(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  return kernels::compare_with_nulls(a, i, b, j) == 0;
}

bool holds(const Column& elements, const Indices& indices, const Column& other, std::size_t j) {
  return std::any_of(indices.begin(), indices.end(),
                     [&](std::uint32_t i) { return equal_elements(elements, i, other, j); });
}

/// A function of one array that picks elements of it by index: `pick(elements, slot, row, chosen)`.
template <class Pick>
BatchFunction picking(Pick pick) {
  return [pick](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
    Indices chosen;
    rows.for_each([&](std::uint32_t row) {
      if (out.is_null(row)) return;
      chosen.clear();
      if (!pick(context, columns, row, chosen)) return out.set_null(row);
      const ListWriter list(out, row);
      for (std::uint32_t i : chosen) out.child(0)->append_from(*columns[0]->child(0), i);
    });
  };
}

void all_indices(ListSlot slot, Indices& chosen) {
  for (std::uint32_t i = 0; i < slot.size; ++i) chosen.push_back(slot.offset + i);
}

bool pick_distinct(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  const Column& elements = *columns[0]->child(0);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    if (!holds(elements, chosen, elements, i)) chosen.push_back(i);
  return true;
}

bool pick_reversed(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  all_indices(columns[0]->at<ListSlot>(row), chosen);
  std::reverse(chosen.begin(), chosen.end());
  return true;
}

/// NULL first when ascending, last when descending; `nulls_last` turns that for array_sort.
void sort_indices(const Column& elements, Indices& chosen, bool ascending, bool nulls_last) {
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) {
    const bool a_null = elements.is_null(a), b_null = elements.is_null(b);
    if (a_null || b_null) return nulls_last ? !a_null && b_null : a_null && !b_null;
    const int order = kernels::compare_values(elements, a, elements, b);
    return ascending ? order < 0 : order > 0;
  });
}

bool pick_sorted(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const bool ascending = columns.size() < 2 || columns[1]->at<std::uint8_t>(row) != 0;
  all_indices(columns[0]->at<ListSlot>(row), chosen);
  sort_indices(*columns[0]->child(0), chosen, ascending, !ascending);
  return true;
}

bool pick_array_sorted(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  all_indices(columns[0]->at<ListSlot>(row), chosen);
  sort_indices(*columns[0]->child(0), chosen, true, true);
  return true;
}

bool pick_removed(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  const Column& elements = *columns[0]->child(0);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    if (!equal_elements(elements, i, *columns[1], row_of(*columns[1], row))) chosen.push_back(i);
  return true;
}

bool pick_slice(EvalContext& context, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  const auto start = std::int64_t{columns[1]->at<std::int32_t>(row)};
  const auto length = std::int64_t{columns[2]->at<std::int32_t>(row)};
  if (start == 0 || length < 0) {
    context.fail(row, start == 0 ? invalid_parameter("START", "start", "slice",
                                                     "Expects a positive or a negative value for "
                                                     "`start`, but got 0.")
                                 : invalid_parameter("LENGTH", "length", "slice",
                                                     fmt::format("Expects `length` greater than or "
                                                                 "equal to 0, but got {}.",
                                                                 length)));
    return false;
  }
  const std::int64_t first = start > 0 ? start - 1 : slot.size + start;
  if (first < 0) return true;
  for (std::int64_t i = first; i < std::min<std::int64_t>(first + length, slot.size); ++i)
    chosen.push_back(slot.offset + static_cast<std::uint32_t>(i));
  return true;
}

bool pick_compact(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    if (!columns[0]->child(0)->is_null(i)) chosen.push_back(i);
  return true;
}

enum class SetOperation { Intersect, Except };

template <SetOperation Operation>
bool pick_set(EvalContext&, const Columns& columns, std::uint32_t row, Indices& chosen) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  const Column& elements = *columns[0]->child(0);
  Indices others;
  all_indices(columns[1]->at<ListSlot>(row), others);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
    const bool shared = holds(*columns[1]->child(0), others, elements, i);
    if (shared == (Operation == SetOperation::Intersect) && !holds(elements, chosen, elements, i))
      chosen.push_back(i);
  }
  return true;
}

/// True with a common element; NULL when a NULL could have been one.
std::optional<bool> overlap(const Columns& columns, std::uint32_t row) {
  const ListSlot a = columns[0]->at<ListSlot>(row), b = columns[1]->at<ListSlot>(row);
  const Column& left = *columns[0]->child(0);
  const Column& right = *columns[1]->child(0);
  bool saw_null = false;
  for (std::uint32_t i = a.offset; i < a.offset + a.size; ++i)
    for (std::uint32_t j = b.offset; j < b.offset + b.size; ++j) {
      if (left.is_null(i) || right.is_null(j))
        saw_null = true;
      else if (kernels::compare_values(left, i, right, j) == 0)
        return true;
    }
  return saw_null ? std::nullopt : std::optional(false);
}

void find_overlaps(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const std::optional<bool> found = overlap(columns, row);
    if (!found) return out.set_null(row);
    out.mutable_values<std::uint8_t>()[row] = *found;
  });
}

void unite(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  Column& elements = *out.child(0);
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const ListWriter list(out, row);
    Indices written;
    for (const ColumnRef& column : columns) {
      const ListSlot slot = column->at<ListSlot>(row);
      for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
        if (holds(elements, written, *column->child(0), i)) continue;
        written.push_back(static_cast<std::uint32_t>(elements.size()));
        elements.append_from(*column->child(0), i);
      }
    }
  });
}

using Bind = FunctionGroup::Bind;

/// First argument an array, the others of the given types; the result has the array's type.
Bind bind_pick(BatchFunction function, std::vector<DataType> others = {},
               std::vector<Value> defaults = {}) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    const std::size_t most = others.size() + 1;
    if (Status status = check_num_arguments(call, most - defaults.size(), most); !status)
      return status.error();
    if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
    Arguments arguments{call.arguments[0]};
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
      Result<BoundExpressionPtr> argument = coerce_argument(call, i, others[i - 1]);
      if (!argument) return argument.error();
      arguments.push_back(std::move(*argument));
    }
    const std::size_t missing = most - arguments.size();
    for (std::size_t i = 0; i < missing; ++i)
      arguments.push_back(bound_literal(defaults[defaults.size() - missing + i]));
    const DataType type = arguments[0]->type();
    return make_call(type, std::move(arguments), function);
  };
}

template <class T>
void make_zeros_positive(Column& elements) {
  T* values = elements.mutable_values<T>();
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (values[i] == 0) values[i] = 0;
}

/// `function`, which makes sets: -0.0 is 0.0 in them.
BatchFunction without_negative_zeros(BatchFunction function) {
  return [function = std::move(function)](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
    function(context, columns, rows, out);
    const TypeKind element = out.type().element().kind();
    if (element == TypeKind::Double) make_zeros_positive<double>(*out.child(0));
    if (element == TypeKind::Float) make_zeros_positive<float>(*out.child(0));
  };
}

/// Two arrays of one type; Null as `result` stands for that type.
Bind bind_pair(BatchFunction function, DataType result = {}) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
    for (std::size_t i = 0; i < 2; ++i)
      if (!is_kind(call, i, TypeKind::Array)) return unexpected_input_type(call, i, "\"ARRAY\"");
    Arguments arguments = call.arguments;
    const auto common = tightest_common_type(arguments[0]->type(), arguments[1]->type(), call.settings);
    if (!common)
      return type_mismatch(call, "BINARY_ARRAY_DIFF_TYPES",
                           fmt::format("Input to function `{}` should have been two \"ARRAY\" with "
                                       "same element type",
                                       call.name));
    for (BoundExpressionPtr& argument : arguments) {
      Result<BoundExpressionPtr> cast = bound_cast(argument, *common, CastMode::Plain, call.settings);
      if (!cast) return cast.error();
      argument = std::move(*cast);
    }
    const bool is_array = result.is_null();
    const DataType type = is_array ? arguments[0]->type() : result;
    const bool nullable = any_nullable(arguments) || !is_array;
    return make_call(type, nullable, std::move(arguments), function);
  };
}

/// Whether array_contains may be NULL: also where the value may be a NULL element.
bool contains_nullable(const Arguments& arguments) {
  return any_nullable(arguments) || arguments[0]->type().fields()[0].nullable;
}
/// Whether array_append and array_prepend may be NULL: by the array alone.
bool array_nullable(const Arguments& arguments) { return arguments[0]->nullable(); }

/// An array and a value of its element type; `result` is the function's type, Null the array's. array_contains takes
/// decimals of different precision, the others do not.
Bind bind_with_element(BatchFunction function, DataType result, NullRule rule,
                       bool (*nullable)(const Arguments&) = any_nullable) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
    if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
    if (call.arguments[1]->type().is_null() && rule == NullRule::Propagate)
      return type_mismatch(
          call, "NULL_TYPE",
          fmt::format("Null typed values cannot be used as arguments of `{}`", call.name));
    const auto combine = result.kind() == TypeKind::Boolean ? common_type_without_text : tightest_common_type;
    const std::optional<DataType> element =
        combine(call.arguments[0]->type().element(), call.arguments[1]->type(), without_ansi(call.settings));
    if (!element)
      return type_mismatch(
          call, "ARRAY_FUNCTION_DIFF_TYPES",
          fmt::format("Input to `{}` should have been \"ARRAY\" followed by a value "
                      "with same element type",
                      call.name));
    const bool has_nulls = call.arguments[0]->type().fields()[0].nullable ||
                           (rule == NullRule::Own && call.arguments[1]->nullable());
    Result<BoundExpressionPtr> array = bound_cast(
        call.arguments[0], DataType::array(*element, has_nulls), CastMode::Plain, call.settings);
    Result<BoundExpressionPtr> value =
        bound_cast(call.arguments[1], *element, CastMode::Plain, call.settings);
    if (!array || !value) return array ? value.error() : array.error();
    const DataType type = result.is_null() ? (*array)->type() : result;
    const Arguments arguments{*array, *value};
    return make_call(type, nullable(arguments), arguments, function, rule);
  };
}

/// Number from 1 of the first element equal to the value, 0 when there is none.
std::int64_t position_in(const Columns& columns, std::uint32_t row, bool& saw_null) {
  const ListSlot slot = columns[0]->at<ListSlot>(row);
  const Column& elements = *columns[0]->child(0);
  for (std::uint32_t i = 0; i < slot.size; ++i) {
    if (elements.is_null(slot.offset + i)) {
      saw_null = true;
      continue;
    }
    if (kernels::compare_values(elements, slot.offset + i, *columns[1], row_of(*columns[1], row)) ==
        0)
      return i + 1;
  }
  return 0;
}

void find_positions(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    bool saw_null = false;
    if (!out.is_null(row))
      out.mutable_values<std::int64_t>()[row] = position_in(columns, row, saw_null);
  });
}

void find_contained(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    bool saw_null = false;
    const bool found = position_in(columns, row, saw_null) > 0;
    out.mutable_values<std::uint8_t>()[row] = found;
    if (!found && saw_null) out.set_null(row);
  });
}

template <bool AtEnd>
void add_element(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  Column& elements = *out.child(0);
  rows.for_each([&](std::uint32_t row) {
    if (columns[0]->is_null(row)) return out.set_null(row);
    const ListWriter list(out, row);
    const ListSlot slot = columns[0]->at<ListSlot>(row);
    if (!AtEnd) append_value_of(elements, columns[1], row);
    for (std::uint32_t i = 0; i < slot.size; ++i)
      elements.append_from(*columns[0]->child(0), slot.offset + i);
    if (AtEnd) append_value_of(elements, columns[1], row);
  });
}

/// The greatest or least element that is not NULL.
template <int Sign>
void find_extreme(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  const Column& elements = *columns[0]->child(0);
  RowAppender appender(out);
  rows.for_each([&](std::uint32_t row) {
    const ListSlot slot = columns[0]->is_null(row) ? ListSlot{} : columns[0]->at<ListSlot>(row);
    std::int64_t best = -1;
    for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
      if (!elements.is_null(i) &&
          (best < 0 ||
           Sign * kernels::compare_values(elements, i, elements, static_cast<std::size_t>(best)) >
               0))
        best = i;
    if (best < 0)
      appender.put_null(row);
    else
      appender.put(row, elements, static_cast<std::size_t>(best));
  });
}

template <int Sign>
Result<BoundExpressionPtr> bind_extreme(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  const DataType type = call.arguments[0]->type().element();
  return make_call(type, true, call.arguments, find_extreme<Sign>, NullRule::Own);
}

/// Elements as text; NULLs are left out, or shown as the third argument.
void join_elements(EvalContext& context, const Columns& columns, Rows rows, Column& out) {
  const Column& elements = *columns[0]->child(0);
  std::string text;
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    text.clear();
    const ListSlot slot = columns[0]->at<ListSlot>(row);
    bool first = true, fits = true;
    for (std::uint32_t i = slot.offset; i < slot.offset + slot.size && fits; ++i) {
      if (elements.is_null(i) && columns.size() == 2) continue;
      if (!first) text += columns[1]->at<std::string_view>(row);
      text += elements.is_null(i) ? columns[2]->at<std::string_view>(row)
                                  : elements.at<std::string_view>(i);
      first = false;
      fits = has_room(out.arena(), text.size());
    }
    if (fits) return void(out.mutable_values<std::string_view>()[row] = out.arena().copy(text));
    context.fail(row, text_too_long("array_join"));
    out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_join(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array))
    return unexpected_input_type(call, 0, "\"ARRAY<STRING>\"");
  Result<BoundExpressionPtr> array =
      bound_cast(call.arguments[0], DataType::array(text), CastMode::Plain, call.settings);
  if (!array) return array.error();
  Arguments arguments{*array};
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    Result<BoundExpressionPtr> argument = coerce_argument(call, i, text);
    if (!argument) return argument.error();
    arguments.push_back(std::move(*argument));
  }
  return make_call(text, std::move(arguments), join_elements);
}

}  // namespace

void register_array_functions(FunctionRegistry& registry) {
  FunctionGroup arrays(registry, "array, map and struct");
  const DataType number(TypeKind::Int), flag(TypeKind::Boolean);
  arrays.add_custom("array_distinct(array)", "The elements, each once.",
                    bind_pick(without_negative_zeros(picking(pick_distinct))));
  arrays.add_custom("array_compact(array)", "The elements that are not NULL.",
                    bind_pick(picking(pick_compact)));
  arrays.add_custom("sort_array(array[, ascending])", "Sorted elements, NULLs as the least.",
                    bind_pick(picking(pick_sorted), {flag}, {Value{flag, true}}));
  arrays.add_custom("slice(array, start, length)", "Part of an array, from 1 or from the end.",
                    bind_pick(picking(pick_slice), {number, number}));
  arrays.add_custom("array_intersect(a, b)", "Elements in both, each once.",
                    bind_pair(without_negative_zeros(picking(pick_set<SetOperation::Intersect>))));
  arrays.add_custom("arrays_overlap(a, b)",
                    "True with a common element; NULL when only a NULL could be one.",
                    bind_pair(find_overlaps, DataType(TypeKind::Boolean)));
  arrays.add_custom("array_except(a, b)", "Elements of a that b lacks, each once.",
                    bind_pair(without_negative_zeros(picking(pick_set<SetOperation::Except>))));
  arrays.add_custom("array_union(a, b)", "Elements of either, each once.", bind_pair(without_negative_zeros(unite)));
  arrays.add_custom("array_remove(array, value)", "The elements that differ from the value.",
                    bind_with_element(picking(pick_removed), DataType(), NullRule::Propagate));
  arrays.add_custom(
      "array_position(array, value)", "Place of the value from 1, 0 for none.",
      bind_with_element(find_positions, DataType(TypeKind::Long), NullRule::Propagate));
  arrays.add_custom(
      "array_contains(array, value)", "True when the value is an element.",
      bind_with_element(find_contained, flag, NullRule::Propagate, contains_nullable));
  arrays.add_custom(
      "array_append(array, value)", "The array with the value at its end.",
      bind_with_element(add_element<true>, DataType(), NullRule::Own, array_nullable));
  arrays.add_custom(
      "array_prepend(array, value)", "The array with the value at its start.",
      bind_with_element(add_element<false>, DataType(), NullRule::Own, array_nullable));
  arrays.add_custom("array_max(array)", "The greatest element.", bind_extreme<1>);
  arrays.add_custom("array_min(array)", "The least element.", bind_extreme<-1>);
  arrays.add_custom("array_join(array, separator[, null])", "The elements as one text.", bind_join);
}

Result<BoundExpressionPtr> bind_reverse(const FunctionCall& call) {
  if (is_kind(call, 0, TypeKind::Array)) return bind_pick(picking(pick_reversed))(call);
  using namespace sql;
  return FunctionGroup::binder<String(String)>(plain([](CallRow& row, std::string_view text) {
    std::string result(text.size(), '\0');
    std::size_t end = text.size();
    for (std::size_t at = 0, next; at < text.size(); at = next) {
      next = utf8::next(text, at);
      end -= next - at;
      result.replace(end, next - at, text.substr(at, next - at));
    }
    return row.copy(result);
  }))(call);
}

Result<BoundExpressionPtr> bind_natural_array_sort(const FunctionCall& call) {
  return bind_pick(picking(pick_array_sorted))(call);
}

}  // namespace millrace
