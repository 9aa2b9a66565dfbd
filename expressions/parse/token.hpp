#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace::parse {

// Words that name nothing unless they stand after AS or a dot.
#define MILLRACE_RESERVED_WORDS(X)                                                                \
  X(Select, "SELECT")                                                                             \
  X(From, "FROM") X(Where, "WHERE") X(Having, "HAVING") X(Union, "UNION")                         \
      X(Intersect, "INTERSECT") X(Except, "EXCEPT") X(On, "ON") X(Using, "USING") X(Join, "JOIN") \
          X(And, "AND") X(Or, "OR") X(Not, "NOT") X(In, "IN") X(Is, "IS") X(Between, "BETWEEN")   \
              X(As, "AS") X(Distinct, "DISTINCT") X(Case, "CASE") X(When, "WHEN") X(Then, "THEN") \
                  X(Else, "ELSE") X(Null, "NULL") X(True, "TRUE") X(False, "FALSE") X(By, "BY")
// Words that may name a column, but no alias without AS: they begin the next clause.
#define MILLRACE_CLAUSE_WORDS(X)                                                            \
  X(Group, "GROUP")                                                                         \
  X(Order, "ORDER") X(Limit, "LIMIT") X(Offset, "OFFSET") X(Left, "LEFT") X(Right, "RIGHT") \
      X(Full, "FULL") X(Inner, "INNER") X(Cross, "CROSS") X(Semi, "SEMI") X(Anti, "ANTI")   \
          X(Natural, "NATURAL") X(Lateral, "LATERAL") X(Like, "LIKE") X(Rlike, "RLIKE")     \
              X(Regexp, "REGEXP") X(Ilike, "ILIKE") X(Div, "DIV") X(With, "WITH")
// Words with a meaning in one place that are names everywhere else.
#define MILLRACE_FREE_WORDS(X)                                                                    \
  X(All, "ALL")                                                                                   \
  X(Any, "ANY") X(Some, "SOME") X(Exists, "EXISTS") X(Cast, "CAST") X(TryCast, "TRY_CAST")        \
      X(End, "END") X(Escape, "ESCAPE") X(Unknown, "UNKNOWN") X(Interval, "INTERVAL") X(To, "TO") \
          X(Extract, "EXTRACT") X(Trim, "TRIM") X(Both, "BOTH") X(Leading, "LEADING")             \
              X(Trailing, "TRAILING") X(Substring, "SUBSTRING") X(Substr, "SUBSTR") X(For, "FOR") \
                  X(Position, "POSITION") X(Overlay, "OVERLAY") X(Placing, "PLACING") X(          \
                      Filter, "FILTER") X(Over, "OVER") X(Partition, "PARTITION") X(Rows, "ROWS") \
                      X(Range, "RANGE") X(Window, "WINDOW") X(Unbounded, "UNBOUNDED") X(Preceding, "PRECEDING")       \
                          X(Following, "FOLLOWING") X(Current, "CURRENT") X(Row, "ROW")           \
                              X(Asc, "ASC") X(Desc, "DESC") X(Nulls, "NULLS") X(First, "FIRST")   \
                                  X(Last, "LAST") X(Outer, "OUTER") X(View, "VIEW")               \
                                      X(Rollup, "ROLLUP") X(Cube, "CUBE") X(Grouping, "GROUPING") \
                                          X(Sets, "SETS") X(Within, "WITHIN") X(Year, "YEAR") X(Month, "MONTH")       \
                                              X(Week, "WEEK") X(Day, "DAY") X(Hour, "HOUR")       \
                                                  X(Minute, "MINUTE") X(Second, "SECOND")         \
                                                      X(Millisecond, "MILLISECOND")               \
                                                          X(Microsecond, "MICROSECOND")
#define MILLRACE_SYMBOLS(X)                                                                       \
  X(Open, "(")                                                                                    \
  X(Close, ")") X(OpenBracket, "[") X(CloseBracket, "]") X(Comma, ",") X(Dot, ".")                \
      X(Semicolon, ";") X(Plus, "+") X(Minus, "-") X(Star, "*") X(Slash, "/") X(Percent, "%")     \
          X(Concat, "||") X(Ampersand, "&") X(Pipe, "|") X(Caret, "^") X(Tilde, "~") X(Bang, "!") \
              X(Equal, "=") X(DoubleEqual, "==") X(NullSafeEqual, "<=>") X(NotEqual, "!=")        \
                  X(LessGreater, "<>") X(Less, "<") X(LessEqual, "<=") X(Greater, ">")            \
                      X(GreaterEqual, ">=") X(ShiftLeft, "<<") X(ShiftRight, ">>")                \
                          X(ShiftRightZero, ">>>") X(Arrow, "->") X(FatArrow, "=>")               \
                              X(DoubleColon, "::") X(Colon, ":")

/// Kinds of tokens. One byte each: the grammar runs over a string of them.
enum class Token : unsigned char {
  EndOfText,
  Unrecognized,  // a character that begins no token, and quotes that nothing closes
  Identifier,
  QuotedIdentifier,
  String,
  Number,
#define MILLRACE_TOKEN(name, text) name,
  MILLRACE_SYMBOLS(MILLRACE_TOKEN) MILLRACE_RESERVED_WORDS(MILLRACE_TOKEN)
      MILLRACE_CLAUSE_WORDS(MILLRACE_TOKEN) MILLRACE_FREE_WORDS(MILLRACE_TOKEN)
#undef MILLRACE_TOKEN
};

constexpr Token kFirstSymbol = Token::Open;
constexpr Token kFirstReservedWord = Token::Select;
constexpr Token kFirstClauseWord = Token::Group;
constexpr Token kFirstFreeWord = Token::All;
constexpr Token kLastWord = Token::Microsecond;

/// Where one token stands. Lines and columns count from 1, `character` from 0, all in code points.
struct TokenPlace {
  std::uint32_t byte = 0;
  std::uint32_t size = 0;  // bytes
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t character = 0;
  std::uint32_t characters = 0;
};

/// Text cut into tokens, comments and blanks left out. `text` must outlive it.
struct TokenStream {
  std::string_view text;
  std::vector<Token> kinds;        // ends with EndOfText
  std::vector<TokenPlace> places;  // one for each kind

  std::string_view text_of(std::size_t token) const {
    return text.substr(places[token].byte, places[token].size);
  }
  /// The text from the first token up to the one before `end`. Requires: first < end.
  std::string_view text_of(std::size_t first, std::size_t end) const {
    const auto begin = places[first].byte;
    return text.substr(begin, places[end - 1].byte + places[end - 1].size - begin);
  }
};

/// Cuts Spark SQL into tokens. Never fails: what is no token is `Unrecognized`.
TokenStream tokenize(std::string_view text);

}  // namespace millrace::parse
