#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The characters that a CSV text is made with.
struct CsvSyntax {
  char separator = ',';
  char quote = '"';
  char escape = '\\';
};

/// One field of a line. `text` is a view into the line, or into the splitter when escapes had to go.
struct CsvField {
  std::string_view text;
  bool quoted = false;
  bool copied = false;
};

/// Splits lines into fields by the rules of Spark's reader (univocity): inside quotes the escape goes
/// before a quote or before itself; a quote that ends nothing (`"a"b`, a doubled quote) makes the field
/// what it says up to the next separator, quotes and all. Not thread-safe.
class CsvLineSplitter {
 public:
  explicit CsvLineSplitter(const CsvSyntax& syntax) : syntax_(syntax) {}

  /// The fields of `line`; valid until the next call.
  const std::vector<CsvField>& split(std::string_view line);

 private:
  CsvField take_quoted(std::string_view& rest);
  CsvField take_plain(std::string_view& rest) const;
  std::string_view without_escapes(std::string_view text, std::size_t num_escapes);

  CsvSyntax syntax_;
  std::vector<CsvField> fields_;
  std::string unescaped_;
};

}  // namespace millrace
