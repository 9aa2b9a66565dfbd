#include "sources/file_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

namespace millrace {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

Error read_error(const std::string& path) {
  const ErrorKind kind = errno == ENOENT ? ErrorKind::InputMissing : ErrorKind::Io;
  return make_error(kind,
                    fmt::format("file source: cannot read '{}': {}", path, std::strerror(errno)));
}

}  // namespace

FileReader::FileReader(const FileFormat& format, SourceContext& context)
    : format_(format), context_(context), buffers_(RecordPool::create()) {
  context_.position_of = [this](std::string_view bytes) { return position_of(bytes); };
}

std::string FileReader::position_of(std::string_view bytes) const {
  const std::less_equal<const char*> not_after;
  if (!not_after(data_, bytes.data()) || !not_after(bytes.data(), data_ + end_)) return path_;
  const auto start_of_piece = num_bytes_read_ - static_cast<std::int64_t>(end_);
  return fmt::format("{}:{}", path_, start_of_piece + (bytes.data() - data_));
}

Status FileReader::open(const std::string& path, std::vector<Value> partition) {
  path_ = path;
  partition_ = std::move(partition);
  return is_columnar_format(format_.format) ? open_columns(path) : open_lines(path);
}

Result<RecordBatch> FileReader::read(std::size_t max_rows) {
  return is_columnar_format(format_.format) ? read_columns(max_rows) : read_lines(max_rows);
}

Status FileReader::open_columns(const std::string& path) {
  columns_.reset();
  auto opened = open_columnar_file(format_.format, path, format_.data_schema, context_.pool);
  if (!opened.ok()) return reject_file(std::move(opened.error()));
  columns_ = std::move(*opened);
  return {};
}

Result<RecordBatch> FileReader::read_columns(std::size_t max_rows) {
  if (!columns_) return RecordBatch();
  read_ns_ = context_.steady_ns();
  auto rows = columns_->read(max_rows);
  if (!rows.ok()) {
    columns_.reset();
    Status rejected = reject_file(std::move(rows.error()));
    if (!rejected.ok()) return rejected.error();
    return RecordBatch();
  }
  if (*rows) finish(*rows);
  return rows;
}

Status FileReader::reject_file(Error error) {
  if (error.kind != ErrorKind::BadData) return error;
  if (error.fix.empty()) error.fix = "set badRecords: drop to go on without what is damaged";
  return reject_record(format_.bad_records, {path_, std::move(error)}, context_);
}

Status FileReader::open_lines(const std::string& path) {
  if (!decoder_) {
    FormatSettings settings =
        decoder_settings(format_.options, format_.time_zone, format_.bad_records, context_);
    settings.max_record_bytes = format_.max_record_bytes;
    auto decoder = make_decoder(format_.format, format_.data_schema, settings);
    if (!decoder.ok()) return decoder.error();
    decoder_ = std::move(*decoder);
  }
  fd_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) return read_error(path);
  ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  decoder_->restart();
  begin_ = end_ = 0;
  num_bytes_read_ = 0;
  at_end_ = skipping_line_ = false;
  return {};
}

Status FileReader::fill() {
  const std::size_t held = end_ - begin_;
  const std::size_t capacity = std::max(kPieceBytes, held * 2);
  ColumnRef next = buffers_->make_column(TypeKind::Binary);
  char* place = next->arena().allocate(capacity + kDecodePadding);
  if (held != 0) std::memcpy(place, data_ + begin_, held);
  std::size_t filled = held;
  while (filled < capacity && !at_end_) {
    const ssize_t got = ::read(fd_.get(), place + filled, capacity - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return read_error(path_);
    at_end_ = got == 0;
    filled += static_cast<std::size_t>(got);
  }
  std::memset(place + filled, 0, kDecodePadding);
  context_.counters.bytes_in.add(static_cast<std::int64_t>(filled - held));
  num_bytes_read_ += static_cast<std::int64_t>(filled - held);
  read_ns_ = context_.steady_ns();
  buffer_ = std::move(next);
  data_ = place;
  begin_ = 0;
  end_ = filled;
  return {};
}

Result<RecordBatch> FileReader::read_lines(std::size_t max_rows) {
  while (true) {
    if (begin_ < end_) {
      RecordBatch batch = context_.pool.make_batch(format_.data_schema);
      const auto used = decoder_->decode(pending(), at_end_, max_rows, batch, buffer_);
      if (!used.ok()) return used.error();
      begin_ += *used;
      if (batch.num_physical_rows() != 0) {
        finish(batch);
        return batch;
      }
      if (*used != 0) continue;
    }
    if (at_end_) return RecordBatch();
    if (end_ - begin_ > format_.max_record_bytes) {
      Status skipped = skip_too_long();
      if (!skipped.ok()) return skipped.error();
    }
    Status filled = fill();
    if (!filled.ok()) return filled.error();
    if (skipping_line_) skip_line();
  }
}

Status FileReader::skip_too_long() {
  Error error = make_error(ErrorKind::BadData,
                           fmt::format("file source: record in '{}' is longer than {} bytes", path_,
                                       format_.max_record_bytes),
                           "set badRecords: drop to go on without it");
  const BadRecord record{pending().substr(0, 1024), std::move(error)};
  begin_ = end_;
  skipping_line_ = true;
  return reject_record(format_.bad_records, record, context_);
}

void FileReader::skip_line() {
  const std::size_t newline = pending().find('\n');
  skipping_line_ = newline == std::string_view::npos;
  begin_ = skipping_line_ ? end_ : begin_ + newline + 1;
}

void FileReader::finish(RecordBatch& batch) {
  for (std::size_t p = 0; p < partition_.size(); ++p) {
    ColumnRef column = context_.pool.make_column(format_.partition_schema->fields[p].type);
    append_value(*column, partition_[p]);
    for (std::uint32_t row = 1; row < batch.num_physical_rows(); ++row)
      column->append_from(*column, 0);
    batch.columns().push_back(std::move(column));
  }
  batch.set_schema(format_.output_schema);
  batch.set_ingest_ns(read_ns_);
}

}  // namespace millrace
