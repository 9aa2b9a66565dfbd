#include "sources/acknowledging_socket_source.hpp"

#include "sources/offset_json.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

constexpr int kMaxEvents = 64;
constexpr int kMaxRounds = 1024;
constexpr int kMaxRoundsWithoutOthers = 64;
constexpr std::size_t kMaxGreetingBytes = 1024;
constexpr std::size_t kMaxQueuedBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxClients = 100'000;
constexpr std::int64_t kMaxWaitingRows = 1'000'000;

/// Rows that nobody wants a second time.
class NoOutput final : public SourceOutput {
 public:
  void emit(RecordBatch) override {}
};

/// The first line that waits on a socket, with its end; empty: not all of it has come. The bytes
/// behind it stay where they are.
Result<std::string> take_first_line(int fd) {
  char bytes[kMaxGreetingBytes];
  const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::string();
  if (got <= 0) return make_error(ErrorKind::Unavailable, "the client left");
  const void* end = std::memchr(bytes, '\n', static_cast<std::size_t>(got));
  if (end == nullptr && got == sizeof bytes)
    return make_error(ErrorKind::BadData, "its first line has no end");
  if (end == nullptr) return std::string();
  const std::size_t size = static_cast<std::size_t>(static_cast<const char*>(end) - bytes) + 1;
  ::recv(fd, bytes, size, MSG_DONTWAIT);
  return std::string(bytes, size);
}

}  // namespace

AcknowledgingSocketSource::AcknowledgingSocketSource(std::shared_ptr<const SocketOptions> options)
    : options_(std::move(options)), buffers_(RecordPool::create()) {}

AcknowledgingSocketSource::~AcknowledgingSocketSource() {
  for (auto& [name, client] : clients_) hang_up(client);
}

Status AcknowledgingSocketSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  if (start) {
    const auto positions = client_positions(*start);
    if (!positions) return offset_error("socket", *start);
    for (const auto& [name, next] : *positions) {
      Client& client = clients_[name];
      client.is_known = true;
      client.received = client.emitted = client.limit = client.committed = next;
    }
  }
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_)
    return make_error(ErrorKind::Io,
                      fmt::format("socket source: cannot make an epoll: {}", std::strerror(errno)));
  auto listener = listen_on("socket source", options_->endpoint);
  if (!listener.ok()) return listener.error();
  listener_ = std::move(*listener);
  watch(listener_.get(), &listener_, true);
  if (options_->endpoint.port == 0 && context.warn)
    context.warn(fmt::format("socket source: listening on {}:{}", options_->endpoint.host,
                             listening_port()));
  return {};
}

void AcknowledgingSocketSource::watch(int fd, void* tag, bool for_input) {
  epoll_event event{};
  event.events = for_input ? static_cast<std::uint32_t>(EPOLLIN) : 0u;
  event.data.ptr = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void AcknowledgingSocketSource::accept_clients() {
  while (Descriptor fd = accept_client(listener_.get())) {
    auto newcomer = std::make_unique<Newcomer>();
    newcomer->connection = std::make_shared<Connection>(std::move(fd));
    watch(newcomer->connection->fd(), newcomer.get(), true);
    newcomers_.push_back(std::move(newcomer));
  }
}

void AcknowledgingSocketSource::greet(Newcomer& newcomer) {
  const auto line = take_first_line(newcomer.connection->fd());
  if (!line.ok()) return refuse(newcomer, line.error().message);
  if (line->empty()) return;
  const auto greeting = parse_greeting(*line);
  if (!greeting)
    return refuse(newcomer, R"(its first line is not {"client": "<name>", "next": <number>})");
  const std::shared_ptr<Connection> connection = newcomer.connection;
  if (const Status admitted = admit(*greeting, connection); !admitted.ok())
    return refuse(newcomer, admitted.error().message);
  std::erase_if(newcomers_, [&](const auto& held) { return held.get() == &newcomer; });
}

void AcknowledgingSocketSource::refuse(Newcomer& newcomer, const std::string& why) {
  if (context_->warn) context_->warn("socket source: refused a client: " + why);
  newcomer.connection->shut_down();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, newcomer.connection->fd(), nullptr);
  std::erase_if(newcomers_, [&](const auto& held) { return held.get() == &newcomer; });
}

