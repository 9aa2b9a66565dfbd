#pragma once

#include "operators/frame_rows.hpp"
#include "operators/last_seen.hpp"

#include <cstdint>
#include <vector>

namespace millrace {

/// A sum of doubles from which values can be taken out again: what rounding lost is kept beside it,
/// and what is no finite number is counted.
class RealSum {
 public:
  void add(double value) { change(value, 1); }
  void remove(double value) { change(value, -1); }
  double value() const;

 private:
  void change(double value, int by);

  double sum_ = 0;
  double lost_ = 0;
  std::int32_t not_numbers_ = 0;
  std::int32_t above_ = 0;
  std::int32_t below_ = 0;
};

/// The rows of a frame that may still become its least or greatest: numbers of rows, each better
/// than those behind it.
class Candidates {
 public:
  bool empty() const { return first_ == numbers_.size(); }
  std::uint64_t front() const { return numbers_[first_]; }
  std::uint64_t back() const { return numbers_.back(); }
  void push_back(std::uint64_t number) { numbers_.push_back(number); }
  void pop_back() { numbers_.pop_back(); }
  void pop_front();
  void clear() {
    numbers_.clear();
    first_ = 0;
  }

 private:
  std::vector<std::uint64_t> numbers_;
  std::size_t first_ = 0;
};

/// What is the same for all keys: frames, calls and where values lie. Fixed after construction.
struct FramePlan {
  explicit FramePlan(const FrameAggregateOptions& options);

  std::int64_t longest() const { return frames.back(); }
  /// Where the frame of a row at `time` begins.
  static std::int64_t begin_of(std::int64_t time, std::int64_t preceding);

  FrameLayout layout;
  std::vector<std::int64_t> frames;
  std::vector<FrameCall> calls;
  std::vector<std::vector<std::size_t>> calls_of_frame;
  /// Arguments of distinct counts, and the calls of each.
  struct Distinct {
    std::size_t argument = 0;
    std::vector<std::size_t> calls;
  };
  std::vector<Distinct> distinct;
};

/// Results of all calls of one key for its newest row. Follows the buffered rows and can be made
/// anew from them. Rows have numbers that stay when rows in front are dropped. Not thread-safe.
class FrameTotals {
 public:
  /// Forgets everything; row `first` is the next to be added.
  void reset(const FramePlan& plan, std::uint32_t first);
  /// Row i follows those added before: rows that its frames no longer hold leave.
  void add(const FramePlan& plan, const FrameRows& rows, std::uint32_t i);
  /// Before the first `count` rows are dropped.
  void drop_front(const FramePlan& plan, const FrameRows& rows, std::uint32_t count);
  /// Writes the results to row `row` of one column for each call.
  void put(const FramePlan& plan, const FrameRows& rows, EvalContext& context,
           const ColumnRef* columns, std::uint32_t row) const;

  /// Memory behind one of them, whatever its rows are.
  static std::size_t bytes_of(const FramePlan& plan);

 private:
  struct Total {
    std::int64_t count = 0;
    Int128 sum = 0;
    RealSum real;
    Candidates best;
  };

  std::uint32_t index_of(std::uint64_t number) const {
    return static_cast<std::uint32_t>(number - dropped_);
  }
  void leave(const FramePlan& plan, const FrameRows& rows, std::size_t frame);
  void forget_values(const FramePlan& plan, const FrameRows& rows, std::uint64_t number);
  void add_to(Total& total, const FrameCall& call, const FramePlan& plan, const FrameRows& rows,
              std::uint32_t i);
  void remove_from(Total& total, const FrameCall& call, const FramePlan& plan,
                   const FrameRows& rows, std::uint32_t i);
  void add_candidate(Total& total, const FrameCall& call, const FramePlan& plan,
                     const FrameRows& rows, std::uint32_t i);
  void add_distinct(const FramePlan& plan, const FrameRows& rows, std::uint32_t i);
  void put_sum(const FrameCall& call, const Total& total, FrameLayout::Kind kind,
               EvalContext& context, Column& out, std::uint32_t row) const;

  // How many rows were dropped before the first that is buffered.
  std::uint64_t dropped_ = 0;
  // For each frame the number of its first row.
  std::vector<std::uint64_t> begins_;
  std::vector<Total> totals_;
  // For each argument of a distinct count.
  std::vector<LastSeen> seen_;
};

}  // namespace millrace
