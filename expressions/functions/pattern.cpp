#include "expressions/functions/pattern.hpp"

#include <map>

#include "expressions/functions/function_errors.hpp"

namespace millrace {

namespace {

constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";
constexpr std::size_t kMaxCached = 64;

/// `(?<name>` of Java is `(?P<name>` here.
std::string to_re2_syntax(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      result.append(text.substr(i++, 2));
      continue;
    }
    result += text[i];
    if (text.substr(i).starts_with("(?<") && i + 3 < text.size() && text[i + 3] != '=' &&
        text[i + 3] != '!')
      result += "?P", ++i;
  }
  return result;
}

bool has_back_reference(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '\\' && text[++i] >= '1' && text[i] <= '9') return true;
  return false;
}

/// What Java has and RE2 lacks, or empty.
std::string_view missing_feature(std::string_view text) {
  for (std::string_view start : {"(?=", "(?!", "(?<=", "(?<!"})
    if (text.find(start) != text.npos) return "look-ahead and look-behind";
  if (text.find("(?>") != text.npos) return "atomic groups";
  for (std::string_view quantifier : {"*+", "++", "?+", "}+"})
    if (text.find(quantifier) != text.npos) return "possessive quantifiers";
  if (text.find("&&") != text.npos) return "intersections of character classes";
  return has_back_reference(text) ? "back references" : std::string_view();
}

Error bad_pattern(std::string_view text, std::string_view function, const std::string& reason) {
  Error error = invalid_parameter("PATTERN", "regexp", function, "'" + std::string(text) + "'.");
  const std::string_view missing = missing_feature(text);
  if (missing.empty()) {
    error.fix = "correct the regular expression: " + reason;
  } else {
    error.notes.push_back("regular expressions run on RE2, which has no " + std::string(missing));
    error.fix = "write the pattern without " + std::string(missing);
  }
  return error;
}

}  // namespace

Result<PatternPtr> compile_pattern(std::string_view text, std::string_view function) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_shared<const re2::RE2>(to_re2_syntax(text), options);
  if (!pattern->ok()) return bad_pattern(text, function, pattern->error());
  return PatternPtr(std::move(pattern));
}

Result<PatternArgument> PatternArgument::make(const FunctionCall& call,
                                              const BoundExpressionPtr& argument) {
  PatternArgument result;
  result.function_ = call.name;
  const std::optional<std::string> text = constant_text(*argument);
  if (!text) return result;
  Result<PatternPtr> pattern = compile_pattern(*text, call.name);
  if (!pattern) {
    Error error = pattern.error();
    error.origin = call.origin;
    return error;
  }
  result.constant_ = std::move(*pattern);
  return result;
}

const re2::RE2* PatternArgument::get(CallRow& row, std::string_view text) const {
  if (constant_) return constant_.get();
  thread_local std::map<std::string, PatternPtr, std::less<>> cache;
  if (auto found = cache.find(text); found != cache.end()) return found->second.get();
  Result<PatternPtr> pattern = compile_pattern(text, function_);
  if (!pattern) {
    row.fail(pattern.error());
    return nullptr;
  }
  if (cache.size() >= kMaxCached) cache.clear();
  return cache.emplace(text, *pattern).first->second.get();
}

std::optional<std::string> plain_text_of(std::string_view pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (++i == pattern.size() || kSpecial.find(pattern[i]) == kSpecial.npos) return std::nullopt;
    } else if (kSpecial.find(pattern[i]) != kSpecial.npos) {
      return std::nullopt;
    }
    text += pattern[i];
  }
  return text;
}

}  // namespace millrace
