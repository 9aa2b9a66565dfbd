#include "sources/socket_reader.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr std::size_t kLeastRoom = 4096;
constexpr std::size_t kMaxBatchRows = 4096;
constexpr std::size_t kLengthBytes = 4;

std::size_t read_length(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

}  // namespace

SocketReader::SocketReader(std::shared_ptr<Connection> connection,
                           std::unique_ptr<RecordDecoder> decoder, const SocketDecoding& decoding,
                           SourceContext& context, RecordPool& buffers)
    : connection_(std::move(connection)),
      decoder_(std::move(decoder)),
      decoding_(decoding),
      context_(context),
      buffers_(buffers) {}

void SocketReader::make_room() {
  if (capacity_ - end_ >= kLeastRoom) return;
  const std::size_t held = end_ - begin_;
  const std::size_t capacity = std::max(kBufferBytes, held * 2);
  ColumnRef next = buffers_.make_column(TypeKind::Binary);
  char* place = next->arena().allocate(capacity + kDecodePadding);
  if (held != 0) std::memcpy(place, data_ + begin_, held);
  std::memset(place + held, 0, kDecodePadding);
  buffer_ = std::move(next);
  data_ = place;
  capacity_ = capacity;
  begin_ = 0;
  end_ = held;
}

Result<SocketReader::Received> SocketReader::receive(RowQueue& rows) {
  make_room();
  const ssize_t got = ::recv(connection_->fd(), data_ + end_, capacity_ - end_, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return Received::Nothing;
  ingest_ns_ = context_.steady_ns();
  took_all_ = got < static_cast<ssize_t>(capacity_ - end_);
  const bool is_closed = got <= 0;  // a reset ends the input as an orderly close does
  const std::size_t fresh = end_;
  if (!is_closed) {
    end_ += static_cast<std::size_t>(got);
    context_.counters.bytes_in.add(got);
  }
  const bool is_last = is_closed && decoding_.keep_unfinished;
  Status decoded = decoding_.codec == SocketCodec::Lines ? decode_lines(fresh, is_last, rows)
                                                         : decode_lengths(rows);
  if (!decoded.ok()) return decoded.error();
  return is_closed ? Received::Closed : Received::Bytes;
}

Status SocketReader::decode_lines(std::size_t fresh, bool is_last, RowQueue& rows) {
  if (skipping_line_) {
    const auto* newline =
        static_cast<const char*>(std::memchr(data_ + begin_, '\n', end_ - begin_));
    begin_ = newline == nullptr ? end_ : static_cast<std::size_t>(newline - data_) + 1;
    skipping_line_ = newline == nullptr;
    fresh = begin_;
  }
  // Only new bytes can end a line: an unfinished one is not searched again and again.
  const std::string_view news(data_ + fresh, end_ - fresh);
  const bool has_line_end = news.find_first_of("\r\n") != std::string_view::npos;
  if (!has_line_end && !is_last && pending().size() <= decoding_.max_record_bytes) return {};
  while (begin_ < end_) {
    RecordBatch batch = context_.pool.make_batch(decoding_.record_schema);
    const auto used = decoder_->decode(pending(), is_last, kMaxBatchRows, batch, buffer_);
    if (!used.ok()) return used.error();
    begin_ += *used;
    if (batch.num_physical_rows() != 0) push(std::move(batch), rows);
    if (*used == 0) break;
  }
  return pending().size() > decoding_.max_record_bytes ? skip_too_long(false) : Status();
}

Status SocketReader::skip_too_long(bool is_known_length) {
  const Error error = make_error(
      ErrorKind::BadData,
      fmt::format("socket source: record is longer than {} bytes", decoding_.max_record_bytes),
      "raise 'maxRecordBytes', or set badRecords: drop");
  const BadRecord record{pending().substr(0, 1024), error};
  skipping_line_ = !is_known_length;
  if (!is_known_length) begin_ = end_;
  return reject_record(decoding_.bad_records, record, context_);
}

Status SocketReader::decode_lengths(RowQueue& rows) {
  const std::size_t skipped = std::min(bytes_to_skip_, end_ - begin_);
  bytes_to_skip_ -= skipped;
  begin_ += skipped;
  RecordBatch batch;
  while (bytes_to_skip_ == 0 && end_ - begin_ >= kLengthBytes) {
    const std::size_t length = read_length(pending());
    if (length > decoding_.max_record_bytes) {
      Status rejected = skip_too_long(true);
      if (!rejected.ok()) return rejected;
      begin_ += kLengthBytes;
      const std::size_t here = std::min(length, end_ - begin_);
      begin_ += here;
      bytes_to_skip_ = length - here;
      continue;
    }
    if (end_ - begin_ < kLengthBytes + length) break;
    if (!batch) batch = context_.pool.make_batch(decoding_.record_schema);
    Status appended = append_record(length, batch);
    if (!appended.ok()) return appended;
    begin_ += kLengthBytes + length;
    if (batch.num_physical_rows() >= kMaxBatchRows) push(std::exchange(batch, RecordBatch()), rows);
  }
  if (batch && batch.num_physical_rows() != 0) push(std::move(batch), rows);
  return {};
}

Status SocketReader::append_record(std::size_t length, RecordBatch& batch) {
  char* const first = data_ + begin_ + kLengthBytes;
  const std::string_view record(first, length);
  if (decoding_.format == "text") {
    batch.columns()[0]->keep(buffer_);
    batch.columns()[0]->append_view(record);
    batch.set_num_physical_rows(batch.num_physical_rows() + 1);
    return {};
  }
  // In JSON a bare line end is white space, but decoders take it for the end of the record.
  if (decoding_.format == "json")
    std::replace_if(
        first, first + length, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  const std::size_t room = batch.num_physical_rows() + kMaxBatchRows;
  const auto used = decoder_->decode(record, true, room, batch, buffer_);
  if (!used.ok()) return used.error();
  return {};
}

void SocketReader::push(RecordBatch batch, RowQueue& rows) {
  const std::uint32_t count = batch.num_physical_rows();
  if (decoding_.include_timestamp) {
    batch.columns().push_back(context_.pool.make_column(TypeKind::Timestamp));
    batch.columns().back()->resize(count);
    std::fill_n(batch.columns().back()->mutable_values<std::int64_t>(), count,
                context_.now_micros());
  }
  if (decoding_.connection_column) {
    batch.columns().push_back(context_.pool.make_column(TypeKind::Long));
    batch.columns().back()->resize(count);
    std::fill_n(batch.columns().back()->mutable_values<std::int64_t>(), count, connection_->id());
  }
  batch.set_schema(decoding_.output_schema);
  batch.set_ingest_ns(ingest_ns_);
  rows.push(std::move(batch));
}

}  // namespace millrace
