#include <fmt/format.h>

#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/time_units.hpp"
#include "expressions/functions/value_access.hpp"
#include "expressions/functions/value_size.hpp"
#include "expressions/kernels/extraction.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace {

namespace {

using Columns = std::vector<ColumnRef>;

Error element_out_of_range(std::int32_t index, std::uint32_t size) {
  return row_error("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003",
                   fmt::format("The index {} is out of bounds. The array has {} elements. Use "
                               "`try_element_at` to tolerate accessing element at invalid index and "
                               "return NULL instead.",
                               index, size));
}

Error index_of_zero() {
  return row_error("INVALID_INDEX_OF_ZERO", "22003",
                   "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has "
                   "index 1).");
}

/// element_at of arrays: from 1, or from the end below 0.
BatchFunction element_of_array(bool fail) {
  return [fail](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
    RowAppender appender(out);
    rows.for_each([&](std::uint32_t row) {
      if (columns[0]->is_null(row) || columns[1]->is_null(row)) return appender.put_null(row);
      const ListSlot slot = columns[0]->at<ListSlot>(row);
      const std::int32_t index = columns[1]->at<std::int32_t>(row);
      const std::int64_t place = index > 0 ? index - std::int64_t{1} : slot.size + std::int64_t{index};
      if (index != 0 && place >= 0 && place < slot.size)
        return appender.put(row, *columns[0]->child(0),
                            slot.offset + static_cast<std::uint32_t>(place));
      appender.put_null(row);
      if (index == 0)
        context.fail(row, index_of_zero());
      else if (fail)
        context.fail(row, element_out_of_range(index, slot.size));
    });
  };
}

/// Whether the place is known to exist: a constant index within `array(...)` as it stands there.
bool is_written_there(const FunctionCall& call, const BoundExpression& index) {
  const auto* array = std::get_if<Function>(&call.syntax[0]->node);
  if (array == nullptr || !equal_ignoring_case(array->name, "array")) return false;
  const std::optional<Value> place = constant_value(index);
  const auto* number = place ? std::get_if<std::int64_t>(&place->storage) : nullptr;
  return number != nullptr && *number != 0 &&
         std::abs(*number) <= static_cast<std::int64_t>(array->arguments.size());
}

/// The map with keys of the type that they and the second argument have in common.
Result<BoundExpressionPtr> map_with_key_of(const FunctionCall& call) {
  const DataType& type = call.arguments[0]->type();
  const auto key = call.arguments[1]->type().is_null()
                       ? std::nullopt
                       : tightest_common_type(type.key(), call.arguments[1]->type(), without_ansi(call.settings));
  if (!key)
    return call.arguments[1]->type().is_null()
               ? type_mismatch(call, "NULL_TYPE",
                               fmt::format("Null typed values cannot be used as arguments of `{}`", call.name))
               : type_mismatch(call, "MAP_FUNCTION_DIFF_TYPES",
                               fmt::format("Input to `{}` should have been \"MAP\" followed by a value with same "
                                           "key type",
                                           call.name));
  return bound_cast(call.arguments[0], DataType::map(*key, type.value(), type.fields()[1].nullable), CastMode::Plain,
                    call.settings);
}

Result<BoundExpressionPtr> element_at(const FunctionCall& call, bool fail) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  if (is_kind(call, 0, TypeKind::Map)) {
    Result<BoundExpressionPtr> map = map_with_key_of(call);
    if (!map) return map.error();
    Result<BoundExpressionPtr> key =
        bound_cast(call.arguments[1], (*map)->type().key(), CastMode::Plain, call.settings);
    if (!key) return key.error();
    return kernels::map_value(*map, *key);
  }
  if (!is_kind(call, 0, TypeKind::Array))
    return unexpected_input_type(call, 0, "(\"ARRAY\" or \"MAP\")");
  Result<BoundExpressionPtr> index = coerce_argument(call, 1, DataType(TypeKind::Int));
  if (!index) return index.error();
  const DataType type = call.arguments[0]->type().element();
  const bool nullable = !(fail || is_written_there(call, **index)) ||
                        any_nullable({call.arguments[0], *index}) ||
                        call.arguments[0]->type().fields()[0].nullable;
  return make_call(type, nullable, {call.arguments[0], *index}, element_of_array(fail),
                   NullRule::Own);
}

