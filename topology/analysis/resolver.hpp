#pragma once

#include "records/time_zone.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/analysis/over_call.hpp"
#include "topology/analysis/relation.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace {

/// The last time that belongs to a window: its end less a microsecond.
ExpressionPtr end_of_window(const ExpressionPtr& window);
/// What `window_time(...)` is called with; null for any other expression.
ExpressionPtr window_time_argument(const Expression& expression);

/// One expression of a select list with the name its column gets.
struct SelectItem {
  ExpressionPtr expression;  // without alias
  std::string name;
  /// Several names: of a generator's columns.
  std::vector<std::string> generator_names;
  /// The input column that it is, for what a star stands for: names may be equal. Else -1.
  int column = -1;
  /// What the user wrote, when `expression` was rewritten; for explain.
  ExpressionPtr shown = nullptr;
};

/// A step that stands between an aggregate and its select list: HAVING or ORDER BY with aggregates.
struct AggregateStage {
  const plan::Node* node = nullptr;  // a Filter or a Sort
  std::vector<ExpressionPtr> written;
  /// The same over the aggregate's columns.
  std::vector<ExpressionPtr> lifted;
};

/// Turns unresolved nodes into resolved steps. Each node is resolved once; a node that cannot be
/// resolved adds its errors once and counts as nothing for those above it. Lives for one analysis.
class Resolver {
 public:
  Resolver(const Catalog& catalog, const Settings& settings, std::vector<Error>& errors);

  /// Empty when the node, or one below it, has errors. A null node has had its errors reported.
  std::optional<Relation> resolve(const plan::NodePtr& node);

  /// Rows that come too late for this step go to a sink, with their window: it takes no slices.
  void give_late_rows(const resolved::StepPtr& step);

 private:
  using Resolved = std::optional<Relation>;
  struct UnboundCheck;

  // resolver.cpp
  Resolved resolve_new(const plan::NodePtr& node);
  Resolved input_of(const plan::Node& node);
  Relation finish(resolved::Step step, std::vector<ScopeColumn> columns, const plan::Node& node);
  void name_steps(std::int64_t node_id, const std::string& name);
  void fail(Error error, const Origin& origin);
  /// Parses SQL text; null after an error.
  ExpressionPtr parsed(const ExpressionPtr& expression);
  ExpressionPtr parsed_order(const ExpressionPtr& order);
  std::vector<ExpressionPtr> parsed_orders(const std::vector<ExpressionPtr>& orders);
  std::vector<ExpressionPtr> parsed_list(const std::vector<ExpressionPtr>& list);
  BoundExpressionPtr bind_in(const ExpressionPtr& expression, const Relation& relation);
  BoundExpressionPtr bind_condition(const ExpressionPtr& condition, const Relation& relation);
  FunctionKind kind_of(const Expression& expression) const;
  bool has_call(const Expression& expression, FunctionKind kind) const;

  // check_unbound.cpp
  /// Reports what is wrong with the node's expressions whatever its input may be. For a node whose
  /// input has errors.
  void check_unbound(const plan::Node& node);

  // resolve_source.cpp
  Resolved resolve_kind(const plan::Read& read, const plan::Node& node);
  Resolved resolve_kind(const plan::LocalRelation& local, const plan::Node& node);
  Resolved resolve_kind(const plan::SqlQuery& query, const plan::Node& node);
  Resolved resolve_kind(const plan::SubqueryAlias& alias, const plan::Node& node);
  Resolved resolve_dead_letters(const plan::Node& node);
  Resolved resolve_table(const plan::Read& read, const plan::Node& node);
  Relation aliased(Relation relation, const std::string& name, const plan::Node& node);

  // resolve_project.cpp
  Resolved resolve_kind(const plan::Project& project, const plan::Node& node);
  Resolved resolve_kind(const plan::Filter& filter, const plan::Node& node);
  std::vector<SelectItem> select_items(const std::vector<ExpressionPtr>& list,
                                       const Relation& input);
  void expand_star(const Star& star, const Origin& origin, const Relation& input,
                   std::vector<SelectItem>& items);
  Resolved project(Relation input, std::vector<SelectItem> items, const plan::Node& node);
  Resolved bind_project(const Relation& input, const std::vector<SelectItem>& items,
                        const plan::Node& node);
  BoundExpressionPtr bind_item(const SelectItem& item, const Relation& input);
  void bind_rest(const std::vector<SelectItem>& items, const Relation& input);
  bool is_aggregate_text(const ExpressionPtr& expression);
  Resolved filtered(const Relation& input, const ExpressionPtr& condition, const plan::Node& node,
                    const ExpressionPtr& written);
  /// Keeps the given columns of the input, in this order.
  Relation keep(const Relation& input, const std::vector<std::size_t>& columns,
                const plan::Node& node);

