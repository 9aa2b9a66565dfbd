#pragma once

#include "sources/ahead_source.hpp"
#include "sources/client_positions.hpp"
#include "sources/socket_source.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// Reads records from clients that keep them until they are safe. A client connects and says
/// `{"client": "<name>", "next": <number of its next record>}`; every line after that is a record,
/// and records are counted. The source answers `{"committed": <n>}` at once and after each epoch
/// that is complete: the client need not keep its records before `n`. After a restart of either
/// side the client sends again from the first record that it keeps, and the source drops those that
/// it has: each record reaches the state exactly once.
///
/// The offset holds the next record of each client. A planned micro-batch that an earlier process
/// left is read again from what the clients send again. A line without its end is no record.
class AcknowledgingSocketSource final : public AheadSource {
 public:
  explicit AcknowledgingSocketSource(std::shared_ptr<const SocketOptions> options);
  ~AcknowledgingSocketSource() override;

  /// Error: the port is taken.
  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  void acknowledge(const Offset& offset) override;
  int ready_fd() const override { return epoll_.get(); }

  int listening_port() const { return local_port(listener_.get()); }

 private:
  /// All numbers count a client's records from 0.
  struct Client {
    bool is_known = false;       // the numbers below hold
    std::int64_t received = 0;   // next to arrive
    std::int64_t emitted = 0;    // next to emit
    std::int64_t limit = 0;      // micro-batch: emit those before it
    std::int64_t committed = 0;  // those before it are safe
    std::int64_t repeated = 0;   // records to come that are here already
    RowQueue rows;
    std::unique_ptr<SocketReader> reader;  // null: the client is away
  };
  /// A connection that has not said who it is.
  struct Newcomer {
    std::shared_ptr<Connection> connection;
  };

  Status receive();
  /// Asks every descriptor.
  Status receive_ready();
  /// Null: there are several, or it is away, or somebody else waits to become one.
  Client* only_client();
  void accept_clients();
  /// Takes the first line of a connection once it is there.
  void greet(Newcomer& newcomer);
  Status admit(const ClientGreeting& greeting, const std::shared_ptr<Connection>& connection);
  Status start_reading(Client& client, const std::shared_ptr<Connection>& connection);
  void refuse(Newcomer& newcomer, const std::string& why);
  Status receive_from(Client& client);
  void drop_repeated(Client& client);
  void hang_up(Client& client);
  void send_committed(Client& client);
  std::size_t emit_from(Client& client, std::size_t count, SourceOutput& out);
  Client* client_of(const void* tag);
  Newcomer* newcomer_of(const void* tag);
  void watch(int fd, void* tag, bool for_input);
  /// Stops watching clients while too many of their rows wait in memory.
  void hold_input(bool hold);
  ClientPositions positions(std::int64_t Client::*number) const;
  ClientPositions planned_ends() const;

  // Fixed after open.
  const std::shared_ptr<const SocketOptions> options_;
  SourceContext* context_ = nullptr;
  RecordPool::Owner buffers_;
  Descriptor epoll_;
  Descriptor listener_;

  std::map<std::string, Client, std::less<>> clients_;
  std::vector<std::unique_ptr<Newcomer>> newcomers_;
  std::int64_t waiting_rows_ = 0;  // received, not yet emitted
  bool holding_ = false;
  bool is_emptied_ = false;            // the only client's socket has just been
  int num_rounds_without_others_ = 0;  // in which only that socket was asked
  std::optional<Offset> frozen_;
};

}  // namespace millrace