Result<BoundExpressionPtr> bind_get(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  Result<BoundExpressionPtr> index = coerce_argument(call, 1, DataType(TypeKind::Int));
  if (!index) return index.error();
  return kernels::array_item(call.arguments[0], *index, kernels::OutOfRange::Null);
}

/// Number of elements; `of_null` is -1 for size() without ANSI.
FunctionGroup::Bind bind_size(bool legacy) {
  return [legacy](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
    const bool null = call.arguments[0] && call.arguments[0]->type().is_null();
    if (!null && !is_kind(call, 0, TypeKind::Array) && !is_kind(call, 0, TypeKind::Map))
      return unexpected_input_type(call, 0, "(\"ARRAY\" or \"MAP\")");
    const bool minus_one = legacy && !call.settings.ansi;
    return make_call(
        DataType(TypeKind::Int), !minus_one && any_nullable(call.arguments), call.arguments,
        [minus_one](EvalContext&, const Columns& columns, Rows rows, Column& out) {
          rows.for_each([&](std::uint32_t row) {
            auto& size = out.mutable_values<std::int32_t>()[row];
            if (!columns[0]->is_null(row))
              size = static_cast<std::int32_t>(columns[0]->at<ListSlot>(row).size);
            else if (minus_one) size = -1;
            else out.set_null(row);
          });
        },
        NullRule::Own);
  };
}

/// An array over one child of a map: slots are copied, elements shared.
FunctionGroup::Bind bind_map_part(std::size_t part) {
  return [part](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
    if (!is_kind(call, 0, TypeKind::Map)) return unexpected_input_type(call, 0, "\"MAP\"");
    const Field& field = call.arguments[0]->type().fields()[part];
    return make_call(DataType::array(field.type, field.nullable), call.arguments[0]->nullable(),
                     call.arguments,
                     [part](EvalContext&, const Columns& columns, Rows rows, Column& out) {
                       out.set_child(0, columns[0]->child(part));
                       rows.for_each([&](std::uint32_t row) {
                         out.mutable_values<ListSlot>()[row] = columns[0]->at<ListSlot>(row);
                       });
                     });
  };
}

Result<BoundExpressionPtr> bind_map_entries(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Map)) return unexpected_input_type(call, 0, "\"MAP\"");
  const DataType entry = DataType::structure(call.arguments[0]->type().fields());
  return make_call(DataType::array(entry, false), call.arguments[0]->nullable(), call.arguments,
                   [](EvalContext&, const Columns& columns, Rows rows, Column& out) {
                     Column& entries = *out.child(0);
                     entries.resize(columns[0]->child(0)->size());
                     for (std::size_t c = 0; c < 2; ++c)
                       entries.set_child(c, columns[0]->child(c));
                     rows.for_each([&](std::uint32_t row) {
                       out.mutable_values<ListSlot>()[row] = columns[0]->at<ListSlot>(row);
                     });
                   });
}

Result<BoundExpressionPtr> bind_map_contains_key(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Map)) return unexpected_input_type(call, 0, "\"MAP\"");
  Result<BoundExpressionPtr> map = map_with_key_of(call);
  if (!map) return map.error();
  Result<BoundExpressionPtr> keys = call_function("map_keys", {*map}, call);
  if (!keys) return keys.error();
  return call_function("array_contains", {*keys, call.arguments.at(1)}, call);
}