Status AcknowledgingSocketSource::admit(const ClientGreeting& greeting,
                                        const std::shared_ptr<Connection>& connection) {
  const bool is_new = clients_.find(greeting.client) == clients_.end();
  if (is_new && clients_.size() >= kMaxClients)
    return make_error(ErrorKind::Temporary, "there are too many clients");
  Client& client = clients_[greeting.client];
  if (!client.is_known) {
    client.received = client.emitted = client.committed = greeting.next;
    client.limit = std::max(client.limit, greeting.next);
    client.is_known = true;
  }
  if (greeting.next > client.emitted)
    return make_error(ErrorKind::BadData,
                      fmt::format("records {} to {} of client '{}' are missing", client.emitted,
                                  greeting.next - 1, greeting.client));
  hang_up(client);
  client.repeated = client.emitted - greeting.next;
  if (Status started = start_reading(client, connection); !started.ok()) return started;
  send_committed(client);
  return {};
}

Status AcknowledgingSocketSource::start_reading(Client& client,
                                                const std::shared_ptr<Connection>& connection) {
  FormatSettings settings = decoder_settings(options_->format_options, options_->time_zone,
                                             options_->decoding.bad_records, *context_);
  settings.max_record_bytes = options_->decoding.max_record_bytes;
  auto decoder =
      make_decoder(options_->decoding.format, options_->decoding.record_schema, settings);
  if (!decoder.ok()) return decoder.error();
  if (options_->decoding.connection_column) publish_connection(connection);
  client.reader = std::make_unique<SocketReader>(connection, std::move(*decoder),
                                                 options_->decoding, *context_, *buffers_);
  watch(connection->fd(), client.reader.get(), !holding_);
  return {};
}

void AcknowledgingSocketSource::hang_up(Client& client) {
  if (!client.reader) return;
  const auto connection = client.reader->connection();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
  if (connection->id() != 0) withdraw_connection(connection->id());
  client.reader.reset();
  // What waits will be sent again: the client has no acknowledgement for it.
  NoOutput nowhere;
  waiting_rows_ -= static_cast<std::int64_t>(
      client.rows.emit(std::size_t(client.rows.num_rows()), context_->pool, nowhere));
  client.received = client.emitted;
}

void AcknowledgingSocketSource::send_committed(Client& client) {
  if (!client.reader) return;
  Connection& connection = *client.reader->connection();
  if (connection.num_queued_bytes() != 0) connection.flush();
  // A client that does not read is the replying sink's affair.
  (void)connection.send(fmt::format("{{\"committed\":{}}}\n", client.committed), kMaxQueuedBytes);
}

AcknowledgingSocketSource::Client* AcknowledgingSocketSource::client_of(const void* tag) {
  for (auto& [name, client] : clients_)
    if (client.reader && client.reader.get() == tag) return &client;
  return nullptr;
}

AcknowledgingSocketSource::Newcomer* AcknowledgingSocketSource::newcomer_of(const void* tag) {
  for (const auto& newcomer : newcomers_)
    if (newcomer.get() == tag) return newcomer.get();
  return nullptr;
}

Status AcknowledgingSocketSource::receive_from(Client& client) {
  const std::uint64_t before = client.rows.num_rows();
  const auto received = client.reader->receive(client.rows);
  if (!received.ok()) return received.error();
  if (client.repeated != 0) drop_repeated(client);
  const auto rows = static_cast<std::int64_t>(client.rows.num_rows() - before);
  client.received += rows;
  waiting_rows_ += rows;
  if (*received == SocketReader::Received::Closed) hang_up(client);
  return {};
}

void AcknowledgingSocketSource::drop_repeated(Client& client) {
  NoOutput nowhere;
  const auto wanted = static_cast<std::size_t>(client.repeated);
  client.repeated -= static_cast<std::int64_t>(client.rows.emit(wanted, context_->pool, nowhere));
}

Status AcknowledgingSocketSource::receive() {
  hold_input(waiting_rows_ > kMaxWaitingRows);
  // What comes meanwhile makes epoll readable: asking at once again would only cost time.
  if (std::exchange(is_emptied_, false)) return {};
  Client* const client = only_client();
  if (client == nullptr || ++num_rounds_without_others_ > kMaxRoundsWithoutOthers)
    return receive_ready();
  const std::int64_t before = client->received;
  if (Status received = receive_from(*client); !received.ok()) return received;
  if (client->received == before) return receive_ready();
  is_emptied_ = client->reader && client->reader->took_all();
  return {};
}

