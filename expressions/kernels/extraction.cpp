#include "expressions/kernels/extraction.hpp"

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/gather.hpp"
#include "expressions/kernels/kernel_expression.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace::kernels {

namespace {

Error invalid_array_index(std::int64_t index, std::uint32_t size) {
  return spark_error("INVALID_ARRAY_INDEX", "22003",
                     "The index " + std::to_string(index) + " is out of bounds. The array has " +
                         std::to_string(size) +
                         " elements. Use the SQL function `get()` to tolerate accessing element at "
                         "invalid index and return NULL instead.");
}

/// The field's own column, with the struct's NULLs added where it has any.
ColumnRef field_of(EvalContext& context, const ColumnRef& in, Rows rows, std::size_t index) {
  const ColumnRef& field = in->child(index);
  if (in->is_constant() || field->type().is_null()) {
    ColumnRef out = context.pool.make_column(field->type());
    if (in->is_null(0) || field->type().is_null()) out->append_null();
    else out->append_from(*field, 0);
    out->make_constant();
    return out;
  }
  if (!in->has_nulls()) return field;
  std::vector<std::uint32_t> indices(rows.end(), kNoRow);
  rows.for_each([&](std::uint32_t row) { indices[row] = in->is_null(row) ? kNoRow : row; });
  return gather(context.pool, field, indices);
}

/// Row of the element, or kNoRow.
std::uint32_t find_key(const Column& map, std::size_t row, const Column& key) {
  const ListSlot slot = map.at<ListSlot>(row);
  const Column& keys = *map.child(0);
  for (std::uint32_t e = slot.offset; e < slot.offset + slot.size; ++e)
    if (compare_values(keys, e, key, row) == 0) return e;
  return kNoRow;
}

}  // namespace

BoundExpressionPtr struct_field(BoundExpressionPtr child, std::size_t index) {
  const Field& field = child->type().fields()[index];
  const bool nullable = child->nullable() || field.nullable;
  DataType type = field.type;
  return make_unary(
      std::move(type), nullable, std::move(child),
      [index](EvalContext& context, const DataType&, const ColumnRef& in, Rows rows) {
        return field_of(context, in, rows, index);
      },
      Cost::Cheap);
}

BoundExpressionPtr array_of_field(BoundExpressionPtr child, std::size_t index) {
  const DataType array = child->type();
  const Field& field = array.element().fields()[index];
  const bool contains_null = field.nullable || array.fields()[0].nullable;
  const bool nullable = child->nullable();
  return make_unary(
      DataType::array(field.type, contains_null), nullable, std::move(child),
      [index](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
        const std::uint32_t end = in->is_constant() ? 1 : rows.end();
        ColumnRef out = context.pool.make_column(type);
        out->resize(end);
        add_nulls(*out, *in);
        for (std::uint32_t i = 0; i < end; ++i)
          if (!in->is_null(i)) out->mutable_values<ListSlot>()[i] = in->at<ListSlot>(i);
        const ColumnRef& structs = in->child(0);
        const Rows all = Rows::all(static_cast<std::uint32_t>(structs->size()));
        out->set_child(0, field_of(context, structs, all, index));
        if (in->is_constant()) out->make_constant();
        return out;
      },
      Cost::Costly);
}

BoundExpressionPtr array_item(BoundExpressionPtr child, BoundExpressionPtr index,
                              OutOfRange rule, bool exists) {
  const DataType type = child->type().element();
  const bool nullable = (rule == OutOfRange::Null && !exists) || child->nullable() ||
                        index->nullable() || child->type().fields()[0].nullable;
  return make_binary(
      type, nullable, std::move(child), std::move(index),
      [rule](EvalContext& context, const DataType&, const ColumnRef& array, const ColumnRef& index,
             Rows rows) {
        std::vector<std::uint32_t> indices(rows.end(), kNoRow);
        rows.for_each([&](std::uint32_t row) {
          if (array->is_null(row) || index->is_null(row)) return;
          const ListSlot slot = array->at<ListSlot>(row);
          const std::int32_t at = index->at<std::int32_t>(row);
          if (at >= 0 && static_cast<std::uint32_t>(at) < slot.size)
            indices[row] = slot.offset + static_cast<std::uint32_t>(at);
          else if (rule == OutOfRange::Fail)
            context.fail(row, invalid_array_index(at, slot.size));
        });
        return gather(context.pool, array->child(0), indices);
      },
      Cost::Costly);
}

BoundExpressionPtr map_value(BoundExpressionPtr child, BoundExpressionPtr key) {
  const DataType type = child->type().value();
  return make_binary(
      type, true, std::move(child), std::move(key),
      [](EvalContext& context, const DataType&, const ColumnRef& map, const ColumnRef& key,
         Rows rows) {
        std::vector<std::uint32_t> indices(rows.end(), kNoRow);
        rows.for_each([&](std::uint32_t row) {
          if (!map->is_null(row) && !key->is_null(row)) indices[row] = find_key(*map, row, *key);
        });
        return gather(context.pool, map->child(1), indices);
      },
      Cost::Costly);
}

}  // namespace millrace::kernels
