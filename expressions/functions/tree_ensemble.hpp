#pragma once

#include "records/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Gradient-boosted trees for a yes-or-no question, as XGBoost saves them (`save_model("x.json")`,
/// booster gbtree, objective binary:logistic). Gives what XGBoost's own predictor gives, up to
/// rounding. Immutable and safe to share.
class TreeEnsemble {
 public:
  static constexpr std::size_t kMaxFeatures = 256;

  /// Errors: text that is no such model; a tree that is damaged.
  static Result<TreeEnsemble> parse(std::string_view json);
  /// Reads and parses a file.
  static Result<TreeEnsemble> load(const std::string& path);

  const std::vector<std::string>& feature_names() const { return feature_names_; }
  std::size_t num_features() const { return feature_names_.size(); }

  /// Probability of yes. `features` has num_features() values; NaN is a missing one.
  double score(std::span<const float> features) const;
  /// How much each feature moved the log-odds on the way through the trees, added to
  /// `contributions` (Saabas' method: XGBoost's approx_contribs).
  void add_contributions(std::span<const float> features, std::span<double> contributions) const;

 private:
  /// Small, so that a whole model stays in the cache. The right child stands behind the left one; a leaf is
  /// its own only child, so that a walk may go on there.
  struct Node {
    float value = 0;  // a leaf's value, else: less than this goes left
    std::uint32_t left = 0;
    std::uint16_t feature = 0;
    bool missing_goes_left = false;
    std::uint8_t to_right = 0;  // from the left child to the right one: 1, or 0 at a leaf
    bool is_leaf() const { return to_right == 0; }
  };

  static constexpr std::size_t kSideBySide = 8;

  static std::uint32_t next(const Node& node, const float* features);

  std::vector<Node> nodes_;    // of all trees; children by index
  std::vector<double> means_;  // by node: of the leaves below, weighted by the training data
  std::vector<std::uint32_t> roots_;
  std::vector<std::size_t> depths_;  // of the trees: steps to the furthest leaf
  double base_margin_ = 0;  // log-odds before the first tree
  std::vector<std::string> feature_names_;

  friend class TreeEnsembleReader;
};

}  // namespace millrace
