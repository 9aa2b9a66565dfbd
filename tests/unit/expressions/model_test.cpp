#include "expressions/functions/tree_ensemble.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <limits>

namespace millrace {

namespace {

/// One tree: feature 0 below 10 (or missing): -1, else feature 1 below 2.5: 0.5, else 2.
std::string small_model(const std::string& changed = {}, const std::string& to = {}) {
  std::string text = R"({"learner":{
    "objective":{"name":"binary:logistic"},
    "learner_model_param":{"base_score":"5E-1","num_feature":"2"},
    "feature_names":["amount","count"],
    "gradient_booster":{"model":{"trees":[{
      "left_children":[1,-1,3,-1,-1],"right_children":[2,-1,4,-1,-1],
      "split_indices":[0,0,1,0,0],"split_conditions":[10.0,-1.0,2.5,0.5,2.0],
      "default_left":[1,0,0,0,0],"sum_hessian":[10.0,6.0,4.0,3.0,1.0]}]}}}})";
  if (!changed.empty()) text.replace(text.find(changed), changed.size(), to);
  return text;
}

double log_odds(const TreeEnsemble& model, std::vector<float> features) {
  const double score = model.score(features);
  return std::log(score / (1 - score));
}

/// A call in which the column `a` as `type` is every feature.
std::string score_of(const std::string& type) {
  std::string call = "xgboost_score('examples/models/fraud.json'";
  for (int i = 0; i < 23; ++i) call += ", cast(a AS " + type + ")";
  return call + ")";
}

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE(
    "a tree ensemble walks its trees, and missing values take the way they were trained for") {
  const auto model = TreeEnsemble::parse(small_model());
  REQUIRE(model.ok());

  CHECK(log_odds(*model, {9, 0}) == Approx(-1));
  CHECK(log_odds(*model, {10, 2}) == Approx(0.5));
  CHECK(log_odds(*model, {10, 2.5}) == Approx(2));
  CHECK(log_odds(*model, {kMissing, 3}) == Approx(-1));
  CHECK(log_odds(*model, {11, kMissing}) == Approx(2));
}

TEST_CASE("the feature that a leaf names is not looked at, however many trees are walked together") {
  nlohmann::json json =
      nlohmann::json::parse(small_model(R"([0,0,1,0,0])", R"([0,60000,1,60000,60000])"));
  auto& trees = json["learner"]["gradient_booster"]["model"]["trees"];
  const nlohmann::json tree = trees[0];
  while (trees.size() < 9) trees.push_back(tree);
  const auto model = TreeEnsemble::parse(json.dump());
  REQUIRE(model.ok());

  CHECK(log_odds(*model, {9, 0}) == Approx(-9));
}

TEST_CASE("contributions say what moved the score, and add up to it") {
  const auto model = TreeEnsemble::parse(small_model());
  REQUIRE(model.ok());
  std::vector<double> contributions(2);
  const std::vector<float> features{10, 3};

  model->add_contributions(features, contributions);

  // Means: (3 * 0.5 + 1 * 2) / 4 = 0.875 on the right, (6 * -1 + 4 * 0.875) / 10 = -0.25 at the
  // root.
  CHECK(contributions[0] == Approx(0.875 + 0.25));
  CHECK(contributions[1] == Approx(2 - 0.875));
}

TEST_CASE("models that are damaged are refused, not followed") {
  CHECK_FALSE(TreeEnsemble::parse("").ok());
  CHECK_FALSE(TreeEnsemble::parse("{}").ok());
  CHECK_FALSE(TreeEnsemble::parse(small_model("binary:logistic", "reg:squarederror")).ok());
  CHECK_FALSE(TreeEnsemble::parse(small_model("[1,-1,3", "[0,-1,3")).ok());
  CHECK_FALSE(TreeEnsemble::parse(small_model("[2,-1,4", "[9,-1,4")).ok());
  CHECK_FALSE(TreeEnsemble::parse(small_model("[0,0,1", "[7,0,1")).ok());
  CHECK_FALSE(TreeEnsemble::parse(small_model("[2,-1,4,-1,-1]", "[2]")).ok());
  CHECK_FALSE(TreeEnsemble::load("no such model").ok());
}

TEST_CASE("the checked-in model gives the scores that XGBoost gives") {
  const auto model = TreeEnsemble::load("examples/models/fraud.json");
  REQUIRE(model.ok());
  std::ifstream file("examples/models/fraud_examples.jsonl");
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const auto example = nlohmann::json::parse(line);
    std::vector<float> features;
    for (const auto& value : example["features"])
      features.push_back(value.is_null() ? kMissing : value.get<float>());
    INFO(line);
    CHECK(model->score(features) == Approx(example["score"].get<double>()).margin(1e-5));
  }
  CHECK(rows > 20);
}

TEST_CASE("a feature may be a whole number, and NULL is missing") {
  const SchemaPtr schema = test::schema_of({{"a", TypeKind::Long, true}});
  const std::vector<std::vector<Value>> rows{
      {test::long_value(0)}, {test::long_value(500)}, {test::missing(TypeKind::Long)}};
  const std::string scores = test::trace(score_of("DOUBLE"), schema, rows);

  CHECK(scores.find_first_not_of("0123456789.E- ") == std::string::npos);
  CHECK(test::trace(score_of("INT"), schema, rows) == scores);
  CHECK(test::trace(score_of("BIGINT"), schema, rows) == scores);
  CHECK(test::trace(score_of("DECIMAL(5, 0)"), schema, rows) == scores);
}

}  // namespace millrace
