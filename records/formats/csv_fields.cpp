#include "records/formats/csv_fields.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

const std::vector<CsvField>& CsvLineSplitter::split(std::string_view line) {
  fields_.clear();
  unescaped_.clear();
  unescaped_.reserve(line.size());  // views into it stay valid while the line is split
  std::string_view rest = line;
  while (true) {
    const bool quoted = !rest.empty() && rest.front() == syntax_.quote;
    fields_.push_back(quoted ? take_quoted(rest) : take_plain(rest));
    if (rest.empty()) return fields_;
    rest.remove_prefix(1);  // the separator
  }
}

CsvField CsvLineSplitter::take_plain(std::string_view& rest) const {
  const void* hit =
      rest.empty() ? nullptr : std::memchr(rest.data(), syntax_.separator, rest.size());
  const std::size_t length =
      hit == nullptr ? rest.size()
                     : static_cast<std::size_t>(static_cast<const char*>(hit) - rest.data());
  const CsvField field{rest.substr(0, length)};
  rest.remove_prefix(length);
  return field;
}

CsvField CsvLineSplitter::take_quoted(std::string_view& rest) {
  std::size_t num_escapes = 0;
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != syntax_.quote; ++i) {
    const bool escapes = rest[i] == syntax_.escape && i + 1 < rest.size() &&
                         (rest[i + 1] == syntax_.quote || rest[i + 1] == syntax_.escape);
    if (!escapes) continue;
    ++num_escapes;
    ++i;
  }
  std::size_t after = i + 1;  // behind the closing quote, blanks skipped
  while (after < rest.size() && rest[after] != syntax_.separator && rest[after] == ' ') ++after;
  const bool closed = after >= rest.size() || rest[after] == syntax_.separator;
  if (!closed) return take_plain(rest);
  CsvField field{rest.substr(1, i - 1), true, num_escapes != 0};
  if (num_escapes != 0) field.text = without_escapes(field.text, num_escapes);
  rest.remove_prefix(std::min(after, rest.size()));
  return field;
}

std::string_view CsvLineSplitter::without_escapes(std::string_view text, std::size_t num_escapes) {
  const std::size_t begin = unescaped_.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == syntax_.escape && i + 1 < text.size() &&
                         (text[i + 1] == syntax_.quote || text[i + 1] == syntax_.escape);
    unescaped_ += text[escapes ? ++i : i];
  }
  return {unescaped_.data() + begin, text.size() - num_escapes};
}

}  // namespace millrace
