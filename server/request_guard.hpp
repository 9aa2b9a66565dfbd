#pragma once

#include "records/result.hpp"
#include "server/http_message.hpp"

#include <optional>
#include <string>

namespace millrace {

/// Where a server listens and who may talk to it.
struct HttpAccess {
  std::string address = "127.0.0.1";
  int port = 0;
  /// Actions (POST) must show it, and requests for data from beyond this machine.
  std::string token;
  /// Listens beyond this machine without a token, because the user said so.
  bool insecure = false;
};

/// `127.0.0.1:8080`, `8080`, `[::1]:8080`. Errors: no port in it; an address beyond this machine
/// without a token or `insecure`.
Result<HttpAccess> read_access(std::string_view text, std::string token, bool insecure);

/// True for 127.0.0.0/8, ::1 and localhost.
bool is_loopback(std::string_view address);

/// Decides whether a request is answered at all; pure. Guards against pages of other sites that
/// talk to this machine: the Host header must name the server (DNS rebinding), an Origin must be
/// the server's own, actions must be JSON and show the token.
class RequestGuard {
 public:
  explicit RequestGuard(HttpAccess access) : access_(std::move(access)) {}
  /// The refusal, or nothing.
  std::optional<HttpResponse> refusal(const HttpRequest& request) const;

 private:
  bool is_own_host(std::string_view host) const;
  bool needs_token(std::string_view path) const;
  bool shows_token(const HttpRequest& request) const;

  const HttpAccess access_;
};

}  // namespace millrace
