#include "records/schema_text.hpp"

#include <charconv>

#include "records/edit_distance.hpp"
#include "records/schema_json.hpp"

namespace millrace {

namespace {

constexpr int kMaxDepth = 200;

struct NamedType {
  const char* name;
  TypeKind kind;
};
constexpr NamedType kNamedTypes[] = {
    {"boolean", TypeKind::Boolean},     {"tinyint", TypeKind::Byte},
    {"byte", TypeKind::Byte},           {"smallint", TypeKind::Short},
    {"short", TypeKind::Short},         {"int", TypeKind::Int},
    {"integer", TypeKind::Int},         {"bigint", TypeKind::Long},
    {"long", TypeKind::Long},           {"float", TypeKind::Float},
    {"real", TypeKind::Float},          {"double", TypeKind::Double},
    {"date", TypeKind::Date},           {"timestamp", TypeKind::Timestamp},
    {"timestamp_ltz", TypeKind::Timestamp}, {"timestamp_ntz", TypeKind::TimestampNtz},
    {"string", TypeKind::String},       {"binary", TypeKind::Binary},
    {"void", TypeKind::Null},           {"null", TypeKind::Null},
};
constexpr const char* kOtherTypes[] = {"decimal", "dec", "numeric", "char", "character",
                                       "varchar", "array", "map", "struct", "interval"};

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const NamedType& type : kNamedTypes) names.push_back(type.name);
  for (const char* name : kOtherTypes) names.push_back(name);
  return names;
}

enum class TokenKind { End, Name, QuotedName, Number, Text, Symbol };

struct Token {
  TokenKind kind = TokenKind::End;
  std::string text;
  Origin origin;

  bool is(char symbol) const { return kind == TokenKind::Symbol && text[0] == symbol; }
  bool is_word(std::string_view word) const {
    return kind == TokenKind::Name && equal_ignoring_case(text, word);
  }
};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Cuts a DDL text into tokens, one ahead.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) { advance(); }

  const Token& peek() const { return token_; }
  Token take() {
    Token taken = std::move(token_);
    advance();
    return taken;
  }

 private:
  void advance();
  void skip_white_space();
  void quoted(char quote);
  char eat() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++column_;
    }
    return c;
  }

  std::string_view rest_;
  int line_ = 1;
  int column_ = 1;
  Token token_;
};

void Lexer::skip_white_space() {
  while (!rest_.empty() && static_cast<unsigned char>(rest_.front()) <= ' ') eat();
}

void Lexer::quoted(char quote) {
  eat();
  while (!rest_.empty()) {
    const char c = eat();
    if (c == '\\' && quote != '`' && !rest_.empty()) {
      token_.text += eat();
    } else if (c != quote) {
      token_.text += c;
    } else if (!rest_.empty() && rest_.front() == quote) {
      token_.text += eat();
    } else {
      return;
    }
  }
  token_.kind = TokenKind::Symbol;  // no closing quote: a symbol that nothing accepts
  token_.text.insert(token_.text.begin(), quote);
}

void Lexer::advance() {
  skip_white_space();
  token_ = Token{TokenKind::End, "", Origin{"", line_, column_, 1}};
  if (rest_.empty()) return;
  const char first = rest_.front();
  if (first == '`' || first == '\'' || first == '"') {
    token_.kind = first == '`' ? TokenKind::QuotedName : TokenKind::Text;
    quoted(first);
  } else if (is_name_byte(first)) {
    bool all_digits = true;
    while (!rest_.empty() && is_name_byte(rest_.front())) {
      all_digits = all_digits && is_digit(rest_.front());
      token_.text += eat();
    }
    token_.kind = all_digits ? TokenKind::Number : TokenKind::Name;
  } else {
    token_.kind = TokenKind::Symbol;
    token_.text += eat();
  }
  if (line_ == token_.origin.line) token_.origin.length = column_ - token_.origin.column;
}

Error syntax_error(const Token& token) {
  const bool at_end = token.kind == TokenKind::End;
  Error error = make_error(
      ErrorKind::Usage,
      "Syntax error at or near " + (at_end ? std::string("end of input") : "'" + token.text + "'") +
          (at_end ? "" : "."),
      "write a schema as 'name TYPE, name TYPE', for example 'id BIGINT, tags ARRAY<STRING>'");
  error.error_class = "PARSE_SYNTAX_ERROR";
  error.sql_state = "42601";
  error.origin = token.origin;
  return error;
}

