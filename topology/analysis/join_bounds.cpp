#include "topology/analysis/join_bounds.hpp"

#include <tuple>

namespace millrace {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

/// A sum of columns, each with its sign, and of constant intervals.
struct Sum {
  struct Column {
    std::size_t index;
    int sign;
  };
  std::vector<Column> columns;
  std::int64_t micros = 0;
};

std::optional<std::int64_t> interval_of(const Literal& literal) {
  if (const auto* interval = std::get_if<CalendarInterval>(&literal.value.storage)) {
    if (interval->months != 0) return std::nullopt;
    return interval->days * kDayMicros + interval->microseconds;
  }
  const auto* micros = std::get_if<std::int64_t>(&literal.value.storage);
  if (!micros || literal.value.type.kind() != TypeKind::DayTimeInterval) return std::nullopt;
  return *micros;
}

class BoundFinder {
 public:
  BoundFinder(const std::vector<ScopeColumn>& columns, std::size_t num_left,
              const std::vector<std::optional<std::int64_t>>& event_time)
      : columns_(columns), num_left_(num_left), event_time_(event_time) {}

  void look_at(const Expression& term) {
    const auto* call = std::get_if<Function>(&term.node);
    if (!call) return;
    const auto& arguments = call->arguments;
    if (call->name == "between" && arguments.size() == 3) {
      compare(*arguments[1], *arguments[0], true);
      compare(*arguments[0], *arguments[2], true);
    }
    if (arguments.size() != 2) return;
    if (call->name == "<") compare(*arguments[0], *arguments[1], false);
    if (call->name == "<=") compare(*arguments[0], *arguments[1], true);
    if (call->name == ">") compare(*arguments[1], *arguments[0], false);
    if (call->name == ">=") compare(*arguments[1], *arguments[0], true);
  }

  const JoinBounds& bounds() const { return bounds_; }

 private:
  /// `less` < `more`, or <= when inclusive.
  void compare(const Expression& less, const Expression& more, bool inclusive) {
    Sum sum;
    if (!collect(less, 1, sum) || !collect(more, -1, sum) || sum.columns.size() != 2) return;
    auto [first, second] = std::tie(sum.columns[0], sum.columns[1]);
    // Only what comes after the watermark can be bounded: watermark + micros < the other time.
    const Sum::Column& ahead = first.sign > 0 ? first : second;
    const Sum::Column& behind = first.sign > 0 ? second : first;
    if (ahead.sign + behind.sign != 0 || !event_time_[ahead.index]) return;
    const bool is_left = behind.index < num_left_;
    if (is_left == (ahead.index < num_left_)) return;
    const std::size_t column = is_left ? behind.index : behind.index - num_left_;
    keep_weaker(is_left ? bounds_.left : bounds_.right,
                {int(column), false, sum.micros, inclusive}, bool(event_time_[behind.index]));
  }

  static void keep_weaker(std::optional<JoinLimit>& known,
                          const JoinLimit& limit, bool is_event_time) {
    if (!known || (known->column != limit.column && is_event_time)) {
      known = limit;
    } else if (known->column == limit.column) {
      const auto order = [](const JoinLimit& one) {
        return std::tuple(one.offset_micros, !one.inclusive);
      };
      if (order(limit) < order(*known)) known = limit;
    }
  }

  bool collect(const Expression& expression, int sign, Sum& sum) const {
    if (const auto* attribute = std::get_if<Attribute>(&expression.node))
      return collect_column(*attribute, sign, sum);
    if (const auto* literal = std::get_if<Literal>(&expression.node)) {
      const auto micros = interval_of(*literal);
      if (micros) sum.micros += sign * *micros;
      return micros.has_value();
    }
    const auto* call = std::get_if<Function>(&expression.node);
    if (!call) return false;
    const auto& arguments = call->arguments;
    if (call->name == "negative" && arguments.size() == 1)
      return collect(*arguments[0], -sign, sum);
    if ((call->name != "+" && call->name != "-") || arguments.size() != 2) return false;
    return collect(*arguments[0], sign, sum) &&
           collect(*arguments[1], call->name == "+" ? sign : -sign, sum);
  }

  bool collect_column(const Attribute& attribute, int sign, Sum& sum) const {
    const auto matches = match_attribute(attribute, columns_);
    if (matches.empty() || !matches.front().fields.empty()) return false;
    const std::size_t index = matches.front().index;
    if (columns_[index].type.kind() != TypeKind::Timestamp) return false;
    sum.columns.push_back({index, sign});
    return true;
  }

  const std::vector<ScopeColumn>& columns_;
  const std::size_t num_left_;
  const std::vector<std::optional<std::int64_t>>& event_time_;
  JoinBounds bounds_;
};

}  // namespace

JoinBounds join_bounds(const std::vector<ExpressionPtr>& terms,
                       const std::vector<ScopeColumn>& columns, std::size_t num_left,
                       const std::vector<std::optional<std::int64_t>>& event_time) {
  BoundFinder finder(columns, num_left, event_time);
  for (const auto& term : terms) finder.look_at(*term);
  return finder.bounds();
}

}  // namespace millrace
