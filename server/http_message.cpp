#include "server/http_message.hpp"

#include <utility>

#include "metrics/progress.hpp"

namespace millrace {

namespace {

constexpr std::size_t kMaxTargetBytes = 2048;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
}

/// Undoes percent-encoding; in a query a plus is a blank.
std::optional<std::string> decoded(std::string_view text, bool in_query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && in_query) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (is_control(c)) return std::nullopt;
    out.push_back(c);
  }
  return out;
}

bool has_parent_step(std::string_view path) {
  for (std::size_t at = path.find(".."); at != std::string_view::npos;
       at = path.find("..", at + 1)) {
    const bool starts = path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (starts && ends) return true;
  }
  return false;
}

/// Adds `name=value`; false when it cannot be decoded.
bool add_field(std::string_view field, HttpTarget& target) {
  const std::size_t equals = field.find('=');
  const auto name = decoded(field.substr(0, equals), true);
  const auto value = decoded(
      equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1), true);
  if (!name || !value) return false;
  if (!name->empty()) target.query[*name] = *value;
  return true;
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/' || text.size() > kMaxTargetBytes) return std::nullopt;
  const std::size_t question = text.find('?');
  auto path = decoded(text.substr(0, question), false);
  if (!path || has_parent_step(*path)) return std::nullopt;
  HttpTarget target{std::move(*path), {}};
  if (question == std::string_view::npos) return target;
  std::string_view rest = text.substr(question + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    if (!add_field(rest.substr(0, end), target)) return std::nullopt;
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return target;
}

HttpResponse error_response(int status, std::string_view why) {
  return {status, "application/json", "{\"error\":" + json_string(why) + "}\n"};
}

}  // namespace millrace
