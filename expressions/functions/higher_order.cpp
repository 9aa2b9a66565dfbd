#include <numeric>

#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/lambda.hpp"
#include "expressions/functions/value_access.hpp"
#include "expressions/kernels/gather.hpp"
#include "expressions/kernels/null_order.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace {

namespace {

using Indices = std::vector<std::uint32_t>;

/// All elements of the lists in `rows`, one after the other.
struct Elements {
  Indices sources;     // places in the list's children
  Indices outer_rows;  // the row that each belongs to
  Indices positions;   // place in its list, from 0
};

Elements elements_of(const Column& lists, Rows rows) {
  Elements elements;
  rows.for_each([&](std::uint32_t row) {
    if (lists.is_null(row)) return;
    const ListSlot slot = lists.at<ListSlot>(row);
    for (std::uint32_t i = 0; i < slot.size; ++i) {
      elements.sources.push_back(slot.offset + i);
      elements.outer_rows.push_back(row);
      elements.positions.push_back(i);
    }
  });
  return elements;
}

ColumnRef position_column(RecordPool& pool, const Indices& positions) {
  ColumnRef column = pool.make_column(DataType(TypeKind::Int));
  for (std::uint32_t position : positions) column->append(static_cast<std::int32_t>(position));
  return column;
}

/// Slots for elements that lie in the order of `outer_rows`; NULL where `lists` is.
ColumnRef lists_like(EvalContext& context, const DataType& type, const Column& lists, Rows rows,
                     const Indices& outer_rows) {
  ColumnRef out = context.pool.make_column(type);
  out->resize(rows.end());
  std::uint32_t next = 0;
  rows.for_each([&](std::uint32_t row) {
    const std::uint32_t first = next;
    while (next < outer_rows.size() && outer_rows[next] == row) ++next;
    out->mutable_values<ListSlot>()[row] = {first, next - first};
    if (lists.is_null(row)) out->set_null(row);
  });
  return out;
}

Field element_field(const DataType& array) { return array.fields()[0]; }
const Field kPosition{"i", DataType(TypeKind::Int), false};

Result<BoundExpressionPtr> bind_transform(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  const BoundExpressionPtr array = call.arguments[0];
  const Result<BoundLambda> lambda =
      BoundLambda::make(call, 1, {element_field(array->type()), kPosition});
  if (!lambda) return lambda.error();
  const DataType type = DataType::array(lambda->body().type(), lambda->body().nullable());
  return make_batch_call(type, array->nullable(), [=, lambda = *lambda](EvalContext& context, const RecordBatch& batch,
                                                  Rows rows) {
    const ColumnRef lists = array->evaluate(context, batch, rows);
    const Elements elements = elements_of(*lists, rows);
    const ColumnRef values = lambda.evaluate(
        context, batch,
        {kernels::gather(context.pool, lists->child(0), elements.sources),
         position_column(context.pool, elements.positions)},
        elements.outer_rows);
    ColumnRef out = lists_like(context, type, *lists, rows, elements.outer_rows);
    out->set_child(0, values);
    return out;
  });
}

bool is_true(const Column& flags, std::size_t i) {
  return !flags.is_null(i) && flags.at<std::uint8_t>(i) != 0;
}

/// The parameters of a lambda over the elements of a list: the children, and the place for arrays.
std::vector<ColumnRef> parameters_of(EvalContext& context, const Column& lists,
                                     const Elements& elements) {
  std::vector<ColumnRef> parameters;
  for (std::size_t c = 0; c < lists.num_children(); ++c)
    parameters.push_back(kernels::gather(context.pool, lists.child(c), elements.sources));
  if (lists.num_children() == 1)
    parameters.push_back(position_column(context.pool, elements.positions));
  return parameters;
}

std::vector<Field> parameter_fields(const DataType& type) {
  std::vector<Field> fields = type.fields();
  if (type.kind() == TypeKind::Array) fields.push_back(kPosition);
  return fields;
}

/// filter and map_filter: the elements for which the lambda is true.
FunctionGroup::Bind bind_filter(TypeKind kind) {
  return [kind](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
    if (!is_kind(call, 0, kind))
      return unexpected_input_type(call, 0, kind == TypeKind::Map ? "\"MAP\"" : "\"ARRAY\"");
    const BoundExpressionPtr list = call.arguments[0];
    const Result<BoundLambda> lambda = BoundLambda::make(call, 1, parameter_fields(list->type()));
    if (!lambda) return lambda.error();
    return make_batch_call(list->type(), list->nullable(), [=, lambda = *lambda](EvalContext& context,
                                                            const RecordBatch& batch, Rows rows) {
      const ColumnRef lists = list->evaluate(context, batch, rows);
      const Elements elements = elements_of(*lists, rows);
      const ColumnRef flags = lambda.evaluate(
          context, batch, parameters_of(context, *lists, elements), elements.outer_rows);
      Elements kept;
      for (std::size_t e = 0; e < elements.sources.size(); ++e) {
        if (!is_true(*flags, e)) continue;
        kept.sources.push_back(elements.sources[e]);
        kept.outer_rows.push_back(elements.outer_rows[e]);
      }
      ColumnRef out = lists_like(context, list->type(), *lists, rows, kept.outer_rows);
      for (std::size_t c = 0; c < lists->num_children(); ++c)
        out->set_child(c, kernels::gather(context.pool, lists->child(c), kept.sources));
      return out;
    });
  };
}

/// exists (wanted: true) and forall (wanted: false) by three-valued logic.
FunctionGroup::Bind bind_quantifier(bool wanted) {
  return [wanted](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
    if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
    const BoundExpressionPtr array = call.arguments[0];
    const Result<BoundLambda> lambda = BoundLambda::make(call, 1, {element_field(array->type())});
    if (!lambda) return lambda.error();
    const DataType flag(TypeKind::Boolean);
    const bool nullable = array->nullable() || lambda->body().nullable();
    return make_batch_call(flag, nullable, [=, lambda = *lambda](EvalContext& context, const RecordBatch& batch,
                                                    Rows rows) {
      const ColumnRef lists = array->evaluate(context, batch, rows);
      const Elements elements = elements_of(*lists, rows);
      const ColumnRef flags = lambda.evaluate(
          context, batch, {kernels::gather(context.pool, lists->child(0), elements.sources)},
          elements.outer_rows);
      ColumnRef out = context.pool.make_column(flag);
      out->resize(rows.end());
      std::size_t next = 0;
      rows.for_each([&](std::uint32_t row) {
        bool found = false, saw_null = false;
        for (; next < elements.outer_rows.size() && elements.outer_rows[next] == row; ++next) {
          saw_null = saw_null || flags->is_null(next);
          found = found || (!flags->is_null(next) && is_true(*flags, next) == wanted);
        }
        out->mutable_values<std::uint8_t>()[row] = found == wanted;
        if (lists->is_null(row) || (!found && saw_null)) out->set_null(row);
      });
      return out;
    });
  };
}

/// transform_keys and transform_values.
FunctionGroup::Bind bind_map_transform(std::size_t part) {
  return [part](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
    if (!is_kind(call, 0, TypeKind::Map)) return unexpected_input_type(call, 0, "\"MAP\"");
    const BoundExpressionPtr map = call.arguments[0];
    const Result<BoundLambda> lambda = BoundLambda::make(call, 1, map->type().fields());
    if (!lambda) return lambda.error();
    const DataType& changed = lambda->body().type();
    const DataType type = part == 0 ? DataType::map(changed, map->type().value())
                                    : DataType::map(map->type().key(), changed);
    return make_batch_call(type, map->nullable(), [=, lambda = *lambda](EvalContext& context, const RecordBatch& batch,
                                                    Rows rows) {
      const ColumnRef lists = map->evaluate(context, batch, rows);
      const Elements elements = elements_of(*lists, rows);
      const std::vector<ColumnRef> entries = parameters_of(context, *lists, elements);
      ColumnRef out = lists_like(context, type, *lists, rows, elements.outer_rows);
      out->set_child(1 - part, entries[1 - part]);
      out->set_child(part, lambda.evaluate(context, batch, entries, elements.outer_rows));
      if (part == 0)
        rows.for_each([&](std::uint32_t row) {
          if (out->is_null(row)) return;
          if (!check_map_keys(context, row, *out->child(0), out->at<ListSlot>(row)))
            out->set_null(row);
        });
      return out;
    });
  };
}

/// Places of element number `step` in the lists that are that long.
Elements elements_at(const Column& lists, Rows rows, std::uint32_t step) {
  Elements elements;
  rows.for_each([&](std::uint32_t row) {
    if (lists.is_null(row) || lists.at<ListSlot>(row).size <= step) return;
    elements.sources.push_back(lists.at<ListSlot>(row).offset + step);
    elements.outer_rows.push_back(row);
  });
  return elements;
}

/// Row i of the result is the row of `changed` that belongs to i, or that of `old`.
ColumnRef overwrite(RecordPool& pool, const ColumnRef& old, const Column& changed,
                    const Indices& changed_rows, std::uint32_t size) {
  ColumnRef out = pool.make_column(old->type());
  std::size_t next = 0;
  for (std::uint32_t row = 0; row < size; ++row) {
    if (next < changed_rows.size() && changed_rows[next] == row) out->append_from(changed, next++);
    else out->append_from(*old, row);
  }
  return out;
}

/// One step for all rows at a time: as many evaluations of the body as the longest list has elements.
ColumnRef fold_lists(EvalContext& context, const RecordBatch& batch, Rows rows,
                     const ColumnRef& lists, ColumnRef state, const BoundLambda& merge) {
  for (std::uint32_t step = 0;; ++step) {
    const Elements elements = elements_at(*lists, rows, step);
    if (elements.sources.empty()) return state;
    const ColumnRef merged = merge.evaluate(
        context, batch,
        {kernels::gather(context.pool, state, elements.outer_rows),
         kernels::gather(context.pool, lists->child(0), elements.sources)},
        elements.outer_rows);
    state = overwrite(context.pool, state, *merged, elements.outer_rows, rows.end());
  }
}

/// A copy of `values` that is NULL wherever `lists` is, constant or not.
ColumnRef null_like(RecordPool& pool, const ColumnRef& values, const Column& lists, Rows rows) {
  ColumnRef out = pool.make_column(values->type());
  RowAppender appender(*out);
  rows.for_each([&](std::uint32_t row) {
    if (lists.is_null(row)) appender.put_null(row);
    else appender.put(row, *values, row_of(*values, row));
  });
  return out;
}

Result<BoundExpressionPtr> bind_aggregate_array(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 3, 4); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  const BoundExpressionPtr array = call.arguments[0], start = call.arguments[1];
  const Field state{"acc", start->type(), true};
  Result<BoundLambda> merge = BoundLambda::make(call, 2, {state, element_field(array->type())});
  if (!merge) return merge.error();
  if (merge->body().type() != start->type())
    return unexpected_input_type(call, 2, "\"" + start->type().to_sql() + "\"");
  merge = merge->cast_to(start->type(), call.settings);
  if (!merge) return merge.error();
  std::optional<BoundLambda> finish;
  if (call.syntax.size() == 4) {
    Result<BoundLambda> last = BoundLambda::make(call, 3, {state});
    if (!last) return last.error();
    finish = *last;
  }
  const DataType type = finish ? finish->body().type() : start->type();
  const bool nullable = array->nullable() || !finish || finish->body().nullable();
  return make_batch_call(type, nullable, [=, merge = *merge](EvalContext& context, const RecordBatch& batch,
                                                Rows rows) {
    const ColumnRef lists = array->evaluate(context, batch, rows);
    ColumnRef value = flatten(context.pool, start->evaluate(context, batch, rows), rows.end());
    value = fold_lists(context, batch, rows, lists, value, merge);
    if (finish) {
      Indices all(rows.end());
      std::iota(all.begin(), all.end(), 0u);
      const std::size_t num_errors = context.errors.size();
      value = finish->evaluate(context, batch, {value}, all);
      kernels::forgive_behind_null(context, num_errors, *lists, finish->body());
    }
    return null_like(context.pool, value, *lists, rows);
  });
}