Error unsupported_type(const Token& token) {
  std::string upper = token.text;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  Error error = make_error(ErrorKind::Usage, "Unsupported data type \"" + upper + "\".");
  error.error_class = "UNSUPPORTED_DATATYPE";
  error.sql_state = "0A000";
  error.origin = token.origin;
  const std::string nearest = nearest_name(token.text, type_names());
  error.fix = nearest.empty() ? "use a type such as INT, BIGINT, DOUBLE, STRING, BOOLEAN, TIMESTAMP, "
                                "DECIMAL(10,2), ARRAY<...>, MAP<..., ...> or STRUCT<...>"
                              : "did you mean '" + nearest + "'?";
  return error;
}

Error decimal_error(std::string error_class, std::string message, const Origin& origin) {
  Error error = make_error(ErrorKind::Usage, std::move(message), "use at most DECIMAL(38,38)");
  error.error_class = std::move(error_class);
  error.sql_state = "22003";
  error.origin = origin;
  return error;
}

/// Recursive descent over one DDL text.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Result<Schema> schema() {
    Schema schema;
    if (lexer_.peek().kind == TokenKind::End) return schema;
    Result<std::vector<Field>> parsed = fields();
    if (!parsed) return parsed.error();
    schema.fields = *std::move(parsed);
    if (lexer_.peek().kind != TokenKind::End) return syntax_error(lexer_.peek());
    return schema;
  }

  Result<DataType> whole_type() {
    Result<DataType> parsed = type(0);
    if (parsed && lexer_.peek().kind != TokenKind::End) return syntax_error(lexer_.peek());
    return parsed;
  }

 private:
  Result<std::vector<Field>> fields(int depth = 0);
  Result<Field> field(int depth);
  Status field_ending(Field& field);
  Result<DataType> type(int depth);
  Result<DataType> decimal_type();
  Result<DataType> interval_type();
  Result<DataType> array_type(int depth);
  Result<DataType> map_type(int depth);
  Result<DataType> struct_type(int depth);
  Result<DataType> text_type();
  Result<int> number();

  bool accept(char symbol) {
    if (!lexer_.peek().is(symbol)) return false;
    lexer_.take();
    return true;
  }
  bool accept_word(std::string_view word) {
    if (!lexer_.peek().is_word(word)) return false;
    lexer_.take();
    return true;
  }
  Status expect(char symbol) {
    if (accept(symbol)) return {};
    return syntax_error(lexer_.peek());
  }

  Lexer lexer_;
};

Result<std::vector<Field>> Parser::fields(int depth) {
  std::vector<Field> fields;
  do {
    Result<Field> next = field(depth);
    if (!next) return next.error();
    fields.push_back(*std::move(next));
  } while (accept(','));
  return fields;
}

Result<Field> Parser::field(int depth) {
  const TokenKind kind = lexer_.peek().kind;
  if (kind != TokenKind::Name && kind != TokenKind::QuotedName) return syntax_error(lexer_.peek());
  Field field;
  field.name = lexer_.take().text;
  accept(':');
  Result<DataType> parsed = type(depth);
  if (!parsed) return parsed.error();
  field.type = *std::move(parsed);
  if (Status ending = field_ending(field); !ending) return ending.error();
  return field;
}

Status Parser::field_ending(Field& field) {
  if (accept_word("not")) {
    if (!accept_word("null")) return syntax_error(lexer_.peek());
    field.nullable = false;
  }
  if (!accept_word("comment")) return {};
  if (lexer_.peek().kind != TokenKind::Text) return syntax_error(lexer_.peek());
  lexer_.take();
  return {};
}

Result<DataType> Parser::type(int depth) {
  if (lexer_.peek().kind != TokenKind::Name || depth > kMaxDepth) return syntax_error(lexer_.peek());
  const Token name = lexer_.take();
  for (const NamedType& type : kNamedTypes)
    if (name.is_word(type.name)) return DataType(type.kind);
  if (name.is_word("decimal") || name.is_word("dec") || name.is_word("numeric"))
    return decimal_type();
  if (name.is_word("interval")) return interval_type();
  if (name.is_word("array")) return array_type(depth + 1);
  if (name.is_word("map")) return map_type(depth + 1);
  if (name.is_word("struct")) return struct_type(depth + 1);
  if (name.is_word("char") || name.is_word("character") || name.is_word("varchar"))
    return text_type();
  return unsupported_type(name);
}

