#include "records/connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <unordered_map>

namespace millrace {

namespace {

struct ConnectionTable {
  std::mutex mutex;  // guards the rest
  std::int64_t last_id = 0;
  std::unordered_map<std::int64_t, std::shared_ptr<Connection>> connections;
};

ConnectionTable& table() {
  static ConnectionTable instance;
  return instance;
}

}  // namespace

std::ptrdiff_t Connection::send_some(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n =
        ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return static_cast<std::ptrdiff_t>(sent);
}

SendStatus Connection::send(std::string_view bytes, std::size_t max_queued) {
  const std::lock_guard lock(mutex_);
  if (gone_) return SendStatus::Gone;
  const std::size_t waiting = queued_.size() - num_sent_;
  if (waiting != 0 && waiting + bytes.size() > max_queued) return SendStatus::Full;
  const std::ptrdiff_t sent = waiting != 0 ? 0 : send_some(bytes);
  if (sent < 0) {
    gone_ = true;
    return SendStatus::Gone;
  }
  bytes.remove_prefix(static_cast<std::size_t>(sent));
  if (num_sent_ > queued_.size() / 2) {
    queued_.erase(0, num_sent_);
    num_sent_ = 0;
  }
  queued_.append(bytes);
  return queued_.empty() ? SendStatus::Sent : SendStatus::Queued;
}

SendStatus Connection::flush() {
  const std::lock_guard lock(mutex_);
  if (gone_) return SendStatus::Gone;
  const std::ptrdiff_t sent = send_some(std::string_view(queued_).substr(num_sent_));
  if (sent < 0) {
    gone_ = true;
    return SendStatus::Gone;
  }
  num_sent_ += static_cast<std::size_t>(sent);
  if (num_sent_ != queued_.size()) return SendStatus::Queued;
  queued_.clear();
  num_sent_ = 0;
  return SendStatus::Sent;
}

std::size_t Connection::num_queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return queued_.size() - num_sent_;
}

void Connection::shut_down() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  ::shutdown(fd_.get(), SHUT_RDWR);
}

std::int64_t publish_connection(const std::shared_ptr<Connection>& connection) {
  ConnectionTable& all = table();
  const std::lock_guard lock(all.mutex);
  connection->id_ = ++all.last_id;
  all.connections.emplace(connection->id_, connection);
  return connection->id_;
}

std::shared_ptr<Connection> find_connection(std::int64_t id) {
  ConnectionTable& all = table();
  const std::lock_guard lock(all.mutex);
  const auto found = all.connections.find(id);
  return found == all.connections.end() ? nullptr : found->second;
}

void withdraw_connection(std::int64_t id) {
  ConnectionTable& all = table();
  const std::lock_guard lock(all.mutex);
  all.connections.erase(id);
}

}  // namespace millrace
