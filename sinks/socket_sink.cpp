#include "sinks/socket_sink.hpp"

#include "sinks/visible_change.hpp"

#include <fmt/format.h>
#include <poll.h>

namespace millrace {

namespace {
constexpr int kConnectTimeoutMs = 10'000;
constexpr int kCloseTimeoutMs = 2'000;
}  // namespace

SocketSink::SocketSink(std::shared_ptr<const SocketSinkOptions> options)
    : options_(std::move(options)) {}

SocketSink::~SocketSink() { flusher_.reset(); }

Status SocketSink::open(SinkContext& context) {
  context_ = &context;
  FormatSettings settings;
  settings.options = options_->format_options;
  settings.time_zone = context.time_zone;
  auto encoder = make_encoder(options_->format, options_->data_schema, settings);
  if (!encoder.ok()) return encoder.error();
  encoder_ = std::move(*encoder);
  Descriptor listener;
  if (options_->audience == SocketAudience::Listeners) {
    auto listening = listen_on("socket sink", options_->endpoint);
    if (!listening.ok()) return listening.error();
    listener = std::move(*listening);
  } else if (options_->audience == SocketAudience::Peer) {
    auto connected = connect_to("socket sink", options_->endpoint, kConnectTimeoutMs);
    if (!connected.ok()) {
      connected.error().fix = fmt::format(
          "start the server first, for example `nc -lk {}`; or set "
          "listen: true to let it connect",
          options_->endpoint.port);
      return connected.error();
    }
    peer_ = std::make_shared<Connection>(std::move(*connected));
  }
  const bool says_port = listener && options_->endpoint.port == 0 && context.warn;
  ConnectionFlusher::Callbacks callbacks;
  callbacks.on_drained = [this] { context_->wake(); };
  callbacks.on_client = [this](std::shared_ptr<Connection> client) {
    const std::lock_guard lock(listeners_mutex_);
    listeners_.push_back(std::move(client));
  };
  flusher_ = std::make_unique<ConnectionFlusher>(std::move(callbacks), std::move(listener));
  if (says_port)
    context.warn(fmt::format("socket sink: listening on {}:{}", options_->endpoint.host,
                             flusher_->listening_port()));
  return {};
}

/// The columns that are sent, with the rows that say what is now selected.
RecordBatch SocketSink::data_columns(const RecordBatch& batch) const {
  RecordBatch data = context_->pool.make_batch_without_columns(options_->data_schema);
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    if (options_->audience != SocketAudience::Reply || c != options_->connection_column)
      data.columns().push_back(batch.column_ref(c));
  data.set_num_physical_rows(batch.num_physical_rows());
  std::vector<std::uint32_t>& selection = data.start_selection();
  for_each_visible(batch, [&](std::uint32_t row) { selection.push_back(row); });
  return data;
}

Result<WriteStatus> SocketSink::write(const RecordBatch& batch) {
  if (options_->audience == SocketAudience::Reply) {
    write_replies(batch);
    return WriteStatus::Accepted;
  }
  lines_.clear();
  encoder_->encode(data_columns(batch), lines_);
  if (lines_.empty()) return WriteStatus::Accepted;
  if (options_->audience == SocketAudience::Peer) return write_to_peer();
  write_to_listeners();
  return WriteStatus::Accepted;
}

Result<WriteStatus> SocketSink::write_to_peer() {
  const SendStatus sent = peer_->send(lines_, options_->max_queued_bytes);
  if (sent == SendStatus::Gone)
    return make_error(
        ErrorKind::Unavailable,
        "socket sink: peer closed the connection: '" + options_->endpoint.to_string() + "'",
        "start the query again when the peer is back; it goes on from its checkpoint");
  if (sent != SendStatus::Sent) flusher_->watch(peer_);
  return sent == SendStatus::Full ? WriteStatus::Full : WriteStatus::Accepted;
}

bool SocketSink::send_or_drop(const std::shared_ptr<Connection>& connection) {
  const SendStatus sent = connection->send(lines_, options_->max_queued_bytes);
  if (sent == SendStatus::Queued) flusher_->watch(connection);
  if (sent != SendStatus::Full) return sent != SendStatus::Gone;
  if (context_->warn)
    context_->warn(fmt::format("socket sink: disconnected a client that did not read {} bytes",
                               connection->num_queued_bytes()));
  connection->shut_down();
  return false;
}

void SocketSink::write_to_listeners() {
  const std::lock_guard lock(listeners_mutex_);
  std::erase_if(listeners_, [this](const std::shared_ptr<Connection>& listener) {
    return !send_or_drop(listener);
  });
}

/// Rows of one connection that follow each other are sent with one call.
void SocketSink::write_replies(const RecordBatch& batch) {
  RecordBatch data = data_columns(batch);
  const std::vector<std::uint32_t> rows = std::exchange(data.start_selection(), {});
  const Column& connections = batch.column(options_->connection_column);
  run_.clear();
  std::int64_t current = 0;
  for (const std::uint32_t row : rows) {
    const std::int64_t connection =
        connections.is_null(row) ? 0 : connections.at<std::int64_t>(row);
    if (connection != current && !run_.empty()) reply(current, data, run_);
    current = connection;
    run_.push_back(row);
  }
  if (!run_.empty()) reply(current, data, run_);
}

void SocketSink::reply(std::int64_t id, RecordBatch& data, std::vector<std::uint32_t>& rows) {
  data.start_selection() = rows;
  lines_.clear();
  encoder_->encode(data, lines_);
  const auto connection = find_connection(id);
  // The asker may have left; that is its affair, but the rows are counted.
  if (!connection || !send_or_drop(connection))
    context_->counters.dropped_records.add(static_cast<std::int64_t>(rows.size()));
  rows.clear();
}

void SocketSink::prepare(Epoch, std::function<void(Result<CommitToken>)> done) {
  done(CommitToken{});
}

void SocketSink::commit(Epoch, const CommitToken&, std::function<void(Status)> done) { done({}); }

std::size_t SocketSink::num_listeners() const {
  const std::lock_guard lock(listeners_mutex_);
  return listeners_.size();
}

Status SocketSink::close() {
  std::vector<std::shared_ptr<Connection>> left;
  if (peer_) left.push_back(peer_);
  {
    const std::lock_guard lock(listeners_mutex_);
    left.insert(left.end(), listeners_.begin(), listeners_.end());
  }
  for (const auto& connection : left) {
    while (connection->flush() == SendStatus::Queued) {
      pollfd waited{connection->fd(), POLLOUT, 0};
      if (::poll(&waited, 1, kCloseTimeoutMs) <= 0) break;
    }
  }
  return {};
}

}  // namespace millrace
