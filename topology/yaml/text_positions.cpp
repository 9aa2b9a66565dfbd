#include "topology/yaml/text_positions.hpp"

#include <algorithm>

namespace millrace::yaml {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_break(char c) { return c == '\n' || c == '\r'; }

std::size_t code_point_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte < 0xC2) return 0;
  if (byte < 0xE0) return 2;
  if (byte < 0xF0) return 3;
  return byte < 0xF5 ? 4 : 0;
}

// Overlong forms, surrogates and code points beyond U+10FFFF have a bad second byte.
bool is_valid_second(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second < 0x90;
  return true;
}

std::size_t skip_while(std::string_view text, std::size_t at, bool (*matches)(char)) {
  while (at < text.size() && matches(text[at])) ++at;
  return at;
}

std::size_t skip_break(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\r') ++at;
  if (at < text.size() && text[at] == '\n') ++at;
  return at;
}

std::size_t skip_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t skip_properties(std::string_view source, std::size_t at) {
  const auto is_word = [](char c) { return !is_blank(c) && !is_break(c); };
  const auto is_space = [](char c) { return is_blank(c) || is_break(c); };
  while (at < source.size() && (source[at] == '&' || source[at] == '!')) {
    at = skip_while(source, at, is_word);
    at = skip_while(source, at, is_space);
  }
  return at;
}

std::size_t leading_blanks_of_first_text(std::string_view text) {
  std::size_t line = 0;
  while (line < text.size()) {
    const std::size_t content = skip_while(text, line, [](char c) { return c == ' '; });
    if (content < text.size() && !is_break(text[content])) return content - line;
    line = skip_line(text, content);
  }
  return 0;
}

ScalarPlace find_block(std::string_view source, std::size_t header, std::string_view text) {
  ScalarPlace place;
  place.style = source[header] == '|' ? ScalarStyle::Literal : ScalarStyle::Folded;
  place.start = skip_line(source, header);
  const std::size_t in_file = leading_blanks_of_first_text(source.substr(place.start));
  const std::size_t in_text = leading_blanks_of_first_text(text);
  place.indent = in_file > in_text ? in_file - in_text : 0;
  return place;
}

/// Walks through the source in step with the text.
class Aligner {
 public:
  Aligner(std::string_view source, const ScalarPlace& place, std::string_view text)
      : source_(source), place_(place), text_(text), at_(place.start), offsets_(text.size()) {
    if (is_block()) skip_indent();
  }

  std::vector<std::size_t> run() {
    while (i_ < text_.size()) step();
    return std::move(offsets_);
  }

 private:
  bool is_block() const {
    return place_.style == ScalarStyle::Literal || place_.style == ScalarStyle::Folded;
  }
  char here() const { return at_ < source_.size() ? source_[at_] : '\0'; }

  void skip_indent() {
    for (std::size_t n = 0; n < place_.indent && here() == ' '; ++n) ++at_;
  }

  void step() {
    if (place_.style == ScalarStyle::DoubleQuoted && here() == '\\') return escape();
    const char c = text_[i_];
    if ((c == ' ' || c == '\n') && at_break()) return line_end();
    offsets_[i_] = at_;
    if (here() == c) ++at_;
    if (place_.style == ScalarStyle::SingleQuoted && c == '\'' && here() == '\'') ++at_;
    ++i_;
  }

  // Blanks before a line end are no part of plain and quoted text.
  bool at_break() const {
    std::size_t at = at_;
    if (!is_block()) at = skip_while(source_, at, is_blank);
    return at < source_.size() && is_break(source_[at]);
  }

  void line_end() {
    offsets_[i_++] = at_;
    at_ = skip_break(source_, skip_while(source_, at_, is_blank));
    const bool more_breaks = i_ < text_.size() && text_[i_] == '\n';
    if (!is_block())
      at_ = skip_while(source_, at_, is_blank);
    else
      skip_indent();
    if (more_breaks || place_.style == ScalarStyle::Literal) return;
    while (is_break(here())) {
      at_ = skip_break(source_, at_);
      is_block() ? skip_indent() : static_cast<void>(at_ = skip_while(source_, at_, is_blank));
    }
  }

  void escape() {
    const char kind = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    if (is_break(kind)) {
      at_ = skip_while(source_, skip_break(source_, at_ + 1), is_blank);
      return;
    }
    const std::size_t size = kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
    const std::size_t bytes = std::max<std::size_t>(1, code_point_size(text_[i_]));
    for (std::size_t n = 0; n < bytes && i_ < text_.size(); ++n) offsets_[i_++] = at_;
    at_ = std::min(at_ + size, source_.size());
  }

  std::string_view source_;
  const ScalarPlace& place_;
  std::string_view text_;
  std::size_t at_;
  std::size_t i_ = 0;
  std::vector<std::size_t> offsets_;
};

}  // namespace

int count_code_points(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = code_point_size(text[i]);
    if (size == 0 || i + size > text.size()) return i;
    for (std::size_t k = 1; k < size; ++k)
      if (!is_continuation(text[i + k])) return i;
    if (size > 1 && !is_valid_second(static_cast<unsigned char>(text[i]),
                                     static_cast<unsigned char>(text[i + 1])))
      return i;
    i += size;
  }
  return std::string_view::npos;
}

LineTable::LineTable(std::string_view text) : text_(text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts_.push_back(i + 1);
}

Origin LineTable::locate(std::size_t offset) {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::size_t>(after - starts_.begin()) - 1;
  if (line != line_ || offset < offset_) {
    line_ = line;
    offset_ = starts_[line];
    column_ = 1;
  }
  column_ += count_code_points(text_.substr(offset_, offset - offset_));
  offset_ = offset;
  return {{}, static_cast<int>(line_) + 1, column_, 0};
}

ScalarPlace find_scalar(std::string_view source, std::size_t mark, std::string_view text) {
  const std::size_t at = skip_properties(source, std::min(mark, source.size()));
  if (at >= source.size()) return {ScalarStyle::Plain, source.size(), 0};
  switch (source[at]) {
    case '\'': return {ScalarStyle::SingleQuoted, at + 1, 0};
    case '"': return {ScalarStyle::DoubleQuoted, at + 1, 0};
    case '|':
    case '>': return find_block(source, at, text);
    default: return {ScalarStyle::Plain, at, 0};
  }
}

std::vector<std::size_t> align_scalar(std::string_view source, const ScalarPlace& place,
                                      std::string_view text) {
  return Aligner(source, place, text).run();
}

}  // namespace millrace::yaml
