#include <fmt/format.h>

#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/value_access.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace {

void append_value_of(Column& out, const ColumnRef& from, std::uint32_t row) {
  out.append_from(*from, row_of(*from, row));
}

Error duplicate_map_key(const Column& keys, std::size_t row) {
  std::string key;
  append_text(key, keys, row, TextStyle());
  return row_error("DUPLICATED_MAP_KEY", "23505",
                   fmt::format("Duplicate map key {} was found, please check the input data.", key),
                   "give each key once");
}

namespace {

/// -0.0 becomes 0.0: keys of a map are told apart by their value.
template <class T>
void take_sign_of_zeros(Column& keys, ListSlot slot) {
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    keys.mutable_values<T>()[i] += T{0};
}

}  // namespace

bool check_map_keys(EvalContext& context, std::uint32_t row, Column& keys, ListSlot slot) {
  if (keys.type().kind() == TypeKind::Double) take_sign_of_zeros<double>(keys, slot);
  if (keys.type().kind() == TypeKind::Float) take_sign_of_zeros<float>(keys, slot);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
    if (keys.is_null(i)) {
      context.fail(row, row_error("NULL_MAP_KEY", "2200E", "Cannot use null as map key."));
      return false;
    }
    for (std::uint32_t j = slot.offset; j < i; ++j)
      if (kernels::compare_values(keys, i, keys, j) == 0) {
        context.fail(row, duplicate_map_key(keys, i));
        return false;
      }
  }
  return true;
}

namespace {

void build_arrays(EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  Column& elements = *out.child(0);
  rows.for_each([&](std::uint32_t row) {
    const ListWriter list(out, row);
    for (const ColumnRef& column : columns) append_value_of(elements, column, row);
  });
}

void build_maps(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                Column& out) {
  rows.for_each([&](std::uint32_t row) {
    {
      const ListWriter list(out, row);
      for (std::size_t c = 0; c < columns.size(); ++c)
        append_value_of(*out.child(c % 2), columns[c], row);
    }
    if (!check_map_keys(context, row, *out.child(0), out.at<ListSlot>(row))) out.set_null(row);
  });
}

void build_structs(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                   Column& out) {
  for (std::size_t c = 0; c < columns.size(); ++c)
    out.set_child(c, flatten(context.pool, columns[c], rows.end()));
}

Result<BoundExpressionPtr> bind_array(const FunctionCall& call) {
  Arguments arguments = call.arguments;
  if (!cast_to_common_type(arguments, call.settings))
    return type_mismatch(call, "DATA_DIFF_TYPES",
                         "Input to `array` should all be the same type");
  const DataType element = arguments.empty() ? DataType() : arguments[0]->type();
  const bool contains_null = any_nullable(arguments);
  return make_call(DataType::array(element, contains_null), false, std::move(arguments),
                   build_arrays, NullRule::Own);
}

Result<BoundExpressionPtr> bind_map(const FunctionCall& call) {
  if (call.arguments.size() % 2 != 0) return wrong_num_arguments(call, "2n (n > 0)");
  Arguments keys, values;
  for (std::size_t i = 0; i < call.arguments.size(); ++i)
    (i % 2 == 0 ? keys : values).push_back(call.arguments[i]);
  if (!cast_to_common_type(keys, call.settings))
    return type_mismatch(call, "CREATE_MAP_KEY_DIFF_TYPES",
                         "The given keys of function `map` should all be the same type");
  if (!cast_to_common_type(values, call.settings))
    return type_mismatch(call, "CREATE_MAP_VALUE_DIFF_TYPES",
                         "The given values of function `map` should all be the same type");
  const DataType type = keys.empty() ? DataType::map({}, {}, false)
                                     : DataType::map(keys[0]->type(), values[0]->type(),
                                                     any_nullable(values));
  Arguments arguments;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    arguments.push_back(keys[i]);
    arguments.push_back(values[i]);
  }
  return make_call(type, false, std::move(arguments), build_maps, NullRule::Own);
}

/// The name that struct() gives a field: of a column or an alias, else `col1`, `col2`, ...
std::string field_name(const Expression& expression, std::size_t index) {
  if (const auto* attribute = std::get_if<Attribute>(&expression.node))
    return attribute->parts.back();
  if (const auto* alias = std::get_if<Alias>(&expression.node))
    if (!alias->names.empty()) return alias->names[0];
  if (const auto* extract = std::get_if<ExtractValue>(&expression.node))
    if (const auto* key = std::get_if<Literal>(&extract->key->node))
      if (const auto* name = std::get_if<std::string>(&key->value.storage)) return *name;
  return fmt::format("col{}", index + 1);
}