  // resolve_columns.cpp
  Resolved resolve_kind(const plan::WithColumns& columns, const plan::Node& node);
  Resolved resolve_kind(const plan::WithColumnsRenamed& renamed, const plan::Node& node);
  Resolved resolve_kind(const plan::Drop& drop, const plan::Node& node);
  Resolved resolve_kind(const plan::ToDF& to_df, const plan::Node& node);

  // resolve_generator.cpp
  Resolved explode(Relation input, std::vector<SelectItem>& items, const plan::Node& node);
  bool check_generators(const std::vector<SelectItem>& items, std::optional<std::size_t>& place);
  bool name_generated(const SelectItem& item, std::vector<Field>& fields);
  Relation explode_step(Relation input, std::vector<SelectItem>& items, std::size_t place,
                        resolved::Explode kind, const std::vector<Field>& fields,
                        const plan::Node& node);

  // resolve_window.cpp
  Resolved assign_window(Relation input, std::vector<SelectItem>& items, const plan::Node& node);
  /// The distinct time window call in `expressions`; more than one is an error and gives none.
  ExpressionPtr window_call(const std::vector<ExpressionPtr>& expressions, const Relation& input);
  /// The delay of the watermark that the expression's value carries: of a column, or of the window
  /// that `window_time` is taken of.
  std::optional<std::int64_t> event_time_of(const ExpressionPtr& expression,
                                            const BoundExpressionPtr& bound,
                                            const Relation& input);
  BoundExpressionPtr bind_window_time(const ExpressionPtr& time, const Relation& input,
                                      const resolved::TimeWindow& window,
                                      std::optional<std::int64_t>& delay);
  BoundExpressionPtr bind_session_end(const Function& call, const Relation& input);
  /// The input with the window's column behind the others.
  Resolved add_window(const Relation& input, const ExpressionPtr& call, const plan::Node& node);

  // resolve_over.cpp
  /// Takes OVER out of the items: one step for each PARTITION BY, ORDER BY and kind of frame, whose
  /// columns stand behind the input's.
  Resolved over(Relation input, std::vector<SelectItem>& items, const plan::Node& node);
  Resolved over_steps(Relation input, const std::vector<std::vector<OverCall>>& steps,
                      std::vector<SelectItem>& items, const plan::Node& node);
  Resolved over_step(const Relation& input, const std::vector<OverCall>& calls,
                     const plan::Node& node);
  /// `sparkStrict`: Spark has no OVER on streams.
  bool check_strict_over(const std::vector<SelectItem>& items, const Relation& input);
  std::optional<OverCall> over_call(const ExpressionPtr& expression);
  /// The input column that ORDER BY names; an error when rows do not arrive in its order.
  std::optional<std::size_t> over_order(const OverCall& call, const Relation& input);
  std::vector<BoundExpressionPtr> bind_partition(const OverCall& call, const Relation& input);
  int late_column(const OverCall& call, const Relation& input);
  Resolved running_step(const Relation& input, const std::vector<OverCall>& calls,
                        const plan::Node& node);
  Relation finish_over(resolved::Step::Kind kind, const Relation& input,
                       std::vector<ScopeColumn> columns, const std::vector<OverCall>& calls,
                       const plan::Node& node);

  // resolve_over_frames.cpp
  Resolved frame_step(const Relation& input, const std::vector<OverCall>& calls,
                      const plan::Node& node);
  std::optional<std::int64_t> frame_distance(const OverCall& call, const DataType& order);
  std::optional<FrameCall> bind_frame_call(const OverCall& call, const Relation& input,
                                           FrameArguments& arguments);

  // resolve_lag.cpp
  Resolved lag_step(const Relation& input, const std::vector<OverCall>& calls,
                    const plan::Node& node);
  Resolved lead_step(const Relation& input, const std::vector<OverCall>& calls,
                     const plan::Node& node);
  std::vector<LagCall> bind_lags(const std::vector<OverCall>& calls, const Relation& input,
                                 std::vector<ScopeColumn>& columns);
  std::optional<LagCall> bind_lag(const OverCall& call, const Relation& input);

