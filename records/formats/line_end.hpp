#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace millrace {

/// Where a line ends and how many bytes the line end has; 0 when the bytes hold no whole line.
struct LineEnd {
  std::size_t position = 0;
  std::size_t length = 0;
};

namespace detail {

/// First line feed or carriage return at or after `at`, or `end`. Reads up to 16 bytes beyond `end`
/// (kDecodePadding).
inline const char* find_line_byte(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i feed = _mm_set1_epi8('\n');
  const __m128i carriage = _mm_set1_epi8('\r');
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, feed), _mm_cmpeq_epi8(bytes, carriage));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(hits));
    if (mask == 0) continue;
    at += std::countr_zero(mask);
    return at < end ? at : end;
  }
  return end;
#else
  for (; at < end; ++at)
    if (*at == '\n' || *at == '\r') return at;
  return end;
#endif
}

}  // namespace detail

/// Finds the end of the line at the front of `bytes`. `separator` 0 means LF, CR LF or CR, as
/// Hadoop's line reader has it; else it is the one byte that ends a line. With `is_last` the end of the
/// bytes ends a line too (length 0, position > 0).
inline LineEnd find_line_end(std::string_view bytes, bool is_last, char separator) {
  const char* const end = bytes.data() + bytes.size();
  if (separator != 0) {
    const auto* hit = static_cast<const char*>(std::memchr(bytes.data(), separator, bytes.size()));
    if (hit == nullptr) return {is_last ? bytes.size() : 0, 0};
    return {static_cast<std::size_t>(hit - bytes.data()), 1};
  }
  const char* hit = detail::find_line_byte(bytes.data(), end);
  const auto position = static_cast<std::size_t>(hit - bytes.data());
  if (hit == end) return {is_last ? position : 0, 0};
  if (*hit == '\n') return {position, 1};
  if (hit + 1 < end) return {position, hit[1] == '\n' ? std::size_t{2} : std::size_t{1}};
  // A carriage return at the very end: a line feed may follow in the next bytes.
  return is_last ? LineEnd{position, 1} : LineEnd{};
}

/// Goes through the lines of one stream of bytes; skips a byte order mark at its start.
class LineReader {
 public:
  explicit LineReader(char separator) : separator_(separator) {}
  /// The whole stream is one line.
  static LineReader whole() {
    LineReader lines(0);
    lines.is_whole_ = true;
    return lines;
  }

  /// The stream starts anew.
  void restart() { at_start_ = true; }
  void open(std::string_view bytes, bool is_last) {
    rest_ = bytes;
    is_last_ = is_last;
  }
  /// False when no whole line is left.
  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const LineEnd found = is_whole_ ? LineEnd{is_last_ ? rest_.size() : 0, 0}
                                    : find_line_end(rest_, is_last_, separator_);
    if (found.length == 0 && found.position == 0) return false;
    line = rest_.substr(0, found.position);
    rest_.remove_prefix(found.position + found.length);
    if (at_start_) [[unlikely]] {
      at_start_ = false;
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    }
    return true;
  }
  std::size_t rest() const { return rest_.size(); }

 private:
  std::string_view rest_;
  char separator_;
  bool is_whole_ = false;
  bool is_last_ = false;
  bool at_start_ = true;
};

}  // namespace millrace
