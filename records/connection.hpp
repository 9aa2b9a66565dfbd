#pragma once

#include "records/tcp.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace millrace {

/// Sent: the kernel has all of it. Queued: some bytes wait for `flush`. Full: nothing was taken.
/// Gone: the peer went away; no further byte will reach it.
enum class SendStatus { Sent, Queued, Full, Gone };

/// One peer on a stream socket, shared by the source that reads from it and the sink that answers
/// on it. Sending never blocks: what the kernel does not take waits in a bounded buffer. `send` and
/// `flush` are safe to call from any thread; reading is the owner's affair.
class Connection {
 public:
  /// `id` is 0 until the connection is published.
  explicit Connection(Descriptor fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }
  std::int64_t id() const { return id_; }
  /// Sends all of `bytes` or queues what is left, if then at most `max_queued` bytes wait.
  SendStatus send(std::string_view bytes, std::size_t max_queued);
  /// Sends what waits.
  SendStatus flush();
  /// Bytes that wait.
  std::size_t num_queued_bytes() const;
  /// Ends the connection in both directions; the descriptor stays open until the last holder lets
  /// go.
  void shut_down();

 private:
  friend std::int64_t publish_connection(const std::shared_ptr<Connection>& connection);
  /// Bytes that the kernel took, or -1 when the peer is gone.
  std::ptrdiff_t send_some(std::string_view bytes);

  const Descriptor fd_;
  std::int64_t id_ = 0;
  // A channel would not do: reader and writer run on threads that know nothing of each other.
  mutable std::mutex mutex_;  // guards what follows
  std::string queued_;
  std::size_t num_sent_ = 0;  // front of `queued_` that is gone
  bool gone_ = false;
};

// The published connections of this process, by the number that the hidden column `_connection`
// holds. Safe to call from any thread.

/// Gives the connection a number that no other one ever has, and makes it known under it.
std::int64_t publish_connection(const std::shared_ptr<Connection>& connection);
/// Null when there is none (any more).
std::shared_ptr<Connection> find_connection(std::int64_t id);
void withdraw_connection(std::int64_t id);

}  // namespace millrace
