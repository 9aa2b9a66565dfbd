#include "tools/fraud/demo_pages.hpp"

#include "server/job_pages.hpp"
#include "tools/fraud/http_get.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace millrace::fraud {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kEventInterval{200};
constexpr double kMaxRate = 200'000;
const HttpResponse kDone{200, "application/json", "{}\n"};

/// What the engine's server says for a path.
HttpServer::Handler from_engine(const Demo& demo, const std::string& path,
                                const std::string& content_type) {
  return [&demo, path, content_type](const HttpRequest&) {
    const auto body = http_get(demo.engine_http_port(), path);
    return body ? HttpResponse{200, content_type, *body}
                : error_response(503, "the engine does not answer");
  };
}

HttpResponse explain_alert(const Demo& demo, const HttpRequest& request) {
  const auto id = request.target.query.find("id");
  std::int64_t number = -1;
  if (id != request.target.query.end())
    std::from_chars(id->second.data(), id->second.data() + id->second.size(), number);
  const auto alert = demo.alerts().find(number);
  return alert ? HttpResponse{200, "application/json", *alert}
               : error_response(404, "no such alert, or it is too long ago");
}

HttpResponse change_rate(Demo& demo, const HttpRequest& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("rate") || !body["rate"].is_number())
    return error_response(400, "send {\"rate\": 1000}");
  const auto rate = body["rate"].get<double>();
  if (!(rate >= 1 && rate <= kMaxRate)) return error_response(400, "a rate from 1 to 200000");
  demo.set_rate(rate);
  return kDone;
}

HttpResponse change_mode(Demo& demo, const HttpRequest& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  const std::string mode = body.is_object() ? body.value("mode", Json()).dump() : "";
  for (const char* known : {"continuous 10 ms", "processingTime 100 milliseconds"})
    if (mode == Json(known).dump()) {
      demo.ask_for_mode(known);
      return kDone;
    }
  return error_response(400, "no such mode");
}

}  // namespace

void add_demo_pages(HttpServer& server, Demo& demo) {
  add_page_files(server, "fraud.html");
  server.on_get("/api/plan", from_engine(demo, "/api/plan", "application/json"));
  server.on_get("/api/progress", from_engine(demo, "/api/progress", "application/json"));
  server.on_get("/metrics", from_engine(demo, "/metrics", "text/plain; version=0.0.4"));
  server.on_get("/api/demo/why",
                [&demo](const HttpRequest& request) { return explain_alert(demo, request); });
  server.on_events("/api/demo/events", kEventInterval, [&demo] {
    return demo.state_json(http_get(demo.engine_http_port(), "/api/state"));
  });
  server.on_post("/api/demo/kill", [&demo](const HttpRequest&) {
    demo.ask_to_kill();
    return kDone;
  });
  server.on_post("/api/demo/rate",
                 [&demo](const HttpRequest& request) { return change_rate(demo, request); });
  server.on_post("/api/demo/mode",
                 [&demo](const HttpRequest& request) { return change_mode(demo, request); });
}

}  // namespace millrace::fraud
