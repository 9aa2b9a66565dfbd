#pragma once

#include "records/formats/format.hpp"
#include "records/tcp.hpp"
#include "sinks/connection_flusher.hpp"
#include "sinks/sink_type.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace millrace {

/// Who gets the rows: one peer that the sink connects to, every client that connects to it, or each
/// row the connection that its input came in on.
enum class SocketAudience { Peer, Listeners, Reply };

struct SocketSinkOptions {
  SocketAudience audience = SocketAudience::Peer;
  Endpoint endpoint;
  std::string format = "json";
  Options format_options;
  SchemaPtr data_schema;          // without `_connection`
  std::size_t connection_column;  // Reply only
  std::size_t max_queued_bytes = std::size_t{1} << 20;
};

/// Writes rows as lines to TCP peers, at once and without ever blocking: what the kernel does not
/// take waits in a bounded buffer. When that is full too, a peer makes `write` return Full
/// (backpressure); a listener or the asker of a reply is disconnected, so that it never stalls the
/// job. Rows cannot be taken back: an epoch that runs again is sent again.
class SocketSink final : public Sink {
 public:
  explicit SocketSink(std::shared_ptr<const SocketSinkOptions> options);
  ~SocketSink() override;

  /// Errors: the peer refuses, the port is taken.
  Status open(SinkContext& context) override;
  /// Error: the peer closed the connection.
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  /// Waits shortly for bytes that peers have not taken yet.
  Status close() override;

  /// Port that it listens on; -1 when it does not.
  int listening_port() const { return flusher_ ? flusher_->listening_port() : -1; }
  std::size_t num_listeners() const;

 private:
  RecordBatch data_columns(const RecordBatch& batch) const;
  Result<WriteStatus> write_to_peer();
  void write_to_listeners();
  void write_replies(const RecordBatch& batch);
  void reply(std::int64_t connection, RecordBatch& data, std::vector<std::uint32_t>& rows);
  /// False: the connection is of no more use.
  bool send_or_drop(const std::shared_ptr<Connection>& connection);

  // Fixed after open.
  std::shared_ptr<const SocketSinkOptions> options_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<RecordEncoder> encoder_;
  std::shared_ptr<Connection> peer_;

  std::string lines_;                   // kept for its memory
  std::vector<std::uint32_t> run_;      // kept for its memory
  mutable std::mutex listeners_mutex_;  // guards `listeners_`: the flusher's thread adds clients
  std::vector<std::shared_ptr<Connection>> listeners_;
  std::unique_ptr<ConnectionFlusher> flusher_;  // last: its thread uses the rest
};

/// The kind `socket`.
SinkType socket_sink_type();

}  // namespace millrace
