#include "sources/socket_source.hpp"

#include "sources/offset_json.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace millrace {

namespace {

constexpr int kConnectTimeoutMs = 10'000;
constexpr int kFirstReconnectMs = 50;
constexpr int kMaxReconnectMs = 2'000;
constexpr int kMaxEvents = 64;
constexpr int kMaxRounds = 1024;
constexpr std::int64_t kMaxWaitingBytes = std::int64_t{256} << 20;
constexpr std::int64_t kHalfClosedNs = 5'000'000'000;
constexpr std::size_t kMaxHalfClosed = 1024;

std::optional<Offset> row_offset(std::int64_t next) { return Offset{std::to_string(next - 1)}; }

}  // namespace

SocketSource::SocketSource(std::shared_ptr<const SocketOptions> options)
    : options_(std::move(options)), buffers_(RecordPool::create()) {}

SocketSource::~SocketSource() {
  while (!readers_.empty()) drop_reader(*readers_.back());
  close_half_closed(true);
}

Status SocketSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  if (start) {
    const auto last = offset_number(*start);
    if (!last) return offset_error("socket", *start);
    received_ = position_ = limit_ = *last + 1;
    started_ = true;
  }
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_)
    return make_error(ErrorKind::Io,
                      fmt::format("socket source: cannot make an epoll: {}", std::strerror(errno)));
  return options_->listen ? start_listening() : connect_first();
}

Status SocketSource::start_listening() {
  auto listener = listen_on("socket source", options_->endpoint);
  if (!listener.ok()) return listener.error();
  listener_ = std::move(*listener);
  watch(listener_.get(), EPOLLIN, &listener_);
  if (options_->endpoint.port == 0 && context_->warn)
    context_->warn(fmt::format("socket source: listening on {}:{}", options_->endpoint.host,
                               listening_port()));
  return {};
}

Status SocketSource::connect_first() {
  auto fd = connect_to("socket source", options_->endpoint, kConnectTimeoutMs);
  if (fd.ok()) return add_reader(std::move(*fd));
  if (!options_->reconnect) {
    Error error = fd.error();
    error.fix = fmt::format(
        "start the server first, for example `nc -lk {}`; or set reconnect: true to "
        "wait for it, or listen: true to let it connect",
        options_->endpoint.port);
    return error;
  }
  schedule_reconnect();
  return {};
}

void SocketSource::watch(int fd, std::uint32_t events, void* tag) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

Status SocketSource::add_reader(Descriptor fd) {
  FormatSettings settings = decoder_settings(options_->format_options, options_->time_zone,
                                             options_->decoding.bad_records, *context_);
  settings.max_record_bytes = options_->decoding.max_record_bytes;
  auto decoder =
      make_decoder(options_->decoding.format, options_->decoding.record_schema, settings);
  if (!decoder.ok()) return decoder.error();
  auto connection = std::make_shared<Connection>(std::move(fd));
  if (options_->decoding.connection_column) publish_connection(connection);
  readers_.push_back(std::make_unique<SocketReader>(std::move(connection), std::move(*decoder),
                                                    options_->decoding, *context_, *buffers_));
  watch(readers_.back()->connection()->fd(), EPOLLIN, readers_.back().get());
  peer_is_gone_ = false;
  reconnect_ms_ = 0;
  return {};
}

void SocketSource::drop_reader(SocketReader& reader) {
  const auto connection = reader.connection();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
  // A peer that sent its last byte may still wait for answers.
  if (connection->id() != 0) half_closed_.push_back({connection->id(), context_->steady_ns()});
  std::erase_if(readers_, [&](const auto& held) { return held.get() == &reader; });
  close_half_closed(false);
}

void SocketSource::close_half_closed(bool all) {
  const std::int64_t now = context_ != nullptr ? context_->steady_ns() : 0;
  std::size_t closed = 0;
  while (closed < half_closed_.size() && (all || half_closed_.size() - closed > kMaxHalfClosed ||
                                          now - half_closed_[closed].since_ns > kHalfClosedNs))
    withdraw_connection(half_closed_[closed++].id);
  half_closed_.erase(half_closed_.begin(),
                     half_closed_.begin() + static_cast<std::ptrdiff_t>(closed));
}

void SocketSource::accept_clients() {
  while (Descriptor client = accept_client(listener_.get())) {
    const Status added = add_reader(std::move(client));
    if (!added.ok() && context_->warn) context_->warn(added.error().message);
  }
  close_half_closed(false);
}

Status SocketSource::receive_from(SocketReader& reader) {
  const std::uint64_t before = rows_.num_rows();
  const auto received = reader.receive(rows_);
  if (!received.ok()) return received.error();
  received_ += static_cast<std::int64_t>(rows_.num_rows() - before);
  if (*received != SocketReader::Received::Closed) return {};
  drop_reader(reader);
  if (options_->listen) return {};
  peer_is_gone_ = true;
  if (options_->reconnect) schedule_reconnect();
  return {};
}

