#include "server/job_pages.hpp"

#include "server/page_files.hpp"

namespace millrace {

namespace {

constexpr std::chrono::milliseconds kEventInterval{250};

HttpServer::Handler giving(std::function<std::string()> text, std::string content_type) {
  return [text = std::move(text), content_type = std::move(content_type)](const HttpRequest&) {
    return HttpResponse{200, content_type, text()};
  };
}

HttpServer::Handler answering(std::function<Result<std::string>(const std::string&)> sql) {
  return [sql = std::move(sql)](const HttpRequest& request) {
    if (!sql)
      return error_response(404, "this job has no tables to ask: give it a sink of type memory");
    const auto query = request.target.query.find("q");
    if (query == request.target.query.end()) return error_response(400, "say ?q=SELECT ...");
    const auto rows = sql(query->second);
    return rows.ok() ? HttpResponse{200, "application/json", *rows}
                     : error_response(400, rows.error().message);
  };
}

}  // namespace

void add_job_pages(HttpServer& server, JobView view) {
  server.on_get("/metrics", giving(view.metrics, "text/plain; version=0.0.4"));
  server.on_get("/api/progress", giving(view.progress, "application/json"));
  server.on_get("/api/plan", giving(view.plan, "application/json"));
  server.on_get("/api/state", giving(view.state, "application/json"));
  server.on_events("/api/events", kEventInterval, view.state);
  server.on_get("/api/sql", answering(view.sql));
}

void add_page_files(HttpServer& server, const std::string& start_page) {
  for (const PageFile& file : page_files()) {
    const HttpResponse response{200, std::string(file.content_type), std::string(file.content)};
    const auto give = [response](const HttpRequest&) { return response; };
    server.on_get("/" + std::string(file.name), give);
    if (file.name == start_page) server.on_get("/", give);
  }
}

}  // namespace millrace
