#include "expressions/functions/tree_ensemble.hpp"

#include <nlohmann/json.hpp>

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
    const Json& left = tree.at("left_children");
    const std::size_t first = ensemble_.nodes_.size();
    for (std::size_t i = 0; i < left.size(); ++i) {
      TreeEnsemble::Node node;
      node.feature = tree.at("split_indices").at(i).get<std::uint16_t>();
      node.missing_goes_left = tree.at("default_left").at(i).get<int>() != 0;
      node.value = tree.at("split_conditions").at(i).get<float>();
      if (left[i].get<int>() >= 0) {
        node.left = static_cast<std::int32_t>(first) + left[i].get<std::int32_t>();
        node.right =
            static_cast<std::int32_t>(first) + tree.at("right_children").at(i).get<std::int32_t>();
      }
      ensemble_.nodes_.push_back(node);
    }
    if (Status status = check(first); !status.ok()) return status;
    ensemble_.roots_.push_back(first);
    set_means(tree, first);
    return {};
  }

  /// Children stand behind their parent: so every walk ends.
  Status check(std::size_t first) const {
    const auto end = static_cast<std::int32_t>(ensemble_.nodes_.size());
    if (ensemble_.nodes_.size() == first) return bad_model("a tree without nodes");
    for (std::size_t i = first; i < ensemble_.nodes_.size(); ++i) {
      const TreeEnsemble::Node& node = ensemble_.nodes_[i];
      if (node.left < 0) continue;
      const auto self = static_cast<std::int32_t>(i);
      if (node.left <= self || node.right <= self || node.left >= end || node.right >= end ||
          node.feature >= ensemble_.num_features())
        return bad_model("a node that leads nowhere");
    }
    return {};
  }

  void set_means(const Json& tree, std::size_t first) {
    const auto weights = tree.at("sum_hessian").get<std::vector<double>>();
    for (std::size_t i = ensemble_.nodes_.size(); i-- > first;) {
      TreeEnsemble::Node& node = ensemble_.nodes_[i];
      if (node.left < 0) {
        node.mean = node.value;
        continue;
      }
      const auto left = static_cast<std::size_t>(node.left);
      const auto right = static_cast<std::size_t>(node.right);
      const double left_weight = weights.at(left - first), right_weight = weights.at(right - first);
      node.mean = (ensemble_.nodes_[left].mean * left_weight +
                   ensemble_.nodes_[right].mean * right_weight) /
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

std::size_t TreeEnsemble::next(const Node& node, std::span<const float> features) const {
  const float feature = features[node.feature];
  const bool goes_left = std::isnan(feature) ? node.missing_goes_left : feature < node.value;
  return static_cast<std::size_t>(goes_left ? node.left : node.right);
}

double TreeEnsemble::score(std::span<const float> features) const {
  double margin = base_margin_;
  for (std::size_t at : roots_) {
    while (nodes_[at].left >= 0) at = next(nodes_[at], features);
    margin += nodes_[at].value;
  }
  return 1 / (1 + std::exp(-margin));
}

void TreeEnsemble::add_contributions(std::span<const float> features,
                                     std::span<double> contributions) const {
  for (std::size_t at : roots_)
    while (nodes_[at].left >= 0) {
      const Node& node = nodes_[at];
      at = next(node, features);
      contributions[node.feature] += nodes_[at].mean - node.mean;
    }
}

}  // namespace millrace