/// Places of the pairs of two lists; kNoRow where one is shorter.
struct Pairs {
  Indices left, right, outer_rows;
};

Pairs pairs_of(const Column& left, const Column& right, Rows rows) {
  Pairs pairs;
  rows.for_each([&](std::uint32_t row) {
    if (left.is_null(row) || right.is_null(row)) return;
    const ListSlot a = left.at<ListSlot>(row), b = right.at<ListSlot>(row);
    for (std::uint32_t i = 0; i < std::max(a.size, b.size); ++i) {
      pairs.left.push_back(i < a.size ? a.offset + i : kernels::kNoRow);
      pairs.right.push_back(i < b.size ? b.offset + i : kernels::kNoRow);
      pairs.outer_rows.push_back(row);
    }
  });
  return pairs;
}

Result<BoundExpressionPtr> bind_zip_with(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 3, 3); !status) return status.error();
  for (std::size_t i = 0; i < 2; ++i)
    if (!is_kind(call, i, TypeKind::Array)) return unexpected_input_type(call, i, "\"ARRAY\"");
  const BoundExpressionPtr first = call.arguments[0], second = call.arguments[1];
  const Result<BoundLambda> lambda =
      BoundLambda::make(call, 2, {{"x", first->type().element(), true},
                                  {"y", second->type().element(), true}});
  if (!lambda) return lambda.error();
  const DataType type = DataType::array(lambda->body().type());
  return make_batch_call(type, first->nullable() || second->nullable(), [=, lambda = *lambda](EvalContext& context, const RecordBatch& batch,
                                                  Rows rows) {
    const ColumnRef left = first->evaluate(context, batch, rows);
    const ColumnRef right = second->evaluate(context, batch, rows);
    const Pairs pairs = pairs_of(*left, *right, rows);
    ColumnRef out = lists_like(context, type, *left, rows, pairs.outer_rows);
    rows.for_each([&](std::uint32_t row) {
      if (right->is_null(row)) out->set_null(row);
    });
    out->set_child(0, lambda.evaluate(context, batch,
                                      {kernels::gather(context.pool, left->child(0), pairs.left),
                                       kernels::gather(context.pool, right->child(0), pairs.right)},
                                      pairs.outer_rows));
    return out;
  });
}

