#include <algorithm>

#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/column_loops.hpp"

namespace millrace::kernels {

namespace {

/// Elements that the lists of `rows` refer to, ascending, each once.
std::vector<std::uint32_t> used_elements(const Column& lists, Rows rows) {
  std::vector<std::uint32_t> elements;
  rows.for_each([&](std::uint32_t row) {
    if (lists.is_null(row)) return;
    const ListSlot slot = lists.at<ListSlot>(row);
    for (std::uint32_t e = 0; e < slot.size; ++e) elements.push_back(slot.offset + e);
  });
  if (!std::is_sorted(elements.begin(), elements.end()))
    std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

/// Errors of elements become errors of the rows whose lists hold them.
void report_rows(EvalContext& context, std::vector<RowError> element_errors, const Column& lists,
                 Rows rows) {
  for (RowError& error : element_errors) {
    rows.for_each([&](std::uint32_t row) {
      if (lists.is_null(row)) return;
      const ListSlot slot = lists.at<ListSlot>(row);
      if (error.row >= slot.offset && error.row - slot.offset < slot.size)
        context.fail(row, error.error);
    });
  }
}

/// One child of lists, cast where it is used.
ColumnRef cast_elements(EvalContext& context, const UnaryKernel& kernel, const DataType& type,
                        const ColumnRef& child, const Column& lists, Rows rows) {
  if (!kernel) return child;
  const std::vector<std::uint32_t> used = used_elements(lists, rows);
  EvalContext inner{context.pool, context.now_micros, {}};
  ColumnRef cast = kernel(inner, type, child,
                          Rows::listed(used.data(), static_cast<std::uint32_t>(used.size())));
  report_rows(context, std::move(inner.errors), lists, rows);
  return flatten(context.pool, std::move(cast), static_cast<std::uint32_t>(child->size()));
}

UnaryKernel list_cast(std::vector<UnaryKernel> kernels) {
  return [kernels](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<ListSlot, ListSlot>(*in, rows, *out, [](ListSlot slot) { return slot; });
    for (std::size_t c = 0; c < kernels.size(); ++c)
      out->set_child(c, cast_elements(context, kernels[c], type.fields()[c].type, in->child(c),
                                      *in, rows));
    return out;
  };
}

UnaryKernel struct_cast(std::vector<UnaryKernel> kernels) {
  return [kernels](EvalContext& context, const DataType& type, const ColumnRef& constant_or_not,
                   Rows rows) {
    const ColumnRef in = flatten(context.pool, constant_or_not, rows.end());
    ColumnRef out = start_result(context, type, rows, *in);
    std::vector<std::uint32_t> valid;
    rows.for_each([&](std::uint32_t row) {
      if (!in->is_null(row)) valid.push_back(row);
    });
    const Rows fields = valid.size() == rows.size()
                            ? rows
                            : Rows::listed(valid.data(), static_cast<std::uint32_t>(valid.size()));
    for (std::size_t c = 0; c < kernels.size(); ++c) {
      ColumnRef child = in->child(c);
      if (kernels[c]) child = kernels[c](context, type.fields()[c].type, child, fields);
      child = flatten(context.pool, std::move(child), rows.end());
      if (child->size() < rows.end()) child->resize(rows.end());
      out->set_child(c, std::move(child));
    }
    return out;
  };
}

}  // namespace

UnaryKernel nested_cast(const DataType& from, const DataType& to, const CastRule& rule) {
  if (from.kind() != to.kind() || !from.is_nested()) return {};
  std::vector<UnaryKernel> kernels;
  for (std::size_t i = 0; i < from.fields().size(); ++i) {
    const DataType& a = from.fields()[i].type;
    const DataType& b = to.fields()[i].type;
    kernels.push_back(a == b ? UnaryKernel() : cast_kernel(a, b, rule));
  }
  return from.kind() == TypeKind::Struct ? struct_cast(std::move(kernels))
                                         : list_cast(std::move(kernels));
}

UnaryKernel cast_kernel(const DataType& from, const DataType& to, const CastRule& rule) {
  if (from.is_null())
    return [](EvalContext& context, const DataType& type, const ColumnRef&, Rows) {
      return null_column(context.pool, type);
    };
  if (to.kind() == TypeKind::String) return to_text_cast(from, rule);
  if (from.kind() == TypeKind::String) return text_cast(to, rule);
  if (from.is_nested()) return nested_cast(from, to, rule);
  for (auto group : {interval_cast, time_cast, decimal_cast, number_cast})
    if (UnaryKernel kernel = group(from, to, rule)) return kernel;
  return {};
}

}  // namespace millrace::kernels
