#include "expressions/parse/token.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace millrace::parse {
namespace {

using Words = std::unordered_map<std::string_view, Token>;

const Words& words() {
  static const Words all = {
#define MILLRACE_WORD(name, text) {text, Token::name},
      MILLRACE_RESERVED_WORDS(MILLRACE_WORD) MILLRACE_CLAUSE_WORDS(MILLRACE_WORD)
          MILLRACE_FREE_WORDS(MILLRACE_WORD)
#undef MILLRACE_WORD
      // Spark takes these plurals for the words themselves.
      {"YEARS", Token::Year},
      {"MONTHS", Token::Month},
      {"WEEKS", Token::Week},
      {"DAYS", Token::Day},
      {"HOURS", Token::Hour},
      {"MINUTES", Token::Minute},
      {"SECONDS", Token::Second},
      {"MILLISECONDS", Token::Millisecond},
      {"MICROSECONDS", Token::Microsecond}};
  return all;
}

struct Symbol {
  std::string_view text;
  Token token;
};
constexpr std::array kSymbols = {
#define MILLRACE_SYMBOL(name, text) Symbol{text, Token::name},
    MILLRACE_SYMBOLS(MILLRACE_SYMBOL)
#undef MILLRACE_SYMBOL
};

constexpr std::size_t kLongestWord = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
// Letters beyond ASCII are letters of names too.
bool is_word_part(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

Token word_kind(std::string_view word) {
  if (word.size() > kLongestWord) return Token::Identifier;
  std::array<char, kLongestWord> buffer{};
  std::transform(word.begin(), word.end(), buffer.begin(), upper);
  const auto found = words().find({buffer.data(), word.size()});
  return found == words().end() ? Token::Identifier : found->second;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) { stream_.text = text; }

  TokenStream run() {
    while (skip_blanks(), position_ < text_.size()) add_token();
    add(Token::EndOfText, 0);
    return std::move(stream_);
  }

 private:
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  bool looking_at(std::string_view what) const {
    return text_.substr(position_, what.size()) == what;
  }

  // Moves on, counting lines and code points.
  void advance(std::size_t bytes) {
    for (const std::size_t end = position_ + bytes; position_ < end; ++position_) {
      if ((static_cast<unsigned char>(text_[position_]) & 0xC0) == 0x80) continue;
      ++place_.character;
      ++place_.column;
      if (text_[position_] == '\n') ++place_.line, place_.column = 1;
    }
  }

  void add(Token kind, std::size_t bytes) {
    TokenPlace place = place_;
    place.byte = static_cast<std::uint32_t>(position_);
    place.size = static_cast<std::uint32_t>(bytes);
    advance(bytes);
    place.characters = place_.character - place.character;
    stream_.kinds.push_back(kind);
    stream_.places.push_back(place);
  }

  void skip_blanks() {
    while (position_ < text_.size()) {
      if (is_blank(text_[position_]))
        advance(1);
      else if (looking_at("--"))
        advance(std::min(text_.find('\n', position_), text_.size()) - position_);
      else if (looking_at("/*") && comment_end() != text_.npos)
        advance(comment_end() - position_);
      else
        return;
    }
  }

  // Comments nest. npos when this one is never closed.
  std::size_t comment_end() const {
    int depth = 0;
    for (std::size_t i = position_; i + 1 < text_.size(); ++i) {
      const std::string_view two = text_.substr(i, 2);
      if (two == "/*")
        ++depth, ++i;
      else if (two == "*/" && (++i, --depth == 0))
        return i + 1;
    }
    return text_.npos;
  }

  void add_token() {
    const char c = text_[position_];
    if (c == '\'' || c == '"') return add_string(0);
    if ((c == 'r' || c == 'R') && (at(position_ + 1) == '\'' || at(position_ + 1) == '"'))
      return add_string(1);
    if (c == '`') return add_quoted_name();
    if (is_digit(c) || (c == '.' && is_digit(at(position_ + 1)) && !after_name()))
      return add_number();
    if (is_word_part(c)) return add_word();
    add_symbol();
  }

  bool after_name() const {
    if (stream_.kinds.empty()) return false;
    const Token last = stream_.kinds.back();
    return last == Token::Identifier || last == Token::QuotedIdentifier || last == Token::Close ||
           last == Token::CloseBracket || last >= kFirstReservedWord;
  }

  // `prefix` is 1 for r'...', in which a backslash is a backslash.
  void add_string(std::size_t prefix) {
    const char quote = text_[position_ + prefix];
    for (std::size_t i = position_ + prefix + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && prefix == 0)
        ++i;
      else if (text_[i] == quote && at(i + 1) == quote && prefix == 0)
        ++i;
      else if (text_[i] == quote)
        return add(Token::String, i + 1 - position_);
    }
    add(Token::Unrecognized, 1);
  }

  void add_quoted_name() {
    for (std::size_t i = position_ + 1; i < text_.size(); ++i) {
      if (text_[i] != '`') continue;
      if (at(i + 1) != '`') return add(Token::QuotedIdentifier, i + 1 - position_);
      ++i;
    }
    add(Token::Unrecognized, 1);
  }

  std::size_t skip_digits(std::size_t i) const {
    while (is_digit(at(i))) ++i;
    return i;
  }

  void add_number() {
    std::size_t end = skip_digits(position_);
    if (at(end) == '.' && at(end + 1) != '.') end = skip_digits(end + 1);
    if (upper(at(end)) == 'E') {
      const std::size_t digits = end + 1 + (at(end + 1) == '+' || at(end + 1) == '-');
      if (is_digit(at(digits))) end = skip_digits(digits);
    }
    if (upper(at(end)) == 'B' && upper(at(end + 1)) == 'D')
      end += 2;
    else if (std::string_view("LSYDF").find(upper(at(end))) != std::string_view::npos && at(end))
      ++end;
    if (is_word_part(at(end)) && is_digit(text_[position_])) return add_word();
    add(Token::Number, end - position_);
  }

  void add_word() {
    std::size_t end = position_;
    while (is_word_part(at(end))) ++end;
    add(word_kind(text_.substr(position_, end - position_)), end - position_);
  }

  void add_symbol() {
    const Symbol* best = nullptr;
    for (const Symbol& symbol : kSymbols) {
      if (looking_at(symbol.text) && (!best || symbol.text.size() > best->text.size()))
        best = &symbol;
    }
    if (best) return add(best->token, best->text.size());
    add(Token::Unrecognized, 1);
  }

  const std::string_view text_;
  std::size_t position_ = 0;
  TokenPlace place_;
  TokenStream stream_;
};

}  // namespace

TokenStream tokenize(std::string_view text) { return Tokenizer(text).run(); }

}  // namespace millrace::parse
