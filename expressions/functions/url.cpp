#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

#include <optional>

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

/// The parts of a URI by RFC 2396, as java.net.URI gives them; views into the text.
struct Url {
  std::optional<string_view> scheme, authority, user, host, path, query, fragment;
};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// No blanks, control characters or quotes, and hexadecimal digits behind each %.
bool has_legal_characters(string_view text) {
  static constexpr string_view kIllegal = " \"<>\\^`{|}";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F || kIllegal.find(text[i]) != string_view::npos) return false;
    if (text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])))
      return false;
  }
  return true;
}

/// Cuts what stands before the first of `ends` off the text.
string_view take_until(string_view& text, string_view ends) {
  const std::size_t end = std::min(text.find_first_of(ends), text.size());
  const string_view part = text.substr(0, end);
  text.remove_prefix(end);
  return part;
}

std::optional<string_view> take_scheme(string_view& text) {
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == string_view::npos || text[colon] != ':' || colon == 0 || !is_letter(text[0]))
    return std::nullopt;
  const string_view scheme = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return scheme;
}

void split_authority(Url& url) {
  string_view rest = *url.authority;
  if (const std::size_t at = rest.rfind('@'); at != string_view::npos) {
    url.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  const std::size_t port =
      rest.find(':', rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0);
  const string_view host = rest.substr(0, std::min(port, rest.size()));
  if (!host.empty()) url.host = host;
}

std::optional<Url> parse_url(string_view text) {
  if (!has_legal_characters(text)) return std::nullopt;
  Url url;
  url.scheme = take_scheme(text);
  if (url.scheme && text.empty()) return std::nullopt;
  const bool is_opaque = url.scheme && !text.starts_with('/');
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    url.authority = take_until(text, "/?#");
    if (url.authority->empty() && text.empty()) return std::nullopt;
    if (url.authority->empty())
      url.authority.reset();
    else
      split_authority(url);
  }
  const string_view path = take_until(text, is_opaque ? "#" : "?#");
  if (!is_opaque) url.path = path;
  if (text.starts_with('?')) {
    text.remove_prefix(1);
    url.query = take_until(text, "#");
  }
  if (text.starts_with('#')) url.fragment = text.substr(1);
  return url;
}

std::optional<string_view> part_of(CallRow& row, const Url& url, string_view part) {
  if (part == "HOST") return url.host;
  if (part == "PATH") return url.path;
  if (part == "QUERY") return url.query;
  if (part == "REF") return url.fragment;
  if (part == "PROTOCOL") return url.scheme;
  if (part == "AUTHORITY") return url.authority;
  if (part == "USERINFO") return url.user;
  if (part != "FILE" || !url.path) return std::nullopt;
  return url.query ? row.copy(std::string(*url.path) + "?" + std::string(*url.query)) : *url.path;
}

/// The value of `key=value` between ampersands.
std::optional<string_view> query_value(string_view query, string_view key) {
  while (!query.empty()) {
    string_view pair = take_until(query, "&");
    if (!query.empty()) query.remove_prefix(1);
    if (pair.starts_with(key) && pair.substr(key.size()).starts_with('='))
      return pair.substr(key.size() + 1);
  }
  return std::nullopt;
}

Error invalid_url(string_view url) {
  return row_error("INVALID_URL", "22P02",
                   "The url is invalid: " + std::string(url) +
                       ". Use `try_parse_url` to tolerate invalid URL and return NULL instead.");
}

template <bool IsTry>
Result<BoundExpressionPtr> bind_parse_url(const FunctionCall& call) {
  const bool fails = call.settings.ansi && !IsTry;
  if (call.arguments.size() == 3)
    return FunctionGroup::binder<String(String, String, String)>(
        plain([fails](CallRow& row, string_view text, string_view part,
                      string_view key) -> std::optional<string_view> {
          const std::optional<Url> url = parse_url(text);
          if (!url && fails) return row.fail(invalid_url(text));
          if (!url || part != "QUERY" || !url->query) return std::nullopt;
          return query_value(*url->query, key);
        }))(call);
  return FunctionGroup::binder<String(String, String)>(plain(
      [fails](CallRow& row, string_view text, string_view part) -> std::optional<string_view> {
        const std::optional<Url> url = parse_url(text);
        if (!url && fails) return row.fail(invalid_url(text));
        return url ? part_of(row, *url, part) : std::nullopt;
      }))(call);
}

}  // namespace

void register_url_functions(FunctionRegistry& registry) {
  FunctionGroup urls(registry, "url");
  urls.add_custom(
      "parse_url(url, part[, key])",
      "HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL; with a key "
      "its value in the query.",
      bind_parse_url<false>);
  urls.add_custom("try_parse_url(url, part[, key])", "The same, NULL where the URL is invalid.",
                  bind_parse_url<true>);
}

}  // namespace millrace