Status SocketSource::receive_ready() {
  epoll_event events[kMaxEvents];
  const int ready = ::epoll_wait(epoll_.get(), events, kMaxEvents, 0);
  for (int i = 0; i < ready; ++i) {
    void* tag = events[i].data.ptr;
    Status status;
    if (tag == &listener_) {
      accept_clients();
    } else if (tag == &timer_) {
      try_connect();
    } else if (tag == &connecting_) {
      status = finish_connect();
    } else {
      status = receive_from(*static_cast<SocketReader*>(tag));
    }
    if (!status.ok()) return status;
  }
  return {};
}

Status SocketSource::receive() {
  const std::int64_t waiting_bytes = context_->counters.bytes_in.value() - bytes_before_;
  if (rows_.empty()) bytes_before_ = context_->counters.bytes_in.value();
  hold_input(!rows_.empty() && waiting_bytes > kMaxWaitingBytes);
  if (holding_) return {};
  // One peer and nobody to wait for: asking epoll first would only cost time.
  if (!options_->listen && readers_.size() == 1) return receive_from(*readers_.front());
  return receive_ready();
}

void SocketSource::hold_input(bool hold) {
  if (hold == holding_) return;
  holding_ = hold;
  for (const auto& reader : readers_)
    watch(reader->connection()->fd(), hold ? 0u : EPOLLIN, reader.get());
}

void SocketSource::schedule_reconnect() {
  if (addresses_.empty()) {
    auto addresses = resolve("socket source", options_->endpoint);
    if (addresses.ok()) addresses_ = std::move(*addresses);
  }
  if (!timer_) {
    timer_ = Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    watch(timer_.get(), EPOLLIN, &timer_);
  }
  reconnect_ms_ = std::clamp(reconnect_ms_ * 2, kFirstReconnectMs, kMaxReconnectMs);
  itimerspec when{};
  when.it_value.tv_sec = reconnect_ms_ / 1000;
  when.it_value.tv_nsec = reconnect_ms_ % 1000 * 1'000'000;
  ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

void SocketSource::try_connect() {
  const itimerspec off{};
  ::timerfd_settime(timer_.get(), 0, &off, nullptr);
  if (addresses_.empty()) return schedule_reconnect();
  auto fd = start_connect("socket source", addresses_[next_address_++ % addresses_.size()]);
  if (!fd.ok()) return schedule_reconnect();
  connecting_ = std::move(*fd);
  watch(connecting_.get(), EPOLLOUT, &connecting_);
}

Status SocketSource::finish_connect() {
  Descriptor fd = std::exchange(connecting_, Descriptor());
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
  if (connect_result(fd.get()) == 0) return add_reader(std::move(fd));
  schedule_reconnect();
  return {};
}

Status SocketSource::check_peer() const {
  if (!peer_is_gone_ || options_->reconnect || frozen_ || !rows_.empty()) return {};
  return make_error(ErrorKind::Unavailable, "Stream closed by " + options_->endpoint.to_string(),
                    "set reconnect: true to wait for the peer to come back");
}

Result<PollStatus> SocketSource::poll(std::size_t max_records, SourceOutput& out) {
  const bool continuous = options_->continuous;
  if (continuous) started_ = true;
  if (rows_.empty() || !continuous) {
    Status received = receive();
    if (!received.ok()) return received.error();
  }
  const std::int64_t end = continuous ? received_ : limit_;
  const auto left = static_cast<std::size_t>(end - position_);
  position_ +=
      static_cast<std::int64_t>(rows_.emit(std::min(left, max_records), context_->pool, out));
  if (left != 0) return PollStatus::Emitted;
  if (!continuous) {
    return PollStatus::AtLimit;
  }
  const Status peer = check_peer();
  if (!peer.ok()) return peer.error();
  return PollStatus::Idle;
}

std::optional<Offset> SocketSource::offset() const {
  return started_ ? row_offset(position_) : std::nullopt;
}

Result<std::optional<Offset>> SocketSource::latest_offset() {
  if (frozen_) return row_offset(*frozen_);
  // All that is there now, but a peer that never pauses must not hold the trigger up.
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::int64_t before = context_->counters.bytes_in.value();
    Status received = receive();
    if (!received.ok()) return received.error();
    if (context_->counters.bytes_in.value() == before && round > 0) break;
  }
  const Status peer = check_peer();
  if (!peer.ok()) return peer.error();
  return row_offset(received_);
}

Status SocketSource::limit_to(const Offset& end) {
  const auto last = offset_number(end);
  if (!last || *last + 1 < position_) return offset_error("socket", end);
  limit_ = *last + 1;
  started_ = true;
  if (limit_ <= received_) return {};
  const std::int64_t waiting = received_ - position_;
  if (context_->warn)
    context_->warn(
        fmt::format("socket source: rows {} to {} were received by an earlier process and are "
                    "lost: a socket cannot be read again",
                    position_, limit_ - 1));
  position_ = limit_;
  received_ = limit_ + waiting;
  return {};
}

Status SocketSource::freeze_end() {
  const auto latest = latest_offset();
  if (!latest.ok()) return latest.error();
  frozen_ = received_;
  return {};
}

}  // namespace millrace