AcknowledgingSocketSource::Client* AcknowledgingSocketSource::only_client() {
  if (clients_.size() != 1 || !newcomers_.empty() || holding_) return nullptr;
  Client& client = clients_.begin()->second;
  return client.reader ? &client : nullptr;
}

Status AcknowledgingSocketSource::receive_ready() {
  num_rounds_without_others_ = 0;
  epoll_event events[kMaxEvents];
  const int ready = ::epoll_wait(epoll_.get(), events, kMaxEvents, 0);
  for (int i = 0; i < ready; ++i) {
    void* const tag = events[i].data.ptr;
    Status status;
    if (tag == &listener_) {
      accept_clients();
    } else if (Client* client = client_of(tag)) {
      status = receive_from(*client);
    } else if (Newcomer* newcomer = newcomer_of(tag)) {
      greet(*newcomer);
    }
    if (!status.ok()) return status;
  }
  return {};
}

void AcknowledgingSocketSource::hold_input(bool hold) {
  if (hold == holding_) return;
  holding_ = hold;
  for (auto& [name, client] : clients_)
    if (client.reader) watch(client.reader->connection()->fd(), client.reader.get(), !hold);
}

Result<PollStatus> AcknowledgingSocketSource::poll(std::size_t max_records, SourceOutput& out) {
  if (Status received = receive(); !received.ok()) return received.error();
  std::size_t left = max_records;
  bool at_limit = !options_->continuous;
  for (auto& [name, client] : clients_) {
    const std::int64_t end =
        options_->continuous ? client.received : std::min(client.received, client.limit);
    const std::int64_t wanted = std::min(end - client.emitted, static_cast<std::int64_t>(left));
    if (wanted > 0) left -= emit_from(client, static_cast<std::size_t>(wanted), out);
    at_limit = at_limit && client.is_known && client.emitted >= client.limit;
  }
  if (left != max_records) return PollStatus::Emitted;
  return at_limit ? PollStatus::AtLimit : PollStatus::Idle;
}

std::size_t AcknowledgingSocketSource::emit_from(Client& client, std::size_t count,
                                                 SourceOutput& out) {
  const std::size_t emitted = client.rows.emit(count, context_->pool, out);
  client.emitted += static_cast<std::int64_t>(emitted);
  waiting_rows_ -= static_cast<std::int64_t>(emitted);
  return emitted;
}

ClientPositions AcknowledgingSocketSource::positions(std::int64_t Client::*number) const {
  ClientPositions all;
  for (const auto& [name, client] : clients_)
    if (client.is_known) all[name] = client.*number;
  return all;
}

std::optional<Offset> AcknowledgingSocketSource::offset() const {
  return to_offset(positions(&Client::emitted));
}

Result<std::optional<Offset>> AcknowledgingSocketSource::latest_offset() {
  if (frozen_) return frozen_;
  // All that is there now, but clients that never pause must not hold the trigger up.
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::int64_t before = waiting_rows_;
    if (Status received = receive(); !received.ok()) return received.error();
    if (waiting_rows_ == before && round > 0) break;
  }
  return std::optional(to_offset(planned_ends()));
}

/// What came from each client; at least what an earlier process planned to read of it, which is still to come.
ClientPositions AcknowledgingSocketSource::planned_ends() const {
  ClientPositions ends = positions(&Client::received);
  for (const auto& [name, client] : clients_)
    if (client.limit > 0) ends[name] = std::max(ends[name], client.limit);
  return ends;
}

Status AcknowledgingSocketSource::limit_to(const Offset& end) {
  const auto ends = client_positions(end);
  if (!ends) return offset_error("socket", end);
  for (const auto& [name, next] : *ends) clients_[name].limit = next;
  return {};
}

Status AcknowledgingSocketSource::freeze_end() {
  auto latest = latest_offset();
  if (!latest.ok()) return latest.error();
  frozen_ = *latest;
  return {};
}

void AcknowledgingSocketSource::acknowledge(const Offset& offset) {
  const auto positions = client_positions(offset);
  if (!positions) return;
  for (const auto& [name, next] : *positions) {
    const auto found = clients_.find(name);
    if (found == clients_.end() || next <= found->second.committed) continue;
    found->second.committed = next;
    send_committed(found->second);
  }
}

}  // namespace millrace
