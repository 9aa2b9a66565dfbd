#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "records/result.hpp"

namespace millrace::yaml {

/// Number of UTF-8 code points in `text`; bytes that continue a code point do not count.
int count_code_points(std::string_view text);
/// Offset of the first byte that is no valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

/// Lines and columns of byte offsets in one text. Quick when asked in ascending order.
class LineTable {
 public:
  explicit LineTable(std::string_view text);
  /// Line and column from 1, the column in code points. `file` and `length` are left empty.
  Origin locate(std::size_t offset);

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_{0};
  // The last answer: the next one is mostly behind it on the same line.
  std::size_t offset_ = 0;
  std::size_t line_ = 0;
  int column_ = 1;
};

/// How a scalar is written in a YAML file.
enum class ScalarStyle { Plain, SingleQuoted, DoubleQuoted, Literal, Folded };

struct ScalarPlace {
  ScalarStyle style = ScalarStyle::Plain;
  std::size_t start = 0;  // byte offset of the first byte of the text
  std::size_t indent = 0;  // blocks: width of the indentation
};

/// Finds style and start of the scalar `text` whose token begins at `mark`; skips tags and anchors.
ScalarPlace find_scalar(std::string_view source, std::size_t mark, std::string_view text);
/// For each byte of `text`, which YAML made of the scalar at `place`, its byte offset in `source`.
/// Goes through folded lines, indentation, doubled quotes and escapes.
std::vector<std::size_t> align_scalar(std::string_view source, const ScalarPlace& place,
                                      std::string_view text);

}  // namespace millrace::yaml
