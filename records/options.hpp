#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records/result.hpp"

namespace millrace {

/// Options as the user wrote them: text with its place. Names are compared without case and keep theirs.
struct OptionText {
  std::string value;
  Origin origin;
};

class Options {
 public:
  /// A name set again takes the new value.
  void set(std::string name, std::string value, Origin origin = {});
  /// Null when the option is not set.
  const OptionText* find(std::string_view name) const;
  const std::vector<std::pair<std::string, OptionText>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, OptionText>> entries_;
};

enum class OptionType { Text, Boolean, Integer, Bytes, Duration, Choice, List, Map };

/// One line of the option registry: makes the parser's checks, `--help`, docs and the JSON-Schema.
struct OptionDeclaration {
  std::string name;
  OptionType type = OptionType::Text;
  std::string default_text;           // as the user would write it; empty: none
  std::string summary;                // one sentence
  std::vector<std::string> choices;   // OptionType::Choice
  bool required = false;
  bool secret = false;                // never shown in any output
  std::string deprecated_by;
};

}  // namespace millrace
