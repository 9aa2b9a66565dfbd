#include "expressions/aggregates/arguments.hpp"
#include "expressions/aggregates/distinct.hpp"
#include "expressions/aggregates/number_set.hpp"
#include "expressions/keeps_values.hpp"
#include "expressions/shared_function.hpp"
#include "records/fixed_values.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace millrace {

namespace {

/// Equal for values that group as equal. Requires: at most eight bytes.
template <class T>
std::uint64_t number_of(T value) {
  const T one = canonical(value);
  std::uint64_t number = 0;
  std::memcpy(&number, &one, std::min(sizeof one, sizeof number));
  return number;
}

/// Numbers on their way into sets: the sets of different groups lie far apart, so what several rows need is
/// loaded at once.
class Additions {
 public:
  explicit Additions(std::uint32_t num_flags) : num_flags_(num_flags) {}

  void add(StateBytes& set, std::uint64_t number, std::uint32_t flags) {
    if (num_waiting_ == kMost) add_all();
    NumberSet::fetch(set, num_flags_, number);
    waiting_[num_waiting_++] = {&set, number, flags};
  }
  void add_all() {
    for (std::size_t i = 0; i < num_waiting_; ++i)
      NumberSet(*waiting_[i].set, num_flags_).add(waiting_[i].number, waiting_[i].flags);
    num_waiting_ = 0;
  }

 private:
  static constexpr std::size_t kMost = 32;
  struct Waiting {
    StateBytes* set;
    std::uint64_t number;
    std::uint32_t flags;
  };

  const std::uint32_t num_flags_;
  std::array<Waiting, kMost> waiting_;
  std::size_t num_waiting_ = 0;
};

/// The numbers themselves are the state, with the calls that have counted them.
class CountDistinctNumbers final : public AggregateFunction,
                                   public KeepsValues,
                                   public SharedFunction {
 public:
  explicit CountDistinctNumbers(std::uint32_t num_calls)
      : AggregateFunction(TypeKind::Long, false),
        KeepsValues(Which::Distinct),
        num_calls_(num_calls) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    add(states, *arguments[0], rows, [](std::uint32_t) { return 1u; });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    NumberSet set(into, num_calls_);
    NumberSet::for_each(from, num_calls_, [&](std::uint64_t number, std::uint32_t calls) {
      set.add(number, calls);
    });
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    finish_call(state, 0, out);
  }

  AggregateFunctionPtr for_calls(std::uint32_t num_calls) const override {
    return std::make_shared<CountDistinctNumbers>(num_calls);
  }
  void update_calls(StateBytes* const* states, const std::uint32_t* calls,
                    const std::vector<ColumnRef>& arguments, Rows rows) const override {
    add(states, *arguments[0], rows, [&](std::uint32_t k) { return calls[k]; });
  }
  void finish_call(const StateBytes& state, std::uint32_t call, Column& out) const override {
    out.append(std::int64_t{NumberSet::count(state, call)});
  }

 private:
  template <class CallsOf>
  void add(StateBytes* const* states, const Column& values, Rows rows, CallsOf calls_of) const {
    Additions additions(num_calls_);
    const bool may_be_null = values.has_nulls();
    with_fixed_type(values.type(), [&]<class T>(T*) {
      for (std::uint32_t k = 0; k < rows.size(); ++k) {
        const std::uint32_t calls = calls_of(k);
        if (calls == 0 || (may_be_null && values.is_null(rows[k]))) continue;
        additions.add(*states[k], number_of(values.at<T>(rows[k])), calls);
      }
    });
    additions.add_all();
  }

  const std::uint32_t num_calls_;
};

}  // namespace

AggregateFunctionPtr make_count_distinct_numbers() {
  return std::make_shared<CountDistinctNumbers>(1);
}

}  // namespace millrace
