#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/pattern.hpp"
#include "expressions/functions/utf8.hpp"
#include "expressions/functions/value_size.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using std::string_view;
using Columns = std::vector<ColumnRef>;

Error bad_boundaries(std::int64_t start, std::int64_t stop, std::int64_t step) {
  return make_error(ErrorKind::QueryFailed,
                    fmt::format("Illegal sequence boundaries: {} to {} by {}", start, stop, step));
}

std::string count_text(Int128 count) {
  std::string text;
  append_decimal(text, count, 0);
  return text;
}

/// Whole numbers from start to stop; without a step by 1 or -1.
template <class T>
void count_up(EvalContext& context, const Columns& columns, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const std::int64_t start = columns[0]->at<T>(row), stop = columns[1]->at<T>(row);
    const std::int64_t step =
        columns.size() == 3 ? columns[2]->at<std::int64_t>(row) : stop >= start ? 1 : -1;
    const ListWriter list(out, row);
    const bool backwards = step > 0 ? start > stop : start < stop;
    const bool good = step != 0 ? !backwards : start == stop;
    const Int128 count = step == 0 ? Int128{0} : (Int128{stop} - start) / step;
    const Int128 most = static_cast<Int128>(kMaxElements);
    const auto size = static_cast<std::uint64_t>(std::min(count, most) + 1);
    if (!good || !has_room(out.child(0), size)) {
      context.fail(row, good ? too_many_elements("sequence", count_text(count + 1))
                             : bad_boundaries(start, stop, step));
      return out.set_null(row);
    }
    for (Int128 n = 0; n <= count; ++n)
      out.child(0)->append(static_cast<T>(static_cast<std::int64_t>(start + n * step)));
  });
}

bool is_interval(const BoundExpressionPtr& argument) {
  const TypeKind kind = argument->type().kind();
  return kind == TypeKind::YearMonthInterval || kind == TypeKind::DayTimeInterval || kind == TypeKind::CalendarInterval;
}

bool is_time(TypeKind kind) {
  return kind == TypeKind::Date || kind == TypeKind::Timestamp || kind == TypeKind::TimestampNtz;
}

Error wrong_sequence_types(const FunctionCall& call) {
  return type_mismatch(call, "SEQUENCE_WRONG_INPUT_TYPES",
                       "`sequence` uses the wrong parameter type. The parameter type must conform to: 1. The start and "
                       "stop expressions must resolve to the same type. 2. If start and stop expressions resolve to "
                       "the (\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\") type, then the step expression must "
                       "resolve to an interval type. 3. Otherwise, if start and stop expressions resolve to the "
                       "\"INTEGRAL\" type, then the step expression must resolve to the same type");
}

BoundExpressionPtr count_sequence(const DataType& type, Arguments arguments) {
  const auto make = [&](BatchFunction count) {
    return make_call(DataType::array(type, false), std::move(arguments), std::move(count));
  };
  switch (type.kind()) {
    case TypeKind::Byte: return make(count_up<std::int8_t>);
    case TypeKind::Short: return make(count_up<std::int16_t>);
    case TypeKind::Int: return make(count_up<std::int32_t>);
    default: return make(count_up<std::int64_t>);
  }
}

/// Start and stop, and a step that is no interval, in their common type.
Result<BoundExpressionPtr> bind_sequence(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  for (std::size_t i = 0; i < call.arguments.size(); ++i)
    if (!call.arguments[i]) return unexpected_input_type(call, i, "\"ANY\"");
  Arguments arguments(call.arguments.begin(), call.arguments.begin() + 2);
  const bool by_interval = call.arguments.size() == 3 && is_interval(call.arguments[2]);
  if (call.arguments.size() == 3 && !by_interval) arguments.push_back(call.arguments[2]);
  if (!cast_to_common_type(arguments, call.settings)) return wrong_sequence_types(call);
  const DataType type = arguments[0]->type();
  if (is_time(type.kind()) && (by_interval || arguments.size() == 2)) {
    if (by_interval) arguments.push_back(call.arguments[2]);
    return bind_time_sequence({call.name, std::move(arguments), false, call.settings, call.origin, call.syntax,
                               call.scope, call.functions});
  }
  if (!type.is_integral() || by_interval) return wrong_sequence_types(call);
  if (arguments.size() == 3) {
    Result<BoundExpressionPtr> step =
        bound_cast(arguments[2], DataType(TypeKind::Long), CastMode::Plain, call.settings);
    if (!step) return step.error();
    arguments[2] = std::move(*step);
  }
  return count_sequence(type, std::move(arguments));
}

