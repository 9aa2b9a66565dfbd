#pragma once

#include "topology/analysis/resolver.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// Splits `grouping` and a select list over it into an aggregate and a projection: aggregate calls
/// and grouping expressions, matched by meaning, become columns of the aggregate; what is around
/// them is computed above. Lives for one aggregate.
class AggregateResolver {
 public:
  AggregateResolver(Resolver& resolver, const plan::Aggregate& aggregate, const plan::Node& node,
                    Relation input);

  /// `stages` stand between the aggregate and its select list.
  std::optional<Relation> resolve(const std::vector<AggregateStage>& stages);

 private:
  struct Call {
    ExpressionPtr expression;
    std::string name;
  };

  void collect_grouping();
  ExpressionPtr grouping_target(const ExpressionPtr& written);
  void collect_select_list();
  void take_stages(const std::vector<AggregateStage>& stages);
  bool take_window();
  bool expand_grouping_sets();
  std::vector<BoundExpressionPtr> projection(const std::vector<BoundExpressionPtr>& keys,
                                             const std::vector<std::size_t>& set) const;
  std::vector<std::vector<std::size_t>> grouping_sets() const;

  /// The expression over the aggregate's output; adds the calls it needs.
  ExpressionPtr lifted(const ExpressionPtr& expression);
  ExpressionPtr lift_part(const ExpressionPtr& part);
  ExpressionPtr lift_attribute(const Attribute& attribute, const ExpressionPtr& part);
  ExpressionPtr lift_special(const Function& call, const ExpressionPtr& part);
  ExpressionPtr lift_call(const ExpressionPtr& written);
  ExpressionPtr lift_grouping_id(const ExpressionPtr& part);
  ExpressionPtr lift_grouping(const Function& call, const ExpressionPtr& part);
  void refuse_ungrouped(const ExpressionPtr& attribute, bool exists);
  ExpressionPtr with_select_names(const ExpressionPtr& expression) const;

  std::optional<Relation> aggregate_step();
  bool bind_keys(resolved::Aggregate& aggregate, resolved::Step& step,
                 std::vector<ScopeColumn>& columns);
  BoundExpressionPtr bound_key(std::size_t i);
  bool may_slice(const resolved::Aggregate& aggregate) const;
  bool bind_calls(resolved::Aggregate& aggregate, std::vector<ScopeColumn>& columns);
  std::optional<Relation> apply(const AggregateStage& stage, const Relation& input);
  std::optional<Relation> select_step(const Relation& input);
  const plan::Node& top() const;

  // Names of the aggregate's columns while its select list is bound; no user can write them.
  static std::string key_column(std::size_t i);
  static std::string call_column(std::size_t i);
  std::string internal_name(std::size_t i) const;

  Resolver& resolver_;
  const plan::Aggregate& aggregate_;
  const plan::Node& node_;
  // What the user's names mean.
  const Relation child_;
  // The same, with the window's column and the columns of grouping sets behind.
  Relation input_;
  std::vector<SelectItem> select_;
  // The same over the aggregate's columns.
  std::vector<ExpressionPtr> lifted_;
  // Grouping expressions in the order of the keys.
  std::vector<ExpressionPtr> keys_;
  std::vector<std::string> key_texts_;
  std::vector<std::string> key_names_;
  std::optional<std::size_t> window_key_;
  std::string window_name_;
  std::vector<Call> calls_;
  std::map<std::string, std::size_t> call_of_text_;
  std::vector<AggregateStage> stages_;
  // Parameters of the lambdas around the expression at hand.
  std::vector<std::string> lambda_names_;
  // Index of the first key among the columns when rows were expanded for grouping sets.
  std::optional<std::size_t> first_expanded_;
};

}  // namespace millrace
