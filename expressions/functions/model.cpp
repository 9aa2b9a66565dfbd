#include "expressions/functions/model.hpp"

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/tree_ensemble.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <memory>

namespace millrace {

namespace {

using ModelPtr = std::shared_ptr<const TreeEnsemble>;

struct BoundModel {
  ModelPtr model;
  Arguments features;  // INT, BIGINT or DOUBLE
};

Status check_num_features(const FunctionCall& call, const TreeEnsemble& model) {
  const std::size_t given = call.arguments.size() - 1;
  if (given == model.num_features()) return {};
  std::string names;
  for (const std::string& name : model.feature_names()) names += (names.empty() ? "" : ", ") + name;
  Error error = make_error(ErrorKind::Config,
                           call.name + ": the model has " + std::to_string(model.num_features()) +
                               " features, and " + std::to_string(given) + " are given",
                           "give these, in this order: " + names);
  error.origin = call.origin;
  return error;
}

/// As `feature_of` reads it: whole numbers as they are, everything else as DOUBLE.
Result<BoundExpressionPtr> bind_feature(const FunctionCall& call, std::size_t argument) {
  const BoundExpressionPtr& given = call.arguments[argument];
  if (given && (given->type().kind() == TypeKind::Int || given->type().kind() == TypeKind::Long))
    return given;
  return coerce_argument(call, argument, DataType(TypeKind::Double));
}

/// `name('model.json', feature, ...)`: reads the model when the call is bound.
Result<BoundModel> bind_model(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, TreeEnsemble::kMaxFeatures + 1); !status.ok())
    return status.error();
  const auto path = constant_text(*call.arguments[0]);
  if (!path) {
    Error error = make_error(ErrorKind::Config, call.name + ": the model's path is not a constant",
                             "write the path between quotes");
    error.origin = call.origin;
    return error;
  }
  auto model = TreeEnsemble::load(*path);
  if (!model.ok()) {
    model.error().origin = call.origin;
    return model.error();
  }
  if (Status status = check_num_features(call, *model); !status.ok()) return status.error();
  BoundModel bound;
  bound.model = std::make_shared<const TreeEnsemble>(std::move(*model));
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    auto feature = bind_feature(call, i);
    if (!feature.ok()) return feature.error();
    bound.features.push_back(std::move(*feature));
  }
  return bound;
}

using Features = std::array<float, TreeEnsemble::kMaxFeatures>;

/// NULL is missing.
float feature_of(const Column& column, std::uint32_t row) {
  if (column.is_null(row)) return std::numeric_limits<float>::quiet_NaN();
  switch (column.type().kind()) {
    case TypeKind::Int: return static_cast<float>(column.at<std::int32_t>(row));
    case TypeKind::Long: return static_cast<float>(column.at<std::int64_t>(row));
    default: return static_cast<float>(column.at<double>(row));
  }
}

/// The features of one row.
std::span<const float> gather(const std::vector<ColumnRef>& columns, std::uint32_t row,
                              Features& features) {
  for (std::size_t i = 0; i < columns.size(); ++i) features[i] = feature_of(*columns[i], row);
  return {features.data(), columns.size()};
}

Result<BoundExpressionPtr> bind_score(const FunctionCall& call) {
  auto bound = bind_model(call);
  if (!bound.ok()) return bound.error();
  const auto run = [model = bound->model](EvalContext&, const std::vector<ColumnRef>& columns,
                                          Rows rows, Column& out) {
    Features features;
    auto* const scores = out.mutable_values<double>();
    rows.for_each(
        [&](std::uint32_t row) { scores[row] = model->score(gather(columns, row, features)); });
  };
  return make_call(DataType(TypeKind::Double), false, std::move(bound->features), run,
                   NullRule::Own);
}

/// One map: feature name to contribution, for features that moved the score.
void append_contributions(const TreeEnsemble& model, std::span<const float> features,
                          std::uint32_t row, Column& out) {
  std::array<double, TreeEnsemble::kMaxFeatures> contributions{};
  model.add_contributions(features, contributions);
  Column& names = *out.child(0);
  Column& values = *out.child(1);
  const auto first = static_cast<std::uint32_t>(names.size());
  for (std::size_t i = 0; i < model.num_features(); ++i) {
    if (contributions[i] == 0) continue;
    names.append_bytes(model.feature_names()[i]);
    values.append(contributions[i]);
  }
  out.mutable_values<ListSlot>()[row] = {first, static_cast<std::uint32_t>(names.size()) - first};
}

Result<BoundExpressionPtr> bind_contributions(const FunctionCall& call) {
  auto bound = bind_model(call);
  if (!bound.ok()) return bound.error();
  const auto run = [model = bound->model](EvalContext&, const std::vector<ColumnRef>& columns,
                                          Rows rows, Column& out) {
    Features features;
    rows.for_each([&](std::uint32_t row) {
      append_contributions(*model, gather(columns, row, features), row, out);
    });
  };
  return make_call(DataType::map(DataType(TypeKind::String), DataType(TypeKind::Double), false),
                   false, std::move(bound->features), run, NullRule::Own);
}

}  // namespace

void register_model_functions(FunctionRegistry& registry) {
  FunctionGroup models(registry, "model");
  models.add_custom("xgboost_score(model, features...)",
                    "Probability that a gradient-boosted model gives; the model is a file.",
                    bind_score);
  models.add_custom("xgboost_contributions(model, features...)",
                    "How much each feature moved the model's log-odds, by its name.",
                    bind_contributions);
}

}  // namespace millrace
