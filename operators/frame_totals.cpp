#include "operators/frame_totals.hpp"

#include <cmath>
#include <limits>

namespace millrace {

namespace {

/// Order of two valid values: negative, 0, positive. NaN is above every number.
int compare(const FrameRows& rows, FrameLayout::Kind kind, std::size_t argument, std::uint32_t a,
            std::uint32_t b) {
  const auto order = []<class T>(T x, T y) { return x < y ? -1 : x == y ? 0 : 1; };
  switch (kind) {
    case FrameLayout::Kind::Long:
      return order(rows.value<std::int64_t>(a, argument), rows.value<std::int64_t>(b, argument));
    case FrameLayout::Kind::Double: {
      const auto x = rows.value<double>(a, argument);
      const auto y = rows.value<double>(b, argument);
      if (std::isnan(x) || std::isnan(y)) return int{std::isnan(x)} - int{std::isnan(y)};
      return order(x, y);
    }
    default: return order(rows.value<Int128>(a, argument), rows.value<Int128>(b, argument));
  }
}

}  // namespace

// Neumaier's summation: the part that rounding cuts off is summed apart.
void RealSum::change(double value, int by) {
  if (!std::isfinite(value)) {
    (std::isnan(value) ? not_numbers_ : value > 0 ? above_ : below_) += by;
    return;
  }
  const double term = by * value;
  const double total = sum_ + term;
  lost_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - total) + term : (term - total) + sum_;
  sum_ = total;
}

double RealSum::value() const {
  if (not_numbers_ != 0 || (above_ != 0 && below_ != 0))
    return std::numeric_limits<double>::quiet_NaN();
  if (above_ != 0) return std::numeric_limits<double>::infinity();
  if (below_ != 0) return -std::numeric_limits<double>::infinity();
  return sum_ + lost_;
}

void Candidates::pop_front() {
  ++first_;
  if (first_ * 2 < numbers_.size() || first_ < 16) return;
  numbers_.erase(numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

FramePlan::FramePlan(const FrameAggregateOptions& options)
    : layout(options),
      frames(options.frames),
      calls(options.calls),
      calls_of_frame(options.frames.size()) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls_of_frame[calls[i].frame].push_back(i);
    if (calls[i].function != FrameFunction::CountDistinct) continue;
    auto known = distinct.begin();
    while (known != distinct.end() && known->argument != calls[i].argument) ++known;
    if (known == distinct.end()) known = distinct.insert(known, {calls[i].argument, {}});
    known->calls.push_back(i);
  }
}

std::int64_t FramePlan::begin_of(std::int64_t time, std::int64_t preceding) {
  std::int64_t begin = 0;
  const bool is_far = __builtin_sub_overflow(time, preceding, &begin);
  return is_far ? std::numeric_limits<std::int64_t>::min() : begin;
}

void FrameTotals::reset(const FramePlan& plan, std::uint32_t first) {
  dropped_ = 0;
  begins_.assign(plan.frames.size(), first);
  totals_.resize(plan.calls.size());
  for (Total& total : totals_) {
    total.count = 0;
    total.sum = 0;
    total.real = {};
    total.best.clear();
  }
  seen_.resize(plan.distinct.size());
  for (LastSeen& seen : seen_) seen.clear();
}

std::size_t FrameTotals::bytes_of(const FramePlan& plan) {
  return plan.frames.size() * sizeof(std::uint64_t) + plan.calls.size() * sizeof(Total) +
         plan.distinct.size() * sizeof(LastSeen);
}

void FrameTotals::add(const FramePlan& plan, const FrameRows& rows, std::uint32_t i) {
  const std::int64_t time = rows.time(i);
  for (std::size_t frame = 0; frame < plan.frames.size(); ++frame) {
    const std::int64_t begin = FramePlan::begin_of(time, plan.frames[frame]);
    while (index_of(begins_[frame]) < i && rows.time(index_of(begins_[frame])) < begin)
      leave(plan, rows, frame);
  }
  add_distinct(plan, rows, i);
  for (std::size_t c = 0; c < plan.calls.size(); ++c) {
    const FrameCall& call = plan.calls[c];
    if (call.function != FrameFunction::CountDistinct && rows.is_valid(i, call.argument))
      add_to(totals_[c], call, plan, rows, i);
  }
}

