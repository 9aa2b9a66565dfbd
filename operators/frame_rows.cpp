#include "operators/frame_rows.hpp"

#include "records/fixed_values.hpp"
#include "records/value_hash.hpp"

namespace millrace {

namespace {

constexpr std::uint32_t kHeader = sizeof(std::int64_t) + sizeof(std::uint64_t);

template <class T>
std::byte* put(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

FrameLayout::Kind kind_of(const DataType& type) {
  using Kind = FrameLayout::Kind;
  if (type.is_null()) return Kind::None;
  if (type.is_fractional()) return Kind::Double;
  if (type.kind() == TypeKind::Decimal) return Kind::Wide;
  const bool is_long = is_fixed_width(type) && type.width() <= sizeof(std::int64_t);
  return is_long ? Kind::Long : Kind::Hash;
}

std::uint32_t width_of(FrameLayout::Kind kind) {
  switch (kind) {
    case FrameLayout::Kind::None: return 0;
    case FrameLayout::Kind::Long:
    case FrameLayout::Kind::Double: return 8;
    default: return 16;
  }
}

/// Only counted: its value need not be kept.
bool is_only_counted(const FrameAggregateOptions& options, std::size_t argument) {
  for (const FrameCall& call : options.calls)
    if (call.argument == argument && call.function != FrameFunction::Count) return false;
  return true;
}

double double_at(const Column& column, std::uint32_t row) {
  return column.type().kind() == TypeKind::Float ? static_cast<double>(column.at<float>(row))
                                                 : column.at<double>(row);
}

void write_value(std::byte* to, FrameLayout::Kind kind, const Column& column, std::uint32_t row) {
  switch (kind) {
    case FrameLayout::Kind::None: return;
    case FrameLayout::Kind::Long: put(to, long_value(column, row)); return;
    case FrameLayout::Kind::Double: put(to, double_at(column, row)); return;
    case FrameLayout::Kind::Wide: put(to, column.at<Int128>(row)); return;
    case FrameLayout::Kind::Hash: put(to, hash_of_value(column, row)); return;
  }
}

bool is_true(const Column& filter, std::uint32_t row) {
  return !filter.type().is_null() && !filter.is_null(row) && filter.at<std::uint8_t>(row) != 0;
}

}  // namespace

std::int64_t long_value(const Column& column, std::uint32_t row) {
  switch (column.type().kind()) {
    case TypeKind::Boolean: return column.at<std::uint8_t>(row);
    case TypeKind::Byte: return column.at<std::int8_t>(row);
    case TypeKind::Short: return column.at<std::int16_t>(row);
    default:
      return column.type().width() == 4 ? column.at<std::int32_t>(row)
                                        : column.at<std::int64_t>(row);
  }
}

FrameLayout::FrameLayout(const FrameAggregateOptions& options) : stride_(kHeader) {
  for (std::size_t i = 0; i < options.arguments.size(); ++i) {
    const BoundExpressionPtr& value = options.arguments[i].value;
    const bool is_kept = value && !is_only_counted(options, i);
    const Kind kind = is_kept ? kind_of(value->type()) : Kind::None;
    slots_.push_back({kind, stride_});
    stride_ += width_of(kind);
  }
}

void FrameLayout::write(std::byte* to, std::int64_t time, const std::vector<ColumnRef>& values,
                        const std::vector<ColumnRef>& filters, std::uint32_t row) const {
  std::uint64_t valid = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (filters[i] && !is_true(*filters[i], row)) continue;
    if (values[i]) {
      if (values[i]->type().is_null() || values[i]->is_null(row)) continue;
      write_value(to + slots_[i].offset, slots_[i].kind, *values[i], row);
    }
    valid |= std::uint64_t{1} << i;
  }
  put(put(to, time), valid);
}

Int128 FrameRows::identity(std::uint32_t i, std::size_t argument) const {
  switch (layout_.slot(argument).kind) {
    case FrameLayout::Kind::None: return 0;
    case FrameLayout::Kind::Long: return value<std::int64_t>(i, argument);
    case FrameLayout::Kind::Double: {
      const double number = canonical(value<double>(i, argument));
      std::int64_t bits = 0;
      std::memcpy(&bits, &number, sizeof bits);
      return bits;
    }
    default: return value<Int128>(i, argument);
  }
}

std::uint32_t FrameRows::lower_bound(std::int64_t time_limit) const {
  std::uint32_t low = 0;
  std::uint32_t high = size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    time(middle) < time_limit ? low = middle + 1 : high = middle;
  }
  return low;
}

std::uint32_t FrameRows::upper_bound(std::int64_t time_limit) const {
  return time_limit == INT64_MAX ? size() : lower_bound(time_limit + 1);
}

std::byte* FrameRows::insert(std::uint32_t i) {
  const std::size_t behind = std::size_t{size() - i} * layout_.stride();
  bytes_.extend(layout_.stride());
  std::byte* place = bytes_.data() + std::size_t{i} * layout_.stride();
  std::memmove(place + layout_.stride(), place, behind);
  return place;
}

}  // namespace millrace
