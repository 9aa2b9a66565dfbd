#pragma once

#include "checkpoint/state_table.hpp"
#include "checkpoint/timer_index.hpp"
#include "expressions/binder.hpp"
#include "expressions/running_function.hpp"
#include "expressions/shared_function.hpp"
#include "records/key_encoding.hpp"

#include <span>
#include <vector>

namespace millrace {

/// The groups of an aggregation: for each key the states of all aggregates. A group also has an
/// event time when `has_event_time` (the time at which it is final). Not thread-safe.
class GroupTable {
 public:
  GroupTable(std::vector<DataType> key_types, std::vector<BoundAggregate> aggregates,
             bool has_event_time);

  /// What the states of a group take, for who keeps them elsewhere.
  static StateLayout layout_of(const std::vector<BoundAggregate>& aggregates, bool has_event_time) {
    return make_plan(aggregates, has_event_time).layout;
  }

  /// Finds or makes the group of each of `rows`; `groups()[k]` is the one of row `rows[k]`.
  void find(const std::vector<ColumnRef>& keys, Rows rows);
  const std::vector<std::byte*>& groups() const { return groups_; }
  /// The one group of an aggregation without keys.
  std::byte* find_global();

  /// Names the group of each row instead of `find`: states of `layout_of` that lie elsewhere.
  void assign(std::span<std::byte* const> groups) { groups_.assign(groups.begin(), groups.end()); }

  /// Arguments and filters of all aggregates for the rows of `batch`.
  void evaluate(EvalContext& context, const RecordBatch& batch);
  /// Adds the evaluated rows to their groups, which are changed then. `rows` are those of the last
  /// `find`.
  void update(EvalContext& context, Rows rows);
  /// Adds evaluated rows to the groups of the last `assign` and keeps what was evaluated for an `update`.
  void add(EvalContext& context, Rows rows);
  /// Adds the evaluated rows to their groups one after the other and writes what each call gives after
  /// a row to that row of `results[call]`, a fresh column. `rows` are those of the last `find` or `assign`.
  /// Requires: no two calls share a state.
  void run(EvalContext& context, Rows rows, std::span<const ColumnRef> results);
  /// Begins to load what `finish` reads of a group besides its entry.
  void fetch_states(const std::byte* group) const;
  /// Appends keys and results to the columns of an output batch.
  void finish(EvalContext& context, std::span<std::byte* const> groups,
              const std::vector<ColumnRef>& columns);

  /// The results only: `columns` has one for each aggregate.
  void finish_calls(EvalContext& context, std::span<std::byte* const> groups,
                    std::span<const ColumnRef> columns) const;
  /// Adds the states of `from` to those of `into`.
  void merge(std::byte* into, std::byte* from) const;

  /// The timer at the beginning of a group. Requires: has_event_time. A new group has none.
  static StateTimer& event_time(std::byte* group) { return *reinterpret_cast<StateTimer*>(group); }

  StateTable& table() { return table_; }
  const StateTable& table() const { return table_; }
  KeyEncoder& encoder() { return encoder_; }

 private:
  static constexpr std::size_t kNoFilter = SIZE_MAX;
  /// The FILTER of one call or of several, and which of the rows at hand pass it.
  struct Filter {
    BoundExpressionPtr condition;
    ColumnRef column;
    std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t> rows;
  };
  struct Call {
    BoundAggregate bound;
    std::size_t offset = 0;
    bool is_growing = false;
    /// The function, where it has a loop for `run`.
    const RunningFunction* running = nullptr;
    std::size_t filter = kNoFilter;
    /// Calls on one state: the function of all of them, and which of them this is. The call that has the
    /// state names them, itself first.
    const SharedFunction* shared = nullptr;
    std::uint32_t number = 0;
    std::vector<std::size_t> sharers;
    /// For the batch at hand.
    std::vector<ColumnRef> arguments;

    bool has_state() const { return !sharers.empty(); }
  };
  struct Plan {
    std::vector<Call> calls;
    std::vector<Filter> filters;
    StateLayout layout;
  };
  static Plan make_plan(std::vector<BoundAggregate> aggregates, bool has_event_time);
  static std::size_t add_filter(std::vector<Filter>& filters, const BoundExpressionPtr& condition);
  static void share_states(std::vector<Call>& calls);
  GroupTable(std::vector<DataType> key_types, Plan plan);

  void forget_evaluated();
  void pass_filters(Rows rows);
  template <class Passes>
  static void list_passing(Filter& filter, Rows rows, Passes passes);
  void update_call(EvalContext& context, const Call& call, Rows rows);
  void update_sharers(const Call& owner, Rows rows);
  void list_states(const Call& call, Rows rows);
  void run_call(EvalContext& context, const Call& call, Rows rows, Column& result);

  KeyEncoder encoder_;
  std::vector<Call> calls_;
  std::vector<Filter> filters_;
  StateTable table_;

  // Scratch of one batch.
  std::vector<std::byte*> groups_;
  std::vector<std::byte*> states_;
  std::vector<StateBytes*> growing_states_;
  std::vector<std::uint32_t> calls_of_rows_;
  std::vector<ColumnRef> key_columns_;
};

}  // namespace millrace