/// A value is new to a frame when the row that had it last lies before the frame.
void FrameTotals::add_distinct(const FramePlan& plan, const FrameRows& rows, std::uint32_t i) {
  for (std::size_t d = 0; d < plan.distinct.size(); ++d) {
    const FramePlan::Distinct& distinct = plan.distinct[d];
    if (!rows.is_valid(i, distinct.argument)) continue;
    const std::uint64_t before =
        seen_[d].exchange(rows.identity(i, distinct.argument), dropped_ + i);
    for (const std::size_t c : distinct.calls) {
      const bool is_inside = before != LastSeen::kNever && before >= begins_[plan.calls[c].frame];
      if (!is_inside) ++totals_[c].count;
    }
  }
}

void FrameTotals::add_to(Total& total, const FrameCall& call, const FramePlan& plan,
                         const FrameRows& rows, std::uint32_t i) {
  ++total.count;
  if (call.function == FrameFunction::Count) return;
  if (call.function == FrameFunction::Min || call.function == FrameFunction::Max)
    return add_candidate(total, call, plan, rows, i);
  switch (plan.layout.slot(call.argument).kind) {
    case FrameLayout::Kind::Long: total.sum += rows.value<std::int64_t>(i, call.argument); break;
    case FrameLayout::Kind::Double: total.real.add(rows.value<double>(i, call.argument)); break;
    default: total.sum += rows.value<Int128>(i, call.argument);
  }
}

void FrameTotals::add_candidate(Total& total, const FrameCall& call, const FramePlan& plan,
                                const FrameRows& rows, std::uint32_t i) {
  const FrameLayout::Kind kind = plan.layout.slot(call.argument).kind;
  const int sign = call.function == FrameFunction::Min ? 1 : -1;
  while (!total.best.empty() &&
         sign * compare(rows, kind, call.argument, index_of(total.best.back()), i) >= 0)
    total.best.pop_back();
  total.best.push_back(dropped_ + i);
}

/// The first row of a frame leaves it.
void FrameTotals::leave(const FramePlan& plan, const FrameRows& rows, std::size_t frame) {
  const std::uint64_t number = begins_[frame]++;
  const std::uint32_t i = index_of(number);
  for (const std::size_t c : plan.calls_of_frame[frame])
    if (rows.is_valid(i, plan.calls[c].argument))
      remove_from(totals_[c], plan.calls[c], plan, rows, i);
  for (std::size_t d = 0; d < plan.distinct.size(); ++d) {
    const FramePlan::Distinct& distinct = plan.distinct[d];
    if (!rows.is_valid(i, distinct.argument)) continue;
    const Int128 value = rows.identity(i, distinct.argument);
    if (!seen_[d].is_last(value, number)) continue;
    for (const std::size_t c : distinct.calls)
      if (plan.calls[c].frame == frame) --totals_[c].count;
    if (frame + 1 == plan.frames.size()) seen_[d].erase(value);
  }
}

void FrameTotals::remove_from(Total& total, const FrameCall& call, const FramePlan& plan,
                              const FrameRows& rows, std::uint32_t i) {
  if (call.function == FrameFunction::CountDistinct) return;
  --total.count;
  if (call.function == FrameFunction::Count) return;
  if (call.function == FrameFunction::Min || call.function == FrameFunction::Max) {
    if (total.best.front() == dropped_ + i) total.best.pop_front();
    return;
  }
  switch (plan.layout.slot(call.argument).kind) {
    case FrameLayout::Kind::Long: total.sum -= rows.value<std::int64_t>(i, call.argument); break;
    case FrameLayout::Kind::Double: total.real.remove(rows.value<double>(i, call.argument)); break;
    default: total.sum -= rows.value<Int128>(i, call.argument);
  }
  if (total.count == 0) total.real = {};
}

void FrameTotals::drop_front(const FramePlan& plan, const FrameRows& rows, std::uint32_t count) {
  for (std::size_t frame = 0; frame < plan.frames.size(); ++frame)
    while (index_of(begins_[frame]) < count) leave(plan, rows, frame);
  dropped_ += count;
}

}  // namespace millrace