std::uint32_t place_of_key(const Column& keys, ListSlot slot, const Column& wanted, std::uint32_t i) {
  for (std::uint32_t k = slot.offset; k < slot.offset + slot.size; ++k)
    if (kernels::compare_values(keys, k, wanted, i) == 0) return k;
  return kernels::kNoRow;
}

/// Keys of the first map in its order, then those that the second alone has.
Pairs key_pairs_of(const Column& left, const Column& right, Rows rows) {
  Pairs pairs;
  const Column& left_keys = *left.child(0);
  const Column& right_keys = *right.child(0);
  const auto add = [&](std::uint32_t row, std::uint32_t a, std::uint32_t b) {
    pairs.left.push_back(a);
    pairs.right.push_back(b);
    pairs.outer_rows.push_back(row);
  };
  rows.for_each([&](std::uint32_t row) {
    if (left.is_null(row) || right.is_null(row)) return;
    const ListSlot a = left.at<ListSlot>(row), b = right.at<ListSlot>(row);
    for (std::uint32_t i = a.offset; i < a.offset + a.size; ++i)
      add(row, i, place_of_key(right_keys, b, left_keys, i));
    for (std::uint32_t j = b.offset; j < b.offset + b.size; ++j)
      if (place_of_key(left_keys, a, right_keys, j) == kernels::kNoRow) add(row, kernels::kNoRow, j);
  });
  return pairs;
}

