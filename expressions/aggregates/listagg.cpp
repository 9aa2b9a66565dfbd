#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/keeps_values.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace {

namespace {

/// A text and what it is sorted by, both in a state.
struct Piece {
  std::string_view key;
  std::string_view text;
};

const char* read_text(const char* from, std::string_view& text) {
  std::uint32_t size = 0;
  std::memcpy(&size, from, sizeof size);
  text = {from + sizeof size, size};
  return from + sizeof size + size;
}

void append_text(StateBytes& state, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  state.append(&size, sizeof size);
  state.append(text.data(), size);
}

/// listagg: the texts that are not NULL, one behind the other. The state keeps them all.
class ListAgg final : public AggregateFunction, public KeepsValues {
 public:
  struct Options {
    std::string delimiter;
    /// Of the arguments from `first_key` on; none: the order of the rows.
    std::vector<SortDirection> order;
    std::size_t first_key = 0;
  };
  ListAgg(DataType type, Options options)
      : AggregateFunction(std::move(type), true),
        KeepsValues(Which::All),
        options_(std::move(options)) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& texts = *arguments[0];
    std::string key;
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (is_null_at(texts, rows[k])) continue;
      key.clear();
      for (std::size_t i = 0; i < options_.order.size(); ++i)
        append_sort_key(key, *arguments[options_.first_key + i], rows[k], options_.order[i]);
      append_text(*states[k], key);
      append_text(*states[k], texts.at<std::string_view>(rows[k]));
    }
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    into.append(from.data(), from.size());
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    if (state.size() == 0) return out.append_null();
    std::string joined;
    bool is_first = true;
    for (const Piece& piece : pieces(state)) {
      if (!std::exchange(is_first, false)) joined += options_.delimiter;
      joined += piece.text;
    }
    out.append_bytes(joined);
  }

 private:
  std::vector<Piece> pieces(const StateBytes& state) const {
    std::vector<Piece> pieces;
    const char* next = reinterpret_cast<const char*>(state.data());
    for (const char* const end = next + state.size(); next != end;) {
      Piece piece;
      next = read_text(read_text(next, piece.key), piece.text);
      pieces.push_back(piece);
    }
    if (!options_.order.empty())
      std::stable_sort(pieces.begin(), pieces.end(),
                       [](const Piece& a, const Piece& b) { return a.key < b.key; });
    return pieces;
  }

  const Options options_;
};

bool is_text(const DataType& type) {
  return type.kind() == TypeKind::String || type.kind() == TypeKind::Binary;
}

std::string key_name(const FunctionCall& call) {
  return column_name(*std::get<SortOrder>(call.syntax.back()->node).child);
}

bool is_ordered_by_itself(const FunctionCall& call) {
  return within_group(call).size() == 1 && key_name(call) == column_name(*call.syntax[0]);
}

Error differs_from_order(const FunctionCall& call) {
  return row_error(
      "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "42K0K",
      "Invalid function `" + call.name +
          "` with WITHIN GROUP. The function is invoked with DISTINCT and WITHIN GROUP but "
          "expressions \"" + column_name(*call.syntax[0]) + "\" and \"" +
          key_name(call) +
          "\" do not match. The WITHIN GROUP ordering expression must be picked from the function "
          "inputs.");
}

Error delimiter_changes(const FunctionCall& call) {
  return type_mismatch(call, "NON_FOLDABLE_INPUT",
                       "the input `delimiter` should be a foldable \"STRING\" expression; however, "
                       "got \"" + column_name(*call.syntax[1]) + "\"");
}

Result<AggregateFunctionPtr> bind_listagg(const FunctionCall& call) {
  ListAgg::Options options{{}, within_group(call), 0};
  options.first_key = call.arguments.size() - options.order.size();
  if (options.first_key < 1 || options.first_key > 2) return wrong_num_arguments(call, "[1, 2]");
  const DataType& type = call.arguments[0]->type();
  if (!type.is_null() && !is_text(type))
    return unexpected_input_type(call, 0, "(\"STRING\" or \"BINARY\")");
  if (options.first_key == 2) {
    if (!call.arguments[1]->is_constant()) return delimiter_changes(call);
    options.delimiter = constant_text(*call.arguments[1]).value_or("");
  }
  for (std::size_t i = options.first_key; i < call.arguments.size(); ++i)
    if (!is_orderable(call.arguments[i]->type())) return unexpected_input_type(call, i, "\"ORDERABLE\"");
  if (call.distinct && !options.order.empty() && !is_ordered_by_itself(call))
    return differs_from_order(call);
  return AggregateFunctionPtr(std::make_shared<ListAgg>(
      type.is_null() ? DataType(TypeKind::String) : type, std::move(options)));
}

}  // namespace

void register_listagg_function(FunctionRegistry& registry) {
  add_aggregate(registry, "listagg", "listagg(expr[, delimiter]) [WITHIN GROUP (ORDER BY key)]",
                "The texts that are not NULL as one, in the order of the rows or of a key.",
                bind_listagg, OrderSensitive::Yes);
  registry.add_alias("string_agg", "listagg");
}

}  // namespace millrace
