#include "expressions/kernels/ordering.hpp"

#include <algorithm>
#include <tuple>

namespace millrace::kernels {

namespace {

template <class T>
int compare_as(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  const T& x = a.at<T>(i);
  const T& y = b.at<T>(j);
  return less(x, y) ? -1 : equal(x, y) ? 0 : 1;
}

int compare_lists(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  const ListSlot x = a.at<ListSlot>(i);
  const ListSlot y = b.at<ListSlot>(j);
  const std::uint32_t shorter = std::min(x.size, y.size);
  for (std::uint32_t e = 0; e < shorter; ++e)
    if (int order = compare_with_nulls(*a.child(0), x.offset + e, *b.child(0), y.offset + e))
      return order;
  return x.size < y.size ? -1 : x.size > y.size;
}

int compare_structs(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  i &= a.index_mask();
  j &= b.index_mask();
  for (std::size_t c = 0; c < a.num_children(); ++c)
    if (int order = compare_with_nulls(*a.child(c), i, *b.child(c), j)) return order;
  return 0;
}

int compare_intervals(const CalendarInterval& a, const CalendarInterval& b) {
  if (a == b) return 0;
  auto key = [](const CalendarInterval& x) { return std::tuple(x.months, x.days, x.microseconds); };
  return key(a) < key(b) ? -1 : 1;
}

}  // namespace

int compare_values(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  switch (a.type().kind()) {
    case TypeKind::Null:
    case TypeKind::Map: return 0;
    case TypeKind::Boolean: return compare_as<std::uint8_t>(a, i, b, j);
    case TypeKind::Byte: return compare_as<std::int8_t>(a, i, b, j);
    case TypeKind::Short: return compare_as<std::int16_t>(a, i, b, j);
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval: return compare_as<std::int32_t>(a, i, b, j);
    case TypeKind::Long:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval: return compare_as<std::int64_t>(a, i, b, j);
    case TypeKind::Float: return compare_as<float>(a, i, b, j);
    case TypeKind::Double: return compare_as<double>(a, i, b, j);
    case TypeKind::Decimal: return compare_as<Int128>(a, i, b, j);
    case TypeKind::String:
    case TypeKind::Binary: return compare_as<std::string_view>(a, i, b, j);
    case TypeKind::CalendarInterval:
      return compare_intervals(a.at<CalendarInterval>(i), b.at<CalendarInterval>(j));
    case TypeKind::Array: return compare_lists(a, i, b, j);
    case TypeKind::Struct: return compare_structs(a, i, b, j);
  }
  return 0;
}

int compare_with_nulls(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  const bool a_null = a.is_null(i) || a.type().is_null();
  const bool b_null = b.is_null(j) || b.type().is_null();
  if (a_null || b_null) return a_null && b_null ? 0 : a_null ? -1 : 1;
  return compare_values(a, i, b, j);
}

}  // namespace millrace::kernels