void concat_maps(EvalContext& context, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    {
      const ListWriter list(out, row);
      for (const ColumnRef& column : columns) {
        const ListSlot slot = column->at<ListSlot>(row);
        for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
          for (std::size_t c = 0; c < 2; ++c) out.child(c)->append_from(*column->child(c), i);
      }
    }
    if (!check_map_keys(context, row, *out.child(0), out.at<ListSlot>(row))) out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_map_concat(const FunctionCall& call) {
  Arguments arguments = call.arguments;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!is_kind(call, i, TypeKind::Map)) return unexpected_input_type(call, i, "\"MAP\"");
  if (arguments.empty()) return wrong_num_arguments(call, "> 0");
  std::optional<DataType> common = arguments[0]->type();
  for (const BoundExpressionPtr& argument : arguments)
    if (common) common = common_type_without_text(*common, argument->type(), call.settings);
  if (!common || !cast_to_common_type(arguments, call.settings))
    return type_mismatch(call, "DATA_DIFF_TYPES",
                         "Input to `map_concat` should all be the same type");
  const DataType type = arguments[0]->type();
  return make_call(type, std::move(arguments), concat_maps);
}

void flatten_arrays(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  const Column& inner = *columns[0]->child(0);
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const ListSlot slot = columns[0]->at<ListSlot>(row);
    const ListWriter list(out, row);
    for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
      if (inner.is_null(i)) return out.set_null(row);
      const ListSlot part = inner.at<ListSlot>(i);
      for (std::uint32_t e = part.offset; e < part.offset + part.size; ++e)
        out.child(0)->append_from(*inner.child(0), e);
    }
  });
}

Result<BoundExpressionPtr> bind_flatten(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array) ||
      call.arguments[0]->type().element().kind() != TypeKind::Array)
    return unexpected_input_type(call, 0, "\"ARRAY\" of \"ARRAY\"");
  return make_call(call.arguments[0]->type().element(),
                   call.arguments[0]->nullable() || call.arguments[0]->type().fields()[0].nullable,
                   call.arguments, flatten_arrays);
}

void zip_arrays(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  Column& entries = *out.child(0);
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    std::uint32_t length = 0;
    for (const ColumnRef& column : columns) length = std::max(length, column->at<ListSlot>(row).size);
    const ListWriter list(out, row);
    for (std::uint32_t i = 0; i < length; ++i) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const ListSlot slot = columns[c]->at<ListSlot>(row);
        if (i < slot.size) entries.child(c)->append_from(*columns[c]->child(0), slot.offset + i);
        else entries.child(c)->append_null();
      }
      entries.append_struct();
    }
  });
}

Result<BoundExpressionPtr> bind_arrays_zip(const FunctionCall& call) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (!is_kind(call, i, TypeKind::Array)) return unexpected_input_type(call, i, "\"ARRAY\"");
    const auto* attribute = std::get_if<Attribute>(&call.syntax[i]->node);
    fields.push_back({attribute ? attribute->parts.back() : std::to_string(i),
                      call.arguments[i]->type().element(), true});
  }
  return make_call(DataType::array(DataType::structure(std::move(fields)), false), call.arguments,
                   zip_arrays);
}

/// False when `count` copies of a value grow too large.
bool repeat_value(const ColumnRef& value, std::uint32_t row, std::int32_t count, Column& elements) {
  const DataType& type = elements.type();
  const bool flat = !type.is_nested() && !type.is_bytes();
  for (; count > 0; --count) {
    append_value_of(elements, value, row);
    if (!flat && !is_small_enough(elements)) return false;
  }
  return true;
}

