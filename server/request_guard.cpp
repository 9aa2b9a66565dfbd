#include "server/request_guard.hpp"

#include <charconv>

namespace millrace {

namespace {

/// Takes as long for a wrong token as for the right one.
bool is_equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

std::optional<int> port_number(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535)
    return std::nullopt;
  return port;
}

std::string_view without_brackets(std::string_view address) {
  const bool has_them = address.size() > 2 && address.front() == '[' && address.back() == ']';
  return has_them ? address.substr(1, address.size() - 2) : address;
}

}  // namespace

bool is_loopback(std::string_view address) {
  if (address == "localhost" || address == "::1") return true;
  // Numbers only: anybody may have a domain that begins with `127.`.
  return address.starts_with("127.") &&
         address.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<HttpAccess> read_access(std::string_view text, std::string token, bool insecure) {
  HttpAccess access;
  access.token = std::move(token);
  access.insecure = insecure;
  const std::size_t colon = text.rfind(':');
  const bool has_address = colon != std::string_view::npos;
  const auto port = port_number(has_address ? text.substr(colon + 1) : text);
  if (!port)
    return make_error(ErrorKind::Usage, "http: no address and port: '" + std::string(text) + "'",
                      "write for example --http 127.0.0.1:8080");
  access.port = *port;
  if (has_address && colon > 0) access.address = without_brackets(text.substr(0, colon));
  if (is_loopback(access.address) || !access.token.empty() || insecure) return access;
  return make_error(
      ErrorKind::Usage,
      "http: anybody who reaches this machine could read the job at: '" + access.address + "'",
      "set a token with --http-token, or say --http-insecure");
}

bool RequestGuard::is_own_host(std::string_view host) const {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || port_number(host.substr(colon + 1)) != access_.port)
    return false;
  const std::string_view name = without_brackets(host.substr(0, colon));
  if (!is_loopback(access_.address)) return true;  // known by names that are not ours to know
  return is_loopback(name);
}

/// Data that leaves this machine needs the token; the page's own files hold none.
bool RequestGuard::needs_token(std::string_view path) const {
  const bool is_data = path.starts_with("/api/") || path == "/metrics";
  return is_data && !is_loopback(access_.address) && !access_.insecure;
}

bool RequestGuard::shows_token(const HttpRequest& request) const {
  return is_equal_in_constant_time(request.token, access_.token);
}

std::optional<HttpResponse> RequestGuard::refusal(const HttpRequest& request) const {
  if (!is_own_host(request.host)) return error_response(421, "this server is not the host named");
  if (!request.origin.empty() && request.origin != "http://" + request.host)
    return error_response(403, "requests of other sites are refused");
  const bool is_action = request.method == "POST";
  if (!is_action && request.method != "GET") return error_response(405, "GET or POST");
  if (is_action && !request.content_type.starts_with("application/json"))
    return error_response(415, "send application/json");
  if (is_action && access_.token.empty()) return error_response(403, "actions need a token");
  if ((is_action || needs_token(request.target.path)) && !shows_token(request))
    return error_response(401, "the token is missing or wrong");
  return std::nullopt;
}

}  // namespace millrace
