#pragma once

#include "records/result.hpp"
#include "server/http_message.hpp"
#include "server/request_guard.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace millrace {

struct HttpServerState;

/// A small HTTP/1.1 server for pages about a job: answers requests and pushes server-sent events.
/// Two threads; at most 64 connections, 8 KiB of header, 64 KiB of body. A connection ends when a
/// request is not there, or an answer or event not taken, after the time given as `patience`. Every
/// request passes the `RequestGuard`; every response forbids scripts, styles and connections of other
/// origins.
class HttpServer {
 public:
  /// Called by the server's threads, several at once.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  /// The data of the next event; empty: nothing new.
  using NextEvent = std::function<std::string()>;

  static constexpr std::chrono::seconds kPatience{10};

  explicit HttpServer(HttpAccess access, std::chrono::milliseconds patience = kPatience);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Before `start`.

  /// Answers requests for exactly this path.
  void on_get(std::string path, Handler handler);
  void on_post(std::string path, Handler handler);
  /// Sends every client of this path an event at each interval.
  void on_events(std::string path, std::chrono::milliseconds interval, NextEvent next);

  /// Listens and returns; port 0 becomes one that is free. Error: the address is taken or not ours.
  Status start();
  /// Ends all connections. Done by the destructor too.
  void stop();
  int port() const;

 private:
  std::unique_ptr<HttpServerState> state_;
};

}  // namespace millrace