/// A key of each pair, from the map that has it.
ColumnRef keys_of(RecordPool& pool, const Column& left, const Column& right, const Pairs& pairs) {
  ColumnRef keys = pool.make_column(left.child(0)->type());
  for (std::size_t i = 0; i < pairs.left.size(); ++i) {
    const bool is_left = pairs.left[i] != kernels::kNoRow;
    keys->append_from(is_left ? *left.child(0) : *right.child(0),
                      is_left ? pairs.left[i] : pairs.right[i]);
  }
  return keys;
}

Result<BoundExpressionPtr> bind_map_zip_with(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 3, 3); !status) return status.error();
  for (std::size_t i = 0; i < 2; ++i)
    if (!is_kind(call, i, TypeKind::Map)) return unexpected_input_type(call, i, "\"MAP\"");
  const BoundExpressionPtr first = call.arguments[0], second = call.arguments[1];
  const DataType key = first->type().key();
  if (key != second->type().key())
    return type_mismatch(call, "MAP_ZIP_WITH_DIFF_TYPES",
                         "Input to the `map_zip_with` should have been two \"MAP\" with compatible "
                         "key types");
  const Result<BoundLambda> lambda =
      BoundLambda::make(call, 2, {{"k", key, false},
                                  {"v1", first->type().value(), true},
                                  {"v2", second->type().value(), true}});
  if (!lambda) return lambda.error();
  const DataType type = DataType::map(key, lambda->body().type());
  return make_batch_call(type, first->nullable() || second->nullable(), [=, lambda = *lambda](EvalContext& context, const RecordBatch& batch,
                                                  Rows rows) {
    const ColumnRef left = first->evaluate(context, batch, rows);
    const ColumnRef right = second->evaluate(context, batch, rows);
    const Pairs pairs = key_pairs_of(*left, *right, rows);
    ColumnRef out = lists_like(context, type, *left, rows, pairs.outer_rows);
    rows.for_each([&](std::uint32_t row) {
      if (right->is_null(row)) out->set_null(row);
    });
    const ColumnRef keys = keys_of(context.pool, *left, *right, pairs);
    out->set_child(0, keys);
    out->set_child(1, lambda.evaluate(context, batch,
                                      {keys, kernels::gather(context.pool, left->child(1), pairs.left),
                                       kernels::gather(context.pool, right->child(1), pairs.right)},
                                      pairs.outer_rows));
    return out;
  });
}

}  // namespace