void repeat_elements(EvalContext& context, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (columns[1]->is_null(row)) return out.set_null(row);
    const ListWriter list(out, row);
    const std::int32_t count = std::max(columns[1]->at<std::int32_t>(row), 0);
    if (has_room(out.child(0), static_cast<std::uint64_t>(count)) &&
        repeat_value(columns[0], row, count, *out.child(0)))
      return;
    context.fail(row, too_many_elements("array_repeat", std::to_string(count)));
    out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_array_repeat(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  Result<BoundExpressionPtr> count = coerce_argument(call, 1, DataType(TypeKind::Int));
  if (!count) return count.error();
  return make_call(DataType::array(call.arguments[0]->type(), call.arguments[0]->nullable()),
                   (*count)->nullable(), {call.arguments[0], *count}, repeat_elements, NullRule::Own);
}

void insert_elements(EvalContext& context, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (columns[0]->is_null(row) || columns[1]->is_null(row)) return out.set_null(row);
    const ListSlot slot = columns[0]->at<ListSlot>(row);
    const std::int64_t position = columns[1]->at<std::int32_t>(row);
    const auto reach = static_cast<std::uint64_t>(std::abs(position));
    if (position == 0 || !has_room(out.child(0), slot.size + reach)) {
      context.fail(row, position == 0 ? index_of_zero()
                                      : too_many_elements("array_insert", std::to_string(reach)));
      return out.set_null(row);
    }
    const std::int64_t at = position > 0 ? position - 1 : slot.size + position + 1;
    const ListWriter list(out, row);
    Column& elements = *out.child(0);
    if (at < 0) append_value_of(elements, columns[2], row);
    for (std::int64_t n = at; n < 0; ++n) elements.append_null();
    for (std::uint32_t i = 0; i < slot.size; ++i) {
      if (i == at) append_value_of(elements, columns[2], row);
      elements.append_from(*columns[0]->child(0), slot.offset + i);
    }
    for (std::int64_t n = slot.size; n < at; ++n) elements.append_null();
    if (at >= slot.size) append_value_of(elements, columns[2], row);
  });
}

Result<BoundExpressionPtr> bind_array_insert(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 3, 3); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  Result<BoundExpressionPtr> position = coerce_argument(call, 1, DataType(TypeKind::Int));
  if (!position) return position.error();
  const DataType& array = call.arguments[0]->type();
  const std::optional<DataType> element = tightest_common_type(array.element(), call.arguments[2]->type(), without_ansi(call.settings));
  if (!element)
    return type_mismatch(call, "ARRAY_FUNCTION_DIFF_TYPES",
                         "Input to `array_insert` should have been \"ARRAY\" followed by a value with same element type");
  const DataType type = DataType::array(*element, true);
  Result<BoundExpressionPtr> elements = bound_cast(call.arguments[0], type, CastMode::Plain, call.settings);
  Result<BoundExpressionPtr> value = bound_cast(call.arguments[2], *element, CastMode::Plain, call.settings);
  if (!elements || !value) return elements ? value.error() : elements.error();
  return make_call(type, any_nullable({*elements, *position}), {*elements, *position, *value}, insert_elements,
                   NullRule::Own);
}

}  // namespace

void register_map_functions(FunctionRegistry& registry) {
  FunctionGroup collections(registry, "array, map and struct");
  collections.add_custom("size(collection)", "Number of elements of an array or map.",
                         bind_size(true))
      .alias("cardinality");
  collections.add_custom("array_size(array)", "Number of elements.", bind_size(false));
  collections.add_custom("element_at(collection, key)",
                         "Element of an array from 1, or value of a map's key.",
                         [](const FunctionCall& call) { return element_at(call, call.settings.ansi); });
  collections.add_custom("try_element_at(collection, key)",
                         "As element_at, NULL where the element is missing.",
                         [](const FunctionCall& call) { return element_at(call, false); });
  collections.add_custom("get(array, index)", "Element from 0, NULL where it is missing.", bind_get);
  collections.add_custom("map_keys(map)", "The keys.", bind_map_part(0));
  collections.add_custom("map_values(map)", "The values.", bind_map_part(1));
  collections.add_custom("map_entries(map)", "The entries as structs.", bind_map_entries);
  collections.add_custom("map_contains_key(map, key)", "True when the map has the key.",
                         bind_map_contains_key);
  collections.add_custom("map_concat(maps...)", "The entries of all maps.", bind_map_concat);
  collections.add_custom("flatten(arrays)", "The elements of an array of arrays.", bind_flatten);
  collections.add_custom("arrays_zip(arrays...)", "Elements at one place as structs.",
                         bind_arrays_zip);
  collections.add_custom("array_repeat(value, count)", "The value so many times.",
                         bind_array_repeat);
  collections.add_custom("array_insert(array, position, value)",
                         "The array with a value put in, from 1 or from the end.",
                         bind_array_insert);
  collections.add_custom("reverse(value)", "A text or an array from its end.", bind_reverse);
}

}  // namespace millrace
