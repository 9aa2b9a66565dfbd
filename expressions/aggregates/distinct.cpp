#include "expressions/aggregates/distinct.hpp"

#include "expressions/aggregates/arguments.hpp"
#include "expressions/aggregates/value_set.hpp"
#include "expressions/keeps_values.hpp"
#include "records/fixed_values.hpp"
#include "records/value_encoding.hpp"

#include <array>
#include <string>
#include <string_view>

namespace millrace {

namespace {

/// Values on their way into sets: the sets of different groups lie far apart, so what several rows need is loaded at
/// once.
class Inserts {
 public:
  /// Room for a value of this size, which the caller fills.
  char* add(StateBytes& set, std::size_t size) {
    if (num_waiting_ == kMost) insert_all();
    waiting_[num_waiting_++] = {&set, bytes_.size(), size, 0};
    bytes_.resize(bytes_.size() + size);
    return bytes_.data() + bytes_.size() - size;
  }
  void insert_all() {
    for_each([](Waiting& each, std::string_view value) {
      ValueSet::fetch_header(*each.set);
      each.hash = ValueSet::hash_of(value);
    });
    for_each([](Waiting& each, std::string_view) { ValueSet::fetch_slot(*each.set, each.hash); });
    for_each([](Waiting& each, std::string_view) { ValueSet::fetch_value(*each.set, each.hash); });
    for_each([](Waiting& each, std::string_view value) {
      ValueSet(*each.set).insert(value, each.hash);
    });
    num_waiting_ = 0;
    bytes_.clear();
  }

 private:
  static constexpr std::size_t kMost = 32;
  struct Waiting {
    StateBytes* set;
    std::size_t offset, size;  // in bytes_
    std::uint64_t hash;
  };
  template <class F>
  void for_each(F&& f) {
    for (std::size_t i = 0; i < num_waiting_; ++i)
      f(waiting_[i], std::string_view(bytes_).substr(waiting_[i].offset, waiting_[i].size));
  }

  std::array<Waiting, kMost> waiting_;
  std::size_t num_waiting_ = 0;
  std::string bytes_;
};

class Distinct : public AggregateFunction, public KeepsValues {
 public:
  Distinct(AggregateFunctionPtr function, std::vector<DataType> types)
      : AggregateFunction(function->result_type(), function->nullable()),
        KeepsValues(Which::Distinct),
        function_(std::move(function)),
        types_(std::move(types)) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    Inserts inserts;
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      if (no_argument_is_null(arguments, rows[k])) add(inserts, *states[k], arguments, rows[k]);
    inserts.insert_all();
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    ValueSet set(into);
    ValueSet::for_each(from, [&](std::string_view values) { set.insert(values); });
  }
  void finish(EvalContext& context, const StateBytes& state, Column& out) const override {
    std::vector<ColumnRef> columns;
    for (const DataType& type : types_) columns.push_back(context.pool.make_column(type));
    ValueSet::for_each(state, [&](std::string_view values) {
      const char* next = values.data();
      for (const ColumnRef& column : columns) next = decode_value(next, *column);
    });
    const Rows rows = Rows::all(ValueSet::size(state));
    if (function_->state_size() == 0) return finish_growing(context, columns, rows, out);
    finish_fixed(context, columns, rows, out);
  }

 private:
  static void add(Inserts& inserts, StateBytes& set, const std::vector<ColumnRef>& arguments,
                  std::uint32_t row) {
    std::size_t size = 0;
    for (const ColumnRef& argument : arguments) size += encoded_size(*argument, row);
    char* next = inserts.add(set, size);
    for (const ColumnRef& argument : arguments)
      next = encode_value(next, *argument, row, ValueForm::Key);
  }

  void finish_growing(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                      Column& out) const {
    StateBytes state{};
    const std::vector<StateBytes*> states(rows.size(), &state);
    function_->update(context, states.data(), columns, rows);
    function_->finish(context, state, out);
  }
  void finish_fixed(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                    Column& out) const {
    struct alignas(16) Piece {
      std::byte bytes[16];
    };
    std::vector<Piece> state(function_->state_size() / sizeof(Piece) + 1);
    const std::vector<std::byte*> states(rows.size(), state.front().bytes);
    function_->update(context, states.data(), columns, rows);
    function_->finish(context, state.front().bytes, out);
  }

  const AggregateFunctionPtr function_;
  const std::vector<DataType> types_;
};

/// The set knows its size: nothing has to be counted again.
class CountDistinct final : public Distinct {
 public:
  using Distinct::Distinct;
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    out.append(static_cast<std::int64_t>(ValueSet::size(state)));
  }
};

}  // namespace

AggregateFunctionPtr make_count_distinct(AggregateFunctionPtr count, std::vector<DataType> types) {
  const bool counts_numbers = types.size() == 1 && is_fixed_width(types[0]) &&
                              types[0].width() <= sizeof(std::uint64_t);
  if (counts_numbers) return make_count_distinct_numbers();
  return std::make_shared<CountDistinct>(std::move(count), std::move(types));
}

AggregateFunctionPtr make_distinct(AggregateFunctionPtr function, std::vector<DataType> types) {
  return std::make_shared<Distinct>(std::move(function), std::move(types));
}

}  // namespace millrace
