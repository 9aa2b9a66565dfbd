#include "topology/diagnostics.hpp"

#include "tests/support/catch.hpp"

namespace millrace {
namespace {

Error error_at(int line, int column, int length, const std::string& message) {
  Error error = make_error(ErrorKind::Config, message);
  error.origin = {"fraud.yaml", line, column, length};
  return error;
}

}  // namespace

TEST_CASE("an error shows its line with a caret, notes and the fix") {
  Error error = error_at(2, 27, 5, "unknown column `amont`");
  error.label = "did you mean `amount`?";
  error.notes = {"columns: id, amount"};
  error.fix = "name one of the columns above";
  const SourceTexts texts{{"fraud.yaml", "x: 1\n    where: amount > 0 and amont < 5000\r\n"}};

  CHECK(render_diagnostic(error, texts) ==
        "error: unknown column `amont`\n"
        " --> fraud.yaml:2:27\n"
        "  |\n"
        "2 |     where: amount > 0 and amont < 5000\n"
        "  |                           ^^^^^ did you mean `amount`?\n"
        "  = columns: id, amount\n"
        "  = fix: name one of the columns above");
}

TEST_CASE("an error without a known place shows what it has") {
  Error error = make_error(ErrorKind::Usage, "no command", "name one");
  error.error_class = "X.Y";
  error.sql_state = "42000";
  CHECK(render_diagnostic(error, {}) == "error: [X.Y] no command SQLSTATE: 42000\n  = fix: name one");
}

TEST_CASE("carets stand below wide text and beyond the end of a line") {
  const SourceTexts texts{{"fraud.yaml", "\xC3\xA9\xC3\xA9 b\n"}};
  CHECK(render_diagnostic(error_at(1, 4, 1, "m"), texts).ends_with("1 | \xC3\xA9\xC3\xA9 b\n  |    ^"));
  CHECK(render_diagnostic(error_at(1, 40, 3, "m"), texts).ends_with("  |     ^"));
  CHECK(render_diagnostic(error_at(99, 1, 3, "m"), texts).ends_with("99 | \n   | ^"));
}

TEST_CASE("control characters and long lines do not reach the terminal") {
  const SourceTexts texts{{"fraud.yaml", std::string(5000, 'x') + "\x1b[31m"}};
  const std::string text = render_diagnostic(error_at(1, 5001, 1, "bad \x1b\n\xC2\x9B"), texts);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("error: bad \\x1b\\n\\x9b\n") == 0);
  CHECK(text.size() < 600);
}

TEST_CASE("of a long line the part around the caret is shown, wherever it is") {
  const std::string left(3000, 'l');
  const SourceTexts texts{{"fraud.yaml", left + "HERE" + std::string(1 << 20, 'r')}};
  const std::string text = render_diagnostic(error_at(1, 3001, 4, "m"), texts);
  CHECK(text.find("1 | ..." + std::string(60, 'l') + "HERE" + std::string(96, 'r') + "...\n") !=
        std::string::npos);
  CHECK(text.ends_with("  | " + std::string(63, ' ') + "^^^^"));
}

TEST_CASE("errors are sorted by place") {
  std::vector<Error> errors{error_at(9, 1, 1, "c"), error_at(2, 9, 1, "b"), error_at(2, 3, 1, "a"),
                            make_error(ErrorKind::Usage, "last")};
  std::swap(errors[0], errors[3]);
  sort_by_position(errors);
  std::string order;
  for (const Error& error : errors) order += error.message + " ";
  CHECK(order == "a b c last ");
}

}  // namespace millrace
