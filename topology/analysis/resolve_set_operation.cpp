#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

namespace millrace {
namespace {

Error config_error(std::string error_class, std::string state, std::string message,
                   std::string fix) {
  Error error = spark_error(std::move(error_class), std::move(state), std::move(message));
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

Error column_count_mismatch(std::size_t first, std::size_t other) {
  return config_error("NUM_COLUMNS_MISMATCH", "42826",
                      "UNION can only be performed on inputs with the same number of columns, but "
                      "the first input has " +
                          std::to_string(first) + " columns and the second input has " +
                          std::to_string(other) + " columns.",
                      "select the same number of columns in each input");
}

Error incompatible_column(std::size_t column, const DataType& type, const DataType& first) {
  return config_error("INCOMPATIBLE_COLUMN_TYPE", "42825",
                      "UNION can only be performed on tables with compatible column types. The " +
                          std::to_string(column + 1) + ". column of the second table is \"" +
                          type.to_sql() + "\" type which is not compatible with \"" +
                          first.to_sql() + "\" at the same column of the first table.",
                      "cast one of the columns to the type of the other");
}

Error not_a_union(plan::SetKind kind) {
  return kind == plan::SetKind::Intersect
             ? config_error("", "", "Intersect of streaming DataFrames/Datasets is not supported",
                            "use a join instead")
             : config_error("", "",
                            "Except on a streaming DataFrame/Dataset on the right is not supported",
                            "filter the rows instead");
}

}  // namespace

std::optional<std::vector<Relation>> Resolver::inputs_of(const plan::Node& node) {
  std::vector<Relation> inputs;
  for (const auto& input : node.inputs) {
    if (auto relation = resolve(input)) inputs.push_back(std::move(*relation));
  }
  if (inputs.size() != node.inputs.size()) {
    check_unbound(node);
    return std::nullopt;
  }
  return inputs;
}

// The columns of `input` in the order of `first`; by position unless by name.
std::optional<std::vector<std::size_t>> Resolver::matching_columns(const Relation& input,
                                                                   const Relation& first,
                                                                   bool by_name,
                                                                   const Origin& origin) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < first.columns.size(); ++i) {
    if (!by_name) {
      order.push_back(i);
      continue;
    }
    const int found = input.step->schema->find(first.columns[i].name);
    if (found >= 0) order.push_back(std::size_t(found));
  }
  const bool fits =
      order.size() == first.columns.size() && input.columns.size() == first.columns.size();
  if (fits) return order;
  fail(column_count_mismatch(first.columns.size(), input.columns.size()), origin);
  return std::nullopt;
}

// A projection that puts columns in place and casts them; none where nothing changes.
Resolver::Resolved Resolver::aligned(const Relation& input, const Relation& first,
                                     const std::vector<std::size_t>& order,
                                     const std::vector<DataType>& types, const plan::Node& node) {
  resolved::Project project;
  resolved::Step step;
  std::vector<ScopeColumn> columns;
  bool is_identity = true;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const ScopeColumn& from = input.columns[order[i]];
    BoundExpressionPtr column = bound_column(int(order[i]), from.type, from.nullable);
    const bool is_same = from.type == types[i];
    is_identity = is_identity && is_same && order[i] == i;
    if (!is_same) {
      auto cast = bound_cast(column, types[i], CastMode::Plain, expression_settings_);
      if (!cast.ok()) {
        fail(incompatible_column(i, from.type, types[i]), node.origin);
        return std::nullopt;
      }
      column = *cast;
    }
    step.event_time.push_back(is_same ? input.step->event_time[order[i]] : std::nullopt);
    columns.push_back({first.columns[i].name, {}, {}, types[i], from.nullable});
    project.expressions.push_back(std::move(column));
  }
  if (is_identity) return input;
  step.kind = std::move(project);
  step.inputs = {input.step};
  step.detail = "columns of the union";
  return finish(std::move(step), std::move(columns), node);
}

std::optional<std::vector<DataType>> Resolver::union_types(
    const std::vector<Relation>& inputs, const std::vector<std::vector<std::size_t>>& orders,
    const Origin& origin) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < inputs.front().columns.size(); ++i) {
    DataType type = inputs.front().columns[i].type;
    for (std::size_t k = 1; k < inputs.size(); ++k) {
      const DataType& other = inputs[k].columns[orders[k][i]].type;
      const auto wider =
          type == other ? std::optional(type) : common_type(type, other, expression_settings_);
      if (!wider) {
        fail(incompatible_column(i, other, type), origin);
        return std::nullopt;
      }
      type = *wider;
    }
    types.push_back(std::move(type));
  }
  return types;
}

Resolver::Resolved Resolver::resolve_kind(const plan::SetOperation& operation,
                                          const plan::Node& node) {
  auto inputs = inputs_of(node);
  if (operation.kind != plan::SetKind::Union) {
    fail(not_a_union(operation.kind), node.origin);
    return std::nullopt;
  }
  if (!inputs || inputs->empty()) return std::nullopt;
  const Relation& first = inputs->front();
  std::vector<std::vector<std::size_t>> orders;
  for (const auto& input : *inputs) {
    auto order = matching_columns(input, first, operation.by_name, node.origin);
    if (!order) return std::nullopt;
    orders.push_back(std::move(*order));
  }
  const auto types = union_types(*inputs, orders, node.origin);
  if (!types) return std::nullopt;
  resolved::Step step;
  std::vector<ScopeColumn> columns = columns_of(*first.step->schema, "", node.id);
  for (std::size_t k = 0; k < inputs->size(); ++k) {
    auto input = aligned((*inputs)[k], first, orders[k], *types, node);
    if (!input) return std::nullopt;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].name = first.columns[i].name;
      columns[i].type = (*types)[i];
      columns[i].nullable = columns[i].nullable || input->columns[i].nullable;
    }
    step.inputs.push_back(input->step);
  }
  step.kind = resolved::Union{};
  step.event_time = step.inputs.front()->event_time;
  return finish(std::move(step), std::move(columns), node);
}

}  // namespace millrace
