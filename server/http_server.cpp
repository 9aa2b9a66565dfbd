#include "server/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace millrace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

namespace {

constexpr int kNumThreads = 2;
constexpr int kMaxConnections = 64;
constexpr std::uint32_t kMaxHeaderBytes = 8 << 10;
constexpr std::uint64_t kMaxBodyBytes = 64 << 10;

struct EventStream {
  std::chrono::milliseconds interval;
  HttpServer::NextEvent next;
};

template <class Message>
void set_safe_headers(Message& message) {
  message.set("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
              "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Referrer-Policy", "no-referrer");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set(http::field::cache_control, "no-store");
}

std::string token_of(const http::request<http::string_body>& message, const HttpTarget& target) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string authorization(message[http::field::authorization]);
  if (authorization.starts_with(kBearer)) return authorization.substr(kBearer.size());
  const auto found = target.query.find("token");
  return found == target.query.end() ? std::string() : found->second;
}

}  // namespace

struct HttpServerState {
  using Handler = HttpServer::Handler;

  HttpServerState(HttpAccess wanted, std::chrono::milliseconds given)
      : access(std::move(wanted)), patience(given) {}

  HttpAccess access;
  const std::chrono::milliseconds patience;
  std::map<std::string, Handler, std::less<>> getters;
  std::map<std::string, Handler, std::less<>> actions;
  std::map<std::string, EventStream, std::less<>> streams;
  std::unique_ptr<RequestGuard> guard;
  std::atomic<int> num_connections{0};

  asio::io_context io{kNumThreads};
  Tcp::acceptor acceptor{io};
  std::vector<std::thread> threads;

  void accept();
  HttpResponse answer(const HttpRequest& request) const;
};

namespace {

/// One connection: reads a request, answers it, and so on; or sends events until the client leaves.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Tcp::socket socket, HttpServerState& server)
      : stream_(std::move(socket)), timer_(stream_.get_executor()), server_(server) {
    ++server_.num_connections;
  }
  ~HttpConnection() { --server_.num_connections; }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    parser_->body_limit(kMaxBodyBytes);
    stream_.expires_after(server_.patience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error)
                         self->handle();
                       else if (error != http::error::end_of_stream)
                         self->refuse(error);
                     });
  }

 private:
  void handle() {
    const auto& message = parser_->get();
    keep_alive_ = message.keep_alive();
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return respond(error_response(400, "no such target"));
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.host = std::string(message[http::field::host]);
    request.origin = std::string(message[http::field::origin]);
    request.content_type = std::string(message[http::field::content_type]);
    request.token = token_of(message, *target);
    request.target = std::move(*target);
    request.body = message.body();
    if (auto refusal = server_.guard->refusal(request)) return respond(std::move(*refusal));
    const auto stream = server_.streams.find(request.target.path);
    if (request.method == "GET" && stream != server_.streams.end())
      return start_events(stream->second);
    respond(server_.answer(request));
  }

  void refuse(beast::error_code error) {
    keep_alive_ = false;
    if (error == http::error::header_limit) return respond(error_response(431, "header too long"));
    if (error == http::error::body_limit) return respond(error_response(413, "body too long"));
    if (error.category() == http::make_error_code(http::error::bad_target).category())
      respond(error_response(400, "no HTTP request"));
  }

  void respond(HttpResponse response) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(response.status));
    response_.set(http::field::content_type, response.content_type);
    set_safe_headers(response_);
    response_.keep_alive(keep_alive_);
    response_.body() = std::move(response.body);
    response_.prepare_payload();
    stream_.expires_after(server_.patience);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->keep_alive_)
                          self->read();
                        else
                          self->close();
                      });
  }

  void start_events(const EventStream& events) {
    events_ = &events;
    http::response<http::empty_body> header;
    header.version(11);
    header.result(http::status::ok);
    header.set(http::field::content_type, "text/event-stream");
    header.keep_alive(false);
    set_safe_headers(header);
    std::ostringstream text;
    text << header.base();
    send_event(text.str());
  }

  void send_event(std::string text) {
    event_ = std::move(text);
    stream_.expires_after(server_.patience);
    asio::async_write(stream_, asio::buffer(event_),
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) self->wait_for_event();
                      });
  }

  void wait_for_event() {
    stream_.expires_never();
    timer_.expires_after(events_->interval);
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (error) return;
      const std::string data = self->events_->next();
      // A comment shows whether the client is still there.
      self->send_event(data.empty() ? ":\n\n" : "data: " + data + "\n\n");
    });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  HttpServerState& server_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  const EventStream* events_ = nullptr;
  std::string event_;
  bool keep_alive_ = false;
};

}  // namespace

void HttpServerState::accept() {
  acceptor.async_accept(asio::make_strand(io), [this](beast::error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && num_connections < kMaxConnections)
      std::make_shared<HttpConnection>(std::move(socket), *this)->read();
    accept();
  });
}

HttpResponse HttpServerState::answer(const HttpRequest& request) const {
  const auto& handlers = request.method == "POST" ? actions : getters;
  const auto found = handlers.find(request.target.path);
  if (found == handlers.end()) return error_response(404, "there is nothing here");
  return found->second(request);
}

HttpServer::HttpServer(HttpAccess access, std::chrono::milliseconds patience)
    : state_(std::make_unique<HttpServerState>(std::move(access), patience)) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::on_get(std::string path, Handler handler) {
  state_->getters[std::move(path)] = std::move(handler);
}
void HttpServer::on_post(std::string path, Handler handler) {
  state_->actions[std::move(path)] = std::move(handler);
}
void HttpServer::on_events(std::string path, std::chrono::milliseconds interval, NextEvent next) {
  state_->streams[std::move(path)] = {interval, std::move(next)};
}

Status HttpServer::start() {
  HttpServerState& state = *state_;
  beast::error_code error;
  const std::string name = state.access.address == "localhost" ? "127.0.0.1" : state.access.address;
  const auto address = asio::ip::make_address(name, error);
  const Tcp::endpoint endpoint(address, static_cast<std::uint16_t>(state.access.port));
  if (!error) state.acceptor.open(endpoint.protocol(), error);
  if (!error) state.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state.acceptor.bind(endpoint, error);
  if (!error) state.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return make_error(ErrorKind::Unavailable,
                      "http: cannot listen on " + state.access.address + ":" +
                          std::to_string(state.access.port) + ": " + error.message(),
                      "choose another address with --http");
  state.access.port = state.acceptor.local_endpoint().port();
  state.guard = std::make_unique<RequestGuard>(state.access);
  state.accept();
  for (int i = 0; i < kNumThreads; ++i) state.threads.emplace_back([&state] { state.io.run(); });
  return {};
}

void HttpServer::stop() {
  state_->io.stop();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

int HttpServer::port() const { return state_->access.port; }

}  // namespace millrace