/// Texts between the matches of a pattern; the empty one leaves every character by itself.
std::vector<string_view> pieces_of(string_view text, const re2::RE2& pattern) {
  std::vector<string_view> pieces;
  if (pattern.pattern().empty() && !text.empty()) {
    for (std::size_t at = 0, end; at < text.size(); at = end) {
      end = utf8::next(text, at);
      pieces.push_back(text.substr(at, end - at));
    }
    return pieces;
  }
  re2::StringPiece match;
  std::size_t from = 0;
  while (pattern.Match(text, from, text.size(), re2::RE2::UNANCHORED, &match, 1) && !match.empty()) {
    const auto start = static_cast<std::size_t>(match.data() - text.data());
    pieces.push_back(text.substr(from, start - from));
    from = start + match.size();
  }
  pieces.push_back(text.substr(from));
  return pieces;
}

Result<BoundExpressionPtr> bind_str_to_map(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  Result<Arguments> arguments =
      coerce_arguments(call, {text, text, text}, {text_value(","), text_value(":")});
  if (!arguments) return arguments.error();
  const std::optional<std::string> pair = constant_text(*(*arguments)[1]);
  const std::optional<std::string> key = constant_text(*(*arguments)[2]);
  if (!pair || !key)
    return type_mismatch(call, "NON_FOLDABLE_INPUT", "the input delimiters should be foldable");
  const Result<PatternPtr> pairs = compile_pattern(*pair, call.name);
  const Result<PatternPtr> keys = compile_pattern(*key, call.name);
  if (!pairs || !keys) return pairs ? keys.error() : pairs.error();
  const auto run = [pairs = *pairs, keys = *keys](EvalContext& context, const Columns& columns,
                                                  Rows rows, Column& out) {
    for (std::size_t c = 0; c < 2; ++c) out.child(c)->keep(columns[0]);
    rows.for_each([&](std::uint32_t row) {
      if (out.is_null(row)) return;
      {
        const ListWriter list(out, row);
        for (string_view entry : pieces_of(columns[0]->at<string_view>(row), *pairs)) {
          const std::vector<string_view> parts = pieces_of(entry, *keys);
          out.child(0)->append_view(parts[0]);
          if (parts.size() == 1) out.child(1)->append_null();
          else out.child(1)->append_view(entry.substr(static_cast<std::size_t>(parts[1].data() - entry.data())));
        }
      }
      if (!check_map_keys(context, row, *out.child(0), out.at<ListSlot>(row))) out.set_null(row);
    });
  };
  return make_call(DataType::map(text, text), std::move(*arguments), run);
}

/// The elements in random order, another for each row.
class Shuffle final : public BoundExpression {
 public:
  explicit Shuffle(BoundExpressionPtr array)
      : BoundExpression(array->type(), array->nullable()), array_(std::move(array)) {}
  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    thread_local std::mt19937 generator{std::random_device()()};
    const ColumnRef lists = array_->evaluate(context, batch, rows);
    ColumnRef out = context.pool.make_column(type());
    out->resize(rows.end());
    std::vector<std::uint32_t> order;
    rows.for_each([&](std::uint32_t row) {
      const ListWriter list(*out, row);
      if (lists->is_null(row)) return out->set_null(row);
      const ListSlot slot = lists->at<ListSlot>(row);
      order.resize(slot.size);
      for (std::uint32_t i = 0; i < slot.size; ++i) order[i] = slot.offset + i;
      std::shuffle(order.begin(), order.end(), generator);
      for (std::uint32_t i : order) out->child(0)->append_from(*lists->child(0), i);
    });
    return out;
  }

 private:
  BoundExpressionPtr array_;
};

Result<BoundExpressionPtr> bind_shuffle(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  return BoundExpressionPtr(std::make_shared<Shuffle>(call.arguments[0]));
}

}  // namespace

void register_sequence_functions(FunctionRegistry& registry) {
  FunctionGroup collections(registry, "array, map and struct");
  collections.add_custom("sequence(start, stop[, step])",
                         "Whole numbers, dates or timestamps from start to stop.",
                         bind_sequence);
  collections.add_custom("str_to_map(text[, pairs[, keys]])",
                         "A map from a text with delimiters between pairs and behind keys.",
                         takes_only_text(bind_str_to_map));
  collections.add_random("shuffle(array)", "The elements in random order.", bind_shuffle);
}

}  // namespace millrace
