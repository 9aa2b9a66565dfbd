#pragma once

#include "records/connection.hpp"
#include "records/formats/format.hpp"
#include "sources/bad_record_policy.hpp"
#include "sources/row_queue.hpp"

#include <memory>
#include <string_view>

namespace millrace {

/// What ends a record: a line end, or the 4-byte big-endian length before it.
enum class SocketCodec { Lines, Length };

/// How the bytes of a connection become rows. Shared by all readers of a source.
struct SocketDecoding {
  SocketCodec codec = SocketCodec::Lines;
  std::string format = "text";
  SchemaPtr record_schema;  // what the format decodes
  SchemaPtr output_schema;  // then `timestamp`, then `_connection`, where asked for
  bool include_timestamp = false;
  bool connection_column = false;
  /// A last line without its end counts when the peer closes.
  bool keep_unfinished = true;
  BadRecords bad_records = BadRecords::Unset;
  std::size_t max_record_bytes = std::size_t{64} << 20;
};

/// Reads one connection: one recv into a pooled buffer, then all whole records at once, as views
/// into that buffer. An unfinished record stays where it is. Allocates nothing in the steady state.
/// Not thread-safe.
class SocketReader {
 public:
  enum class Received { Bytes, Nothing, Closed };

  /// `buffers` is a pool of its own, so that big arenas do not spread over all columns.
  SocketReader(std::shared_ptr<Connection> connection, std::unique_ptr<RecordDecoder> decoder,
               const SocketDecoding& decoding, SourceContext& context, RecordPool& buffers);

  /// Receives once without blocking and pushes the rows that are complete. After Closed the rows of
  /// an unfinished last line have been pushed too where it counts. Errors: a bad record under policy fail.
  Result<Received> receive(RowQueue& rows);
  /// The last `receive` left nothing behind that had come.
  bool took_all() const { return took_all_; }
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  std::string_view pending() const { return {data_ + begin_, end_ - begin_}; }
  void make_room();
  Status decode_lines(std::size_t fresh, bool is_last, RowQueue& rows);
  Status decode_lengths(RowQueue& rows);
  Status skip_too_long(bool is_known_length);
  Status append_record(std::size_t length, RecordBatch& batch);
  void push(RecordBatch batch, RowQueue& rows);

  // Fixed.
  const std::shared_ptr<Connection> connection_;
  const std::unique_ptr<RecordDecoder> decoder_;
  const SocketDecoding& decoding_;
  SourceContext& context_;
  RecordPool& buffers_;

  // The buffer: received but not yet used are the bytes from begin_ to end_.
  ColumnRef buffer_;
  char* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t bytes_to_skip_ = 0;  // of a record that is too long (codec length)
  bool skipping_line_ = false;     // the same, up to the next newline
  std::int64_t ingest_ns_ = 0;
  bool took_all_ = false;
};

}  // namespace millrace
