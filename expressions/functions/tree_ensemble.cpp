#include "expressions/functions/tree_ensemble.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

namespace millrace {

namespace {

using Json = nlohmann::json;

Error bad_model(const std::string& why) {
  return make_error(ErrorKind::BadData, "model: not an XGBoost model: " + why,
                    "save it with save_model(\"<name>.json\")");
}

/// XGBoost writes numbers of its parameters as text, later versions in brackets.
double parameter(const Json& parameters, const char* name) {
  std::string text = parameters.at(name).get<std::string>();
  std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
  return std::stod(text);
}

}  // namespace

/// Makes the ensemble of its JSON; what is missing or of a wrong type is thrown as Json::exception.
class TreeEnsembleReader {
 public:
  Result<TreeEnsemble> read(const Json& model) {
    const Json& learner = model.at("learner");
    const auto objective = learner.at("objective").at("name").get<std::string>();
    if (objective != "binary:logistic") return bad_model("objective '" + objective + "'");
    const Json& parameters = learner.at("learner_model_param");
    const double base = parameter(parameters, "base_score");
    ensemble_.base_margin_ = std::log(base / (1 - base));
    read_names(learner, static_cast<std::size_t>(parameter(parameters, "num_feature")));
    if (ensemble_.num_features() > TreeEnsemble::kMaxFeatures)
      return bad_model("more than 256 features");
    for (const Json& tree : learner.at("gradient_booster").at("model").at("trees"))
      if (Status status = read_tree(tree); !status.ok()) return status.error();
    return std::move(ensemble_);
  }

 private:
  void read_names(const Json& learner, std::size_t count) {
    if (learner.contains("feature_names"))
      ensemble_.feature_names_ = learner["feature_names"].get<std::vector<std::string>>();
    for (std::size_t i = ensemble_.feature_names_.size(); i < count; ++i)
      ensemble_.feature_names_.push_back("f" + std::to_string(i));
  }

  Status read_tree(const Json& tree) {
    const auto left = tree.at("left_children").get<std::vector<std::int32_t>>();
    const auto right = tree.at("right_children").get<std::vector<std::int32_t>>();
    const auto first = static_cast<std::uint32_t>(ensemble_.nodes_.size());
    for (std::uint32_t i = 0; i < left.size(); ++i) {
      TreeEnsemble::Node node;
      node.left = first + i;
      node.missing_goes_left = tree.at("default_left").at(i).get<int>() != 0;
      node.value = tree.at("split_conditions").at(i).get<float>();
      if (left[i] >= 0 && right.at(i) != left[i] + 1)
        return bad_model("children that are not neighbours");
      // Walks side by side step from a leaf to itself, so a leaf names a feature that there is.
      if (left[i] >= 0) {
        node.feature = tree.at("split_indices").at(i).get<std::uint16_t>();
        node.left = first + static_cast<std::uint32_t>(left[i]);
        node.to_right = 1;
      }
      ensemble_.nodes_.push_back(node);
    }
    if (Status status = check(first); !status.ok()) return status;
    ensemble_.roots_.push_back(first);
    ensemble_.depths_.push_back(depth_of(first));
    set_means(tree, first);
    return {};
  }

  /// Children stand behind their parent: so every walk ends.
  Status check(std::size_t first) const {
    const std::size_t end = ensemble_.nodes_.size();
    if (end == first) return bad_model("a tree without nodes");
    for (std::size_t i = first; i < end; ++i) {
      const TreeEnsemble::Node& node = ensemble_.nodes_[i];
      if (node.is_leaf()) continue;
      if (node.left <= i || node.left + 1 >= end || node.feature >= ensemble_.num_features())
        return bad_model("a node that leads nowhere");
    }
    return {};
  }

  /// Of the tree that begins at `first`, the last one so far.
  std::size_t depth_of(std::size_t first) const {
    std::vector<std::size_t> depths(ensemble_.nodes_.size() - first, 0);
    for (std::size_t i = depths.size(); i-- > 0;) {
      const TreeEnsemble::Node& node = ensemble_.nodes_[first + i];
      if (node.is_leaf()) continue;
      depths[i] = 1 + std::max(depths[node.left - first], depths[node.left + 1 - first]);
    }
    return depths[0];
  }

  void set_means(const Json& tree, std::size_t first) {
    const auto weights = tree.at("sum_hessian").get<std::vector<double>>();
    std::vector<double>& means = ensemble_.means_;
    means.resize(ensemble_.nodes_.size());
    for (std::size_t i = ensemble_.nodes_.size(); i-- > first;) {
      const TreeEnsemble::Node& node = ensemble_.nodes_[i];
      if (node.is_leaf()) {
        means[i] = node.value;
        continue;
      }
      const std::size_t left = node.left;
      const double left_weight = weights.at(left - first);
      const double right_weight = weights.at(left + 1 - first);
      means[i] = (means[left] * left_weight + means[left + 1] * right_weight) /
                 (left_weight + right_weight);
    }
  }

  TreeEnsemble ensemble_;
};

Result<TreeEnsemble> TreeEnsemble::parse(std::string_view json) {
  try {
    return TreeEnsembleReader().read(Json::parse(json));
  } catch (const std::exception& error) {
    return bad_model(error.what());
  }
}

Result<TreeEnsemble> TreeEnsemble::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return make_error(
        ErrorKind::InputMissing, "model: cannot read: '" + path + "'",
        "begin the path with `${TOPOLOGY_DIR}` where it is relative to the topology file");
  return parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::uint32_t TreeEnsemble::next(const Node& node, const float* features) {
  // Arithmetic, for a branch would be guessed wrong every other time.
  const float feature = features[node.feature];
  const unsigned is_below = feature < node.value;
  const unsigned is_missing = std::isnan(feature);
  const unsigned goes_left = is_below | (is_missing & unsigned{node.missing_goes_left});
  return node.left + (node.to_right & ~goes_left);
}

/// Several trees side by side: a step down waits for memory and for the step before it, and those of the
/// other trees fill the time.
double TreeEnsemble::score(std::span<const float> features) const {
  double margin = base_margin_;
  const float* const values = features.data();
  std::size_t tree = 0;
  for (; tree + kSideBySide <= roots_.size(); tree += kSideBySide) {
    std::array<std::uint32_t, kSideBySide> at;
    std::size_t steps = 0;
    for (std::size_t i = 0; i < kSideBySide; ++i) {
      at[i] = roots_[tree + i];
      steps = std::max(steps, depths_[tree + i]);
    }
    for (; steps > 0; --steps)
      for (std::uint32_t& place : at) place = next(nodes_[place], values);
    for (const std::uint32_t leaf : at) margin += nodes_[leaf].value;
  }
  for (; tree < roots_.size(); ++tree) {
    std::uint32_t place = roots_[tree];
    while (!nodes_[place].is_leaf()) place = next(nodes_[place], values);
    margin += nodes_[place].value;
  }
  return 1 / (1 + std::exp(-margin));
}

void TreeEnsemble::add_contributions(std::span<const float> features,
                                     std::span<double> contributions) const {
  for (std::uint32_t at : roots_)
    while (!nodes_[at].is_leaf()) {
      const std::uint32_t below = next(nodes_[at], features.data());
      contributions[nodes_[at].feature] += means_[below] - means_[at];
      at = below;
    }
}

}  // namespace millrace
