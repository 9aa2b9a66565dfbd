#include <algorithm>
#include <cstring>

#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/value_size.hpp"
#include "expressions/functions/value_access.hpp"

namespace millrace {

namespace {

using std::string_view;

void concat_bytes(EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  auto* const values = out.mutable_values<string_view>();
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    std::size_t bytes = 0;
    for (const ColumnRef& column : columns) bytes += column->at<string_view>(row).size();
    char* const to = out.arena().allocate(bytes);
    char* at = to;
    for (const ColumnRef& column : columns) {
      const string_view part = column->at<string_view>(row);
      at = std::copy(part.begin(), part.end(), at);
    }
    values[row] = {to, bytes};
  });
}

void concat_arrays(EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  Column& elements = *out.child(0);
  rows.for_each([&](std::uint32_t row) {
    const auto offset = static_cast<std::uint32_t>(elements.size());
    if (!out.is_null(row))
      for (const ColumnRef& column : columns) {
        const ListSlot slot = column->at<ListSlot>(row);
        for (std::uint32_t i = 0; i < slot.size; ++i)
          elements.append_from(*column->child(0), slot.offset + i);
      }
    out.mutable_values<ListSlot>()[row] = {offset,
                                           static_cast<std::uint32_t>(elements.size()) - offset};
  });
}

bool all_of_kind(const Arguments& arguments, TypeKind kind) {
  return std::all_of(arguments.begin(), arguments.end(), [kind](const BoundExpressionPtr& a) {
    return a && (a->type().kind() == kind || a->type().is_null());
  });
}

bool any_of_kind(const Arguments& arguments, TypeKind kind) {
  return std::any_of(arguments.begin(), arguments.end(), [kind](const BoundExpressionPtr& a) {
    return a && a->type().kind() == kind;
  });
}

Result<BoundExpressionPtr> concat_of_arrays(const FunctionCall& call) {
  Arguments arguments = call.arguments;
  if (!cast_to_common_type(arguments, call.settings))
    return type_mismatch(call, "DATA_DIFF_TYPES",
                         "Input to `concat` should all be the same type");
  const DataType type = arguments[0]->type();
  const bool nullable = any_nullable(arguments);
  return make_call(type, nullable, std::move(arguments), concat_arrays);
}

Result<BoundExpressionPtr> bind_concat(const FunctionCall& call) {
  if (any_of_kind(call.arguments, TypeKind::Array)) return concat_of_arrays(call);
  const bool binary = !call.arguments.empty() && any_of_kind(call.arguments, TypeKind::Binary) &&
                      all_of_kind(call.arguments, TypeKind::Binary);
  const DataType type(binary ? TypeKind::Binary : TypeKind::String);
  Arguments arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (!call.arguments[i] || call.arguments[i]->type().is_nested())
      return unexpected_input_type(call, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")");
    Result<BoundExpressionPtr> cast =
        bound_cast(call.arguments[i], type, CastMode::Plain, call.settings);
    if (!cast) return cast.error();
    arguments.push_back(std::move(*cast));
  }
  const bool nullable = any_nullable(arguments);
  return make_call(type, nullable, std::move(arguments), concat_bytes);
}

/// Joins texts that come one by one; ends where the result is too long for a value.
class Joiner {
 public:
  Joiner(std::string& out, string_view separator) : out_(out), separator_(separator) {}
  void add(string_view text) {
    if (out_.size() > kMaxTextBytes) return;
    if (!first_) out_ += separator_;
    out_ += text;
    first_ = false;
  }

 private:
  std::string& out_;
  string_view separator_;
  bool first_ = true;
};

void join_array(const Column& column, std::uint32_t row, Joiner& joiner) {
  const ListSlot slot = column.at<ListSlot>(row);
  const Column& elements = *column.child(0);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    if (!elements.is_null(i)) joiner.add(elements.at<string_view>(i));
}

/// NULLs are left out; a NULL separator makes a NULL.
void concat_with_separator(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                           Column& out) {
  std::string text;
  rows.for_each([&](std::uint32_t row) {
    if (columns[0]->is_null(row)) return out.set_null(row);
    text.clear();
    Joiner joiner(text, columns[0]->at<string_view>(row));
    for (std::size_t c = 1; c < columns.size(); ++c) {
      if (columns[c]->is_null(row)) continue;
      if (columns[c]->type().kind() == TypeKind::Array) join_array(*columns[c], row, joiner);
      else joiner.add(columns[c]->at<string_view>(row));
    }
    if (has_room(out.arena(), text.size()))
      return void(out.mutable_values<string_view>()[row] = out.arena().copy(text));
    context.fail(row, text_too_long("concat_ws"));
    out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_concat_ws(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 100000); !status) return status.error();
  const DataType text(TypeKind::String);
  Arguments arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const bool array = i > 0 && call.arguments[i] &&
                       call.arguments[i]->type().kind() == TypeKind::Array;
    if (!call.arguments[i] || (call.arguments[i]->type().is_nested() && !array))
      return unexpected_input_type(call, i, "(\"STRING\" or \"ARRAY<STRING>\")");
    Result<BoundExpressionPtr> cast =
        bound_cast(call.arguments[i], array ? DataType::array(text) : text, CastMode::Plain,
                   call.settings);
    if (!cast) return cast.error();
    arguments.push_back(std::move(*cast));
  }
  const bool nullable = arguments[0]->nullable();
  return make_call(text, nullable, std::move(arguments), concat_with_separator, NullRule::Own);
}

}  // namespace

void register_concat_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add_custom("concat(values...)", "Texts, binaries or arrays one after the other.",
                     bind_concat)
      .alias("||");
  strings.add_custom("concat_ws(separator, values...)",
                     "Texts and arrays of texts joined; NULLs are left out.", bind_concat_ws);
}

}  // namespace millrace
