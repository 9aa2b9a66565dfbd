#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// What a client asks for: a request target taken apart, percent-encoding undone.
struct HttpTarget {
  std::string path;  // begins with /
  std::map<std::string, std::string> query;
};
/// Empty when `target` is no path with an optional query: no leading slash, bad percent-encoding, a
/// control character, a `..` step, or longer than 2,048 bytes.
std::optional<HttpTarget> parse_target(std::string_view target);

struct HttpRequest {
  std::string method;  // GET, POST
  HttpTarget target;
  std::string host;  // header fields; empty where there are none
  std::string origin;
  std::string content_type;
  std::string token;  // of `Authorization: Bearer`, else of the query
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// `{"error": "..."}` with a status.
HttpResponse error_response(int status, std::string_view why);

}  // namespace millrace