BoundExpressionPtr make_struct(std::vector<Field> fields, Arguments arguments) {
  return make_call(DataType::structure(std::move(fields)), false, std::move(arguments),
                   build_structs, NullRule::Own);
}

Result<BoundExpressionPtr> bind_struct(const FunctionCall& call) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < call.arguments.size(); ++i)
    fields.push_back({field_name(*call.syntax[i], i), call.arguments[i]->type(),
                      call.arguments[i]->nullable()});
  return make_struct(std::move(fields), call.arguments);
}

Result<BoundExpressionPtr> bind_named_struct(const FunctionCall& call) {
  if (call.arguments.size() % 2 != 0 || call.arguments.empty())
    return wrong_num_arguments(call, "2n (n > 0)");
  std::vector<Field> fields;
  Arguments values;
  for (std::size_t i = 0; i < call.arguments.size(); i += 2) {
    const std::optional<std::string> name = constant_text(*call.arguments[i]);
    if (!name)
      return type_mismatch(call, "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
                           "Only foldable `STRING` expressions are allowed to appear at odd "
                           "position");
    fields.push_back({*name, call.arguments[i + 1]->type(), call.arguments[i + 1]->nullable()});
    values.push_back(call.arguments[i + 1]);
  }
  return make_struct(std::move(fields), std::move(values));
}

/// A map from an array of keys and one of values.
void maps_from_arrays(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                      Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const ListSlot keys = columns[0]->at<ListSlot>(row), values = columns[1]->at<ListSlot>(row);
    {
      const ListWriter list(out, row);
      for (std::uint32_t i = 0; i < keys.size && keys.size == values.size; ++i) {
        out.child(0)->append_from(*columns[0]->child(0), keys.offset + i);
        out.child(1)->append_from(*columns[1]->child(0), values.offset + i);
      }
    }
    const bool good = keys.size == values.size;
    if (!good)
      context.fail(row, row_error("_LEGACY_ERROR_TEMP_2128", "",
                                  "The key array and value array of MapData must have the same "
                                  "length."));
    if (!good || !check_map_keys(context, row, *out.child(0), out.at<ListSlot>(row)))
      out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_map_from_arrays(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  for (std::size_t i = 0; i < 2; ++i)
    if (!is_kind(call, i, TypeKind::Array)) return unexpected_input_type(call, i, "\"ARRAY\"");
  const DataType type =
      DataType::map(call.arguments[0]->type().element(), call.arguments[1]->type().element());
  return make_call(type, call.arguments, maps_from_arrays);
}

void maps_from_entries(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                       Column& out) {
  const Column& entries = *columns[0]->child(0);
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const ListSlot slot = columns[0]->at<ListSlot>(row);
    bool has_null = false;
    {
      const ListWriter list(out, row);
      for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i) {
        has_null = has_null || entries.is_null(i);
        for (std::size_t c = 0; c < 2; ++c) out.child(c)->append_from(*entries.child(c), i);
      }
    }
    if (has_null || !check_map_keys(context, row, *out.child(0), out.at<ListSlot>(row)))
      out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_map_from_entries(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  const DataType type = call.arguments[0] ? call.arguments[0]->type() : DataType();
  if (type.kind() != TypeKind::Array || type.element().kind() != TypeKind::Struct ||
      type.element().fields().size() != 2)
    return unexpected_input_type(call, 0, "\"ARRAY\" of pair \"STRUCT\"");
  const std::vector<Field>& pair = type.element().fields();
  return make_call(DataType::map(pair[0].type, pair[1].type, pair[1].nullable),
                   call.arguments[0]->nullable() || type.fields()[0].nullable, call.arguments, maps_from_entries);
}

}  // namespace

void register_collection_functions(FunctionRegistry& registry) {
  FunctionGroup collections(registry, "array, map and struct");
  collections.add_custom("array(values...)", "An array of the values.", bind_array);
  collections.add_custom("map(key, value, ...)", "A map of the entries.", bind_map);
  collections.add_custom("struct(values...)", "A struct; columns and aliases name its fields.",
                         bind_struct);
  collections.add_custom("named_struct(name, value, ...)", "A struct with named fields.",
                         bind_named_struct);
  collections.add_custom("map_from_arrays(keys, values)", "A map from two arrays.",
                         bind_map_from_arrays);
  collections.add_custom("map_from_entries(entries)", "A map from an array of pairs.",
                         bind_map_from_entries);
}

}  // namespace millrace
