#pragma once

#include "records/tcp.hpp"
#include "sources/ahead_source.hpp"
#include "sources/socket_reader.hpp"
#include "sources/source_type.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct SocketOptions {
  Endpoint endpoint;
  bool listen = false;     // wait for clients instead of connecting
  bool reconnect = false;  // connect again when the peer is away
  bool acknowledge = false;  // clients number their records and keep them until they are safe
  bool continuous = false;
  SocketDecoding decoding;
  Options format_options;
  std::string time_zone = "UTC";
};

/// Reads records from TCP peers. Connects to one, or listens and takes any number of clients. A
/// record is emitted by the first `poll` after its last byte arrived. In micro-batch mode rows that
/// arrived wait in memory for the next limit. The offset counts rows from the start of the query,
/// as Spark's does: the number of the last row read, -1 for none. A socket cannot be read again:
/// rows of a planned epoch that an earlier process received are lost, and a warning says so.
class SocketSource final : public AheadSource {
 public:
  explicit SocketSource(std::shared_ptr<const SocketOptions> options);
  ~SocketSource() override;

  /// Errors: the peer refuses (unless `reconnect`), the port is taken.
  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  /// Error: the peer closed the connection, after its last row (unless `reconnect`).
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  int ready_fd() const override { return epoll_.get(); }

  /// Port that it listens on; -1 when it connects.
  int listening_port() const { return listener_ ? local_port(listener_.get()) : -1; }

 private:
  Status start_listening();
  Status connect_first();
  /// Takes in what is there now.
  Status receive();
  Status receive_ready();
  Status receive_from(SocketReader& reader);
  void accept_clients();
  Status add_reader(Descriptor fd);
  void drop_reader(SocketReader& reader);
  void close_half_closed(bool all);
  // Connecting again.
  void schedule_reconnect();
  void try_connect();
  Status finish_connect();
  void watch(int fd, std::uint32_t events, void* tag);
  /// Stops watching for input while too much of it waits in memory.
  void hold_input(bool hold);
  Status check_peer() const;

  // Fixed after open.
  std::shared_ptr<const SocketOptions> options_;
  SourceContext* context_ = nullptr;
  RecordPool::Owner buffers_;
  Descriptor epoll_;
  Descriptor listener_;
  Descriptor timer_;
  std::vector<SocketAddress> addresses_;

  std::vector<std::unique_ptr<SocketReader>> readers_;
  Descriptor connecting_;
  std::size_t next_address_ = 0;
  int reconnect_ms_ = 0;
  bool peer_is_gone_ = false;
  bool holding_ = false;
  struct HalfClosed {
    std::int64_t id;
    std::int64_t since_ns;
  };
  std::vector<HalfClosed> half_closed_;

  RowQueue rows_;
  std::int64_t bytes_before_ = 0;  // bytes_in when the queue was last empty
  std::int64_t received_ = 0;      // number of the next row to arrive
  std::int64_t position_ = 0;      // number of the next row to emit
  std::int64_t limit_ = 0;
  bool started_ = false;
  std::optional<std::int64_t> frozen_;
};

/// The kind `socket`.
SourceType socket_source_type();

}  // namespace millrace