  // resolve_top_rows.cpp
  std::optional<Resolved> top_rows(const plan::Filter& filter, const plan::Node& node);
  Resolved top_rows_step(const Relation& input, const WindowOver& over, std::int64_t count,
                         const plan::Node& node);
  bool is_in_order_of_time(const WindowOver& over, const Relation& input);

  // resolve_aggregate.cpp
  Resolved resolve_kind(const plan::Aggregate& aggregate, const plan::Node& node);
  Resolved aggregate(const plan::Aggregate& aggregate, const plan::Node& node,
                     const std::vector<AggregateStage>& stages);
  /// Filter and Sort directly over an aggregate whose expressions need the aggregate's input; empty
  /// for all others.
  std::optional<Resolved> over_aggregate(const plan::Node& node);
  std::vector<ExpressionPtr> stage_expressions(const plan::Node& stage);
  bool needs_aggregate_input(const std::vector<ExpressionPtr>& expressions, const Relation& output);
  friend class AggregateResolver;

  // resolve_rows.cpp
  Resolved resolve_kind(const plan::WithWatermark& watermark, const plan::Node& node);
  Resolved resolve_kind(const plan::Deduplicate& deduplicate, const plan::Node& node);

  // resolve_transform.cpp
  Resolved resolve_kind(const plan::TransformWithState& transform, const plan::Node& node);
  /// False after an error.
  bool bind_groups(const std::vector<ExpressionPtr>& grouping, const Relation& input,
                   resolved::TransformWithState& kind);

  Resolved resolve_kind(const plan::Sort& sort, const plan::Node& node);
  Resolved sorted(const Relation& input, const std::vector<ExpressionPtr>& orders,
                  const plan::Node& node, const std::vector<ExpressionPtr>& written);
  Resolved resolve_kind(const plan::Limit& limit, const plan::Node& node);
  Resolved resolve_kind(const plan::Offset& offset, const plan::Node& node);
  std::optional<std::int64_t> delay_of(const std::string& text, const Origin& origin);
  BoundExpressionPtr bind_order(const ExpressionPtr& child, const Relation& input);
  std::optional<std::int64_t> row_count(const ExpressionPtr& count);

  // resolve_set_operation.cpp
  Resolved resolve_kind(const plan::SetOperation& operation, const plan::Node& node);
  std::optional<std::vector<Relation>> inputs_of(const plan::Node& node);
  std::optional<std::vector<std::size_t>> matching_columns(const Relation& input,
                                                           const Relation& first, bool by_name,
                                                           const Origin& origin);
  std::optional<std::vector<DataType>> union_types(
      const std::vector<Relation>& inputs, const std::vector<std::vector<std::size_t>>& orders,
      const Origin& origin);
  Resolved aligned(const Relation& input, const Relation& first,
                   const std::vector<std::size_t>& order, const std::vector<DataType>& types,
                   const plan::Node& node);

  // resolve_join.cpp
  Resolved resolve_kind(const plan::Join& join, const plan::Node& node);
  bool take_condition(const ExpressionPtr& written, const Relation& left, const Relation& right,
                      resolved::Join& join);
  bool take_key(const Expression& conjunct, const Relation& left, const Relation& right,
                resolved::Join& join);
  bool add_key(BoundExpressionPtr left, BoundExpressionPtr right, bool null_safe,
               resolved::Join& join);
  bool take_using(const std::vector<std::string>& names, const Relation& left,
                  const Relation& right, resolved::Join& join, const Origin& origin);
  /// The columns of USING once, in front.
  Resolved merge_using(const Relation& joined, const std::vector<std::string>& names,
                       const Relation& left, JoinType type, const plan::Node& node);

  const Catalog& catalog_;
  const Settings& settings_;
  ExpressionSettings expression_settings_;
  std::vector<Error>& errors_;
  TimeZone zone_;
  std::map<const plan::Node*, Resolved> resolved_;
  // Nodes being resolved, to notice a cycle of names.
  std::set<const plan::Node*> open_;
  // Keeps nodes made from SQL text alive: their addresses are keys above.
  std::vector<plan::NodePtr> parsed_nodes_;
  std::map<std::int64_t, std::vector<std::shared_ptr<resolved::Step>>> steps_;
  // All steps in the order of their making.
  std::vector<std::shared_ptr<resolved::Step>> created_;
};

}  // namespace millrace
