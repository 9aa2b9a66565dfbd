#pragma once

#include "records/columnar/columnar_file.hpp"
#include "records/formats/format.hpp"
#include "records/tcp.hpp"
#include "records/value.hpp"
#include "sources/bad_record_policy.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// What the rows of a file look like.
struct FileFormat {
  std::string format = "text";
  Options options;
  std::string time_zone = "UTC";
  SchemaPtr data_schema;       // what the format decodes
  SchemaPtr partition_schema;  // columns of `key=value` folders
  SchemaPtr output_schema;     // both, in this order
  BadRecords bad_records = BadRecords::Unset;
  std::size_t max_record_bytes = std::size_t{64} << 20;
};

/// Reads one file after the other in large pieces; rows are views into the piece they came from.
/// Not thread-safe.
class FileReader {
 public:
  FileReader(const FileFormat& format, SourceContext& context);

  /// Begins a file. `partition` holds the values of the partition columns, constant in a file.
  /// Error: it cannot be opened.
  Status open(const std::string& path, std::vector<Value> partition);
  /// The next rows, at most `max_rows`; an empty handle at the end of the file. Requires: open.
  Result<RecordBatch> read(std::size_t max_rows);

 private:
  Status open_lines(const std::string& path);
  Status open_columns(const std::string& path);
  Result<RecordBatch> read_lines(std::size_t max_rows);
  Result<RecordBatch> read_columns(std::size_t max_rows);
  /// What the policy for bad records makes of a file that is damaged.
  Status reject_file(Error error);
  std::string_view pending() const { return {data_ + begin_, end_ - begin_}; }
  /// Reads the next piece behind what is pending.
  Status fill();
  Status skip_too_long();
  void skip_line();
  void finish(RecordBatch& batch);
  /// `path:byte` of bytes that lie in the piece, else the path.
  std::string position_of(std::string_view bytes) const;

  // Fixed.
  const FileFormat& format_;
  SourceContext& context_;
  const RecordPool::Owner
      buffers_;  // of its own, so that big arenas do not spread over all columns
  std::unique_ptr<RecordDecoder> decoder_;  // formats of lines

  // The open file.
  std::string path_;
  Descriptor fd_;
  std::unique_ptr<ColumnarReader> columns_;  // formats of columns; null: nothing is left of the file
  std::vector<Value> partition_;
  bool at_end_ = false;
  bool skipping_line_ = false;

  // The piece: read but not yet used are the bytes from begin_ to end_.
  ColumnRef buffer_;
  char* data_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t read_ns_ = 0;
  std::int64_t num_bytes_read_ = 0;  // of the open file
};

}  // namespace millrace