Result<int> Parser::number() {
  const Token& token = lexer_.peek();
  int value = 0;
  const char* end = token.text.data() + token.text.size();
  if (token.kind != TokenKind::Number ||
      std::from_chars(token.text.data(), end, value).ec != std::errc())
    return syntax_error(token);
  lexer_.take();
  return value;
}

Result<DataType> Parser::decimal_type() {
  const Origin origin = lexer_.peek().origin;
  if (!accept('(')) return DataType::decimal(10, 0);
  Result<int> precision = number();
  if (!precision) return precision.error();
  int scale = 0;
  if (accept(',')) {
    Result<int> parsed = number();
    if (!parsed) return parsed.error();
    scale = *parsed;
  }
  if (Status closed = expect(')'); !closed) return closed.error();
  if (*precision > 38)
    return decimal_error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                         "Decimal precision " + std::to_string(*precision) +
                             " exceeds max precision 38.",
                         origin);
  if (scale > *precision)
    return decimal_error("INVALID_DECIMAL_SCALE",
                         "Decimal scale " + std::to_string(scale) +
                             " cannot be greater than precision " + std::to_string(*precision) + ".",
                         origin);
  return DataType::decimal(*precision, scale);
}

Result<DataType> Parser::text_type() {
  if (Status opened = expect('('); !opened) return opened.error();
  if (Result<int> length = number(); !length) return length.error();
  if (Status closed = expect(')'); !closed) return closed.error();
  return DataType(TypeKind::String);
}

Result<DataType> Parser::interval_type() {
  static constexpr const char* kUnits[] = {"day", "hour", "minute", "second", "year", "month"};
  auto unit = [&]() -> int {
    for (int i = 0; i < 6; ++i)
      if (accept_word(kUnits[i])) return i;
    return -1;
  };
  const Token at = lexer_.peek();
  const int start = unit();
  if (start < 0) return DataType(TypeKind::CalendarInterval);
  int end = start;
  if (accept_word("to")) end = unit();
  const bool same_family = (start < 4) == (end < 4);
  if (end < start || !same_family) return syntax_error(at);
  return start < 4 ? DataType::day_time_interval(start, end)
                   : DataType::year_month_interval(start - 4, end - 4);
}

Result<DataType> Parser::array_type(int depth) {
  if (Status opened = expect('<'); !opened) return opened.error();
  Result<DataType> element = type(depth);
  if (!element) return element;
  if (Status closed = expect('>'); !closed) return closed.error();
  return DataType::array(*std::move(element));
}

Result<DataType> Parser::map_type(int depth) {
  if (Status opened = expect('<'); !opened) return opened.error();
  Result<DataType> key = type(depth);
  if (!key) return key;
  if (Status comma = expect(','); !comma) return comma.error();
  Result<DataType> value = type(depth);
  if (!value) return value;
  if (Status closed = expect('>'); !closed) return closed.error();
  return DataType::map(*std::move(key), *std::move(value));
}

Result<DataType> Parser::struct_type(int depth) {
  if (Status opened = expect('<'); !opened) return opened.error();
  if (accept('>')) return DataType::structure({});
  Result<std::vector<Field>> parsed = fields(depth);
  if (!parsed) return parsed.error();
  if (Status closed = expect('>'); !closed) return closed.error();
  return DataType::structure(*std::move(parsed));
}

}  // namespace

Result<Schema> parse_schema(std::string_view text) {
  std::string_view front = text;
  while (!front.empty() && static_cast<unsigned char>(front.front()) <= ' ') front.remove_prefix(1);
  if (front.starts_with('{')) return parse_schema_json(text);
  return Parser(text).schema();
}

Result<DataType> parse_type(std::string_view text) { return Parser(text).whole_type(); }

std::string to_ddl(const Schema& schema) {
  std::string ddl;
  for (const Field& field : schema.fields) {
    if (!ddl.empty()) ddl += ",";
    ddl += quote_name_if_needed(field.name) + " " + field.type.to_sql();
    if (!field.nullable) ddl += " NOT NULL";
  }
  return ddl;
}

}  // namespace millrace
