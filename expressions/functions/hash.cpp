#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "expressions/functions/digest.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/value_access.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

struct Murmur3 {
  using State = std::uint32_t;
  static State of_int(std::uint32_t value, State seed) { return digest::murmur3_int(value, seed); }
  static State of_long(std::uint64_t value, State seed) { return digest::murmur3_long(value, seed); }
  static State of_bytes(string_view bytes, State seed) { return digest::murmur3_bytes(bytes, seed); }
};

struct XxHash64 {
  using State = std::uint64_t;
  static State of_int(std::uint32_t value, State seed) { return XXH64(&value, 4, seed); }
  static State of_long(std::uint64_t value, State seed) { return XXH64(&value, 8, seed); }
  static State of_bytes(string_view bytes, State seed) {
    return XXH64(bytes.data(), bytes.size(), seed);
  }
};

/// Big-endian two's complement with the fewest bytes: how Java writes a BigInteger.
std::string minimal_bytes(Int128 value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift);
  std::size_t start = 0;
  while (start < 15 && ((bytes[start] == 0 && bytes[start + 1] >= 0) ||
                        (bytes[start] == -1 && bytes[start + 1] < 0)))
    ++start;
  return bytes.substr(start);
}

template <class T, class Bits>
Bits bits_of(T value) {
  if (value == 0) value = 0;  // -0.0 counts as 0.0
  if (value != value) value = std::numeric_limits<T>::quiet_NaN();
  Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Hash of one value by Spark's rules; NULL leaves the seed as it is.
template <class Hash>
typename Hash::State hash_value(const Column& column, std::size_t row, typename Hash::State seed);

template <class Hash>
typename Hash::State hash_list(const Column& column, std::size_t row, typename Hash::State seed) {
  const ListSlot slot = column.at<ListSlot>(row);
  for (std::uint32_t i = slot.offset; i < slot.offset + slot.size; ++i)
    for (std::size_t c = 0; c < column.num_children(); ++c)
      seed = hash_value<Hash>(*column.child(c), i, seed);
  return seed;
}

template <class Hash>
typename Hash::State hash_interval(const CalendarInterval& interval, typename Hash::State seed) {
  seed = Hash::of_long(static_cast<std::uint64_t>(interval.microseconds), seed);
  seed = Hash::of_int(static_cast<std::uint32_t>(interval.days), seed);
  return Hash::of_int(static_cast<std::uint32_t>(interval.months), seed);
}

template <class Hash>
typename Hash::State hash_value(const Column& column, std::size_t row, typename Hash::State seed) {
  if (column.is_null(row) || column.type().is_null()) return seed;
  const auto as_int = [](auto value) { return static_cast<std::uint32_t>(std::int32_t{value}); };
  switch (column.type().kind()) {
    case TypeKind::Boolean: return Hash::of_int(column.at<std::uint8_t>(row) != 0, seed);
    case TypeKind::Byte: return Hash::of_int(as_int(column.at<std::int8_t>(row)), seed);
    case TypeKind::Short: return Hash::of_int(as_int(column.at<std::int16_t>(row)), seed);
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval:
      return Hash::of_int(as_int(column.at<std::int32_t>(row)), seed);
    case TypeKind::Float:
      return Hash::of_int(bits_of<float, std::uint32_t>(column.at<float>(row)), seed);
    case TypeKind::Double:
      return Hash::of_long(bits_of<double, std::uint64_t>(column.at<double>(row)), seed);
    case TypeKind::Decimal:
      if (column.type().precision() <= 18)
        return Hash::of_long(static_cast<std::uint64_t>(column.at<Int128>(row)), seed);
      return Hash::of_bytes(minimal_bytes(column.at<Int128>(row)), seed);
    case TypeKind::String:
    case TypeKind::Binary: return Hash::of_bytes(column.at<string_view>(row), seed);
    case TypeKind::CalendarInterval:
      return hash_interval<Hash>(column.at<CalendarInterval>(row), seed);
    case TypeKind::Array:
    case TypeKind::Map: return hash_list<Hash>(column, row, seed);
    case TypeKind::Struct:
      for (std::size_t c = 0; c < column.num_children(); ++c)
        seed = hash_value<Hash>(*column.child(c), row, seed);
      return seed;
    default: return Hash::of_long(static_cast<std::uint64_t>(column.at<std::int64_t>(row)), seed);
  }
}

template <class Hash, class Out>
Result<BoundExpressionPtr> bind_hash(const FunctionCall& call) {
  if (call.arguments.empty()) return wrong_num_arguments(call, "> 0");
  return make_call(Out::type(), false, call.arguments,
                   [](EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       typename Hash::State seed = 42;
                       for (const ColumnRef& column : columns)
                         seed = hash_value<Hash>(*column, row_of(*column, row), seed);
                       out.mutable_values<typename Out::Stored>()[row] =
                           static_cast<typename Out::Stored>(seed);
                     });
                   },
                   NullRule::Own);
}

std::optional<string_view> sha2(CallRow& row, string_view bytes, std::int32_t bits) {
  if (bits == 0) bits = 256;
  if (bits != 224 && bits != 256 && bits != 384 && bits != 512) return std::nullopt;
  return row.copy(digest::sha2(bytes, bits));
}

}  // namespace

void register_hash_functions(FunctionRegistry& registry) {
  FunctionGroup hashes(registry, "hash");
  hashes.add<String(Binary)>("md5(bytes)", "MD5 digest, hexadecimal.",
                             [](CallRow& row, string_view b) { return row.copy(digest::md5(b)); });
  hashes.add<String(Binary)>("sha1(bytes)", "SHA-1 digest, hexadecimal.",
                             [](CallRow& row, string_view b) { return row.copy(digest::sha1(b)); })
      .alias("sha");
  hashes.add<String(Binary, Int)>("sha2(bytes, bits)",
                                  "SHA-2 digest of 224, 256, 384 or 512 bits, hexadecimal.", sha2);
  hashes.add<Long(Binary)>("crc32(bytes)", "CRC-32.", [](string_view bytes) {
    return static_cast<std::int64_t>(digest::crc32(bytes));
  });
  hashes.add_custom("hash(values...)", "Murmur3 hash of the values.", bind_hash<Murmur3, Int>);
  hashes.add_custom("xxhash64(values...)", "xxHash64 of the values.", bind_hash<XxHash64, Long>);
}

}  // namespace millrace
