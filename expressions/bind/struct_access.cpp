#include "expressions/bind/struct_access.hpp"

#include "expressions/bind/constant_folding.hpp"
#include "expressions/bind/suggestions.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/binder.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/kernels/extraction.hpp"
#include "records/value.hpp"

namespace millrace {

namespace {

/// Index of the one field with this name.
Result<std::size_t> find_field(const DataType& type, const std::string& name) {
  std::vector<std::size_t> found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < type.fields().size(); ++i) {
    names.push_back(type.fields()[i].name);
    if (equal_ignoring_case(type.fields()[i].name, name)) found.push_back(i);
  }
  if (found.size() == 1) return found[0];
  if (found.empty())
    return spark_error("FIELD_NOT_FOUND", "42704",
                       "No such struct field " + quoted_name({name}) + " in " +
                           quoted_names(names) + ".");
  return spark_error("AMBIGUOUS_REFERENCE_TO_FIELDS", "42000",
                     "Ambiguous reference to the field " + quoted_name({name}) + ". It appears " +
                         std::to_string(found.size()) + " times in the schema.");
}

Error not_extractable(const std::string& text, const DataType& type) {
  return spark_error("INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
                     "Can't extract a value from \"" + text +
                         "\". Need a complex type [STRUCT, ARRAY, MAP] but got \"" +
                         type.to_sql() + "\".");
}

Result<BoundExpressionPtr> bind_map_value(const BoundExpressionPtr& child, BoundExpressionPtr key,
                                          const std::string& text,
                                          const ExpressionSettings& settings) {
  BoundExpressionPtr cast = implicit_cast(key, child->type().key(), settings);
  if (cast == nullptr)
    return cannot_resolve("UNEXPECTED_INPUT_TYPE", text,
                          "The second parameter requires the \"" + child->type().key().to_sql() +
                              "\" type, however it has the type \"" + key->type().to_sql() +
                              "\".");
  return kernels::map_value(child, std::move(cast));
}

std::string constant_text(const BoundExpression& key) {
  RecordPool::Owner pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const ColumnRef column = evaluate_constant(key, context);
  return column->is_null(0) ? std::string() : std::string(column->at<std::string_view>(0));
}

/// Requires: `index` is an Int.
bool is_constant_below(const BoundExpression& index, std::size_t limit) {
  if (!index.is_constant()) return false;
  RecordPool::Owner pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const ColumnRef column = evaluate_constant(index, context);
  if (column->is_null(0)) return false;
  const std::int32_t place = column->at<std::int32_t>(0);
  return place >= 0 && static_cast<std::size_t>(place) < limit;
}

}  // namespace

Result<BoundExpressionPtr> bind_field_access(const BoundExpressionPtr& child,
                                             const std::string& field,
                                             const std::string& text,
                                             const ExpressionSettings& settings) {
  const DataType& type = child->type();
  if (type.kind() == TypeKind::Map)
    return bind_map_value(child, bound_literal(Value{TypeKind::String, field}), field, settings);
  const bool in_array =
      type.kind() == TypeKind::Array && type.element().kind() == TypeKind::Struct;
  if (type.kind() != TypeKind::Struct && !in_array) return not_extractable(text, type);
  auto index = find_field(in_array ? type.element() : type, field);
  if (!index) return index.error();
  return in_array ? kernels::array_of_field(child, *index) : kernels::struct_field(child, *index);
}

Result<BoundExpressionPtr> bind_extract(const BoundExpressionPtr& child,
                                        const BoundExpressionPtr& key, const std::string& text,
                                        const ExpressionSettings& settings,
                                        std::size_t num_written) {
  const DataType& type = child->type();
  if (type.kind() == TypeKind::Map) return bind_map_value(child, key, text, settings);
  if (type.kind() == TypeKind::Array && (key->type().is_integral() || key->type().is_null())) {
    auto index = bound_cast(key, TypeKind::Int, CastMode::Plain, settings);
    if (!index) return index.error();
    const bool exists = num_written > 0 && is_constant_below(**index, num_written);
    return kernels::array_item(
        child, std::move(*index),
        settings.ansi ? kernels::OutOfRange::Fail : kernels::OutOfRange::Null, exists);
  }
  const bool by_name = key->is_constant() && key->type().kind() == TypeKind::String;
  if (by_name && type.is_nested()) return bind_field_access(child, constant_text(*key), text, settings);
  if (type.is_nested())
    return cannot_resolve("UNEXPECTED_INPUT_TYPE", text,
                          "The second parameter requires the \"INTEGRAL\" type, however it has the "
                          "type \"" + key->type().to_sql() + "\".");
  return not_extractable(text, type);
}

}  // namespace millrace