void register_lambda_functions(FunctionRegistry& registry) {
  FunctionGroup lambdas(registry, "higher order");
  lambdas.add_custom("transform(array, x -> ...)", "Each element replaced; (x, i) has its place too.",
                     bind_transform);
  lambdas.add_custom("filter(array, x -> ...)", "The elements for which the function is true.",
                     bind_filter(TypeKind::Array));
  lambdas.add_custom("exists(array, x -> ...)", "True when the function is true for an element.",
                     bind_quantifier(true));
  lambdas.add_custom("forall(array, x -> ...)", "True when the function is true for every element.",
                     bind_quantifier(false));
  lambdas.add_custom("aggregate(array, start, (acc, x) -> ...[, acc -> ...])",
                     "The elements put together one by one.", bind_aggregate_array)
      .alias("reduce");
  lambdas.add_custom("zip_with(a, b, (x, y) -> ...)", "Elements of two arrays put together.",
                     bind_zip_with);
  lambdas.add_custom("map_filter(map, (k, v) -> ...)",
                     "The entries for which the function is true.", bind_filter(TypeKind::Map));
  lambdas.add_custom("transform_keys(map, (k, v) -> ...)", "Each key replaced.",
                     bind_map_transform(0));
  lambdas.add_custom("map_zip_with(a, b, (k, v1, v2) -> ...)",
                     "Values of two maps put together by their keys.", bind_map_zip_with);
  lambdas.add_custom("transform_values(map, (k, v) -> ...)", "Each value replaced.",
                     bind_map_transform(1));
  lambdas.add_custom("array_sort(array[, (x, y) -> ...])",
                     "Sorted elements, NULLs last; or by a function that is negative where x comes first.",
                     bind_array_sort);
}

}  // namespace millrace
