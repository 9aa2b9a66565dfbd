#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "records/formats/format.hpp"
#include "records/record_batch.hpp"

namespace millrace {

// Parquet and ORC, files that hold columns instead of lines. They are read and written through Arrow
// C++; a build without it knows the names and says what is missing.

/// True for `parquet` and `orc`, in any case.
bool is_columnar_format(std::string_view format);
/// Whether this build has Arrow C++.
bool has_columnar_formats();

/// Reads one file. Not thread-safe.
class ColumnarReader {
 public:
  virtual ~ColumnarReader() = default;
  /// The next rows, at most `max_rows`; an empty handle at the end. Error: a damaged file, a column of
  /// another type.
  virtual Result<RecordBatch> read(std::size_t max_rows) = 0;
};

/// Opens a file for the columns of `schema`: found by name ignoring case, NULL where the file has none;
/// whole numbers and FLOAT widen. `pool` makes the batches and outlives the reader.
Result<std::unique_ptr<ColumnarReader>> open_columnar_file(const std::string& format,
                                                           const std::string& path,
                                                           SchemaPtr schema, RecordPool& pool);

/// The columns of a file.
Result<Schema> columnar_file_schema(const std::string& format, const std::string& path);

/// Writes batches as one file; `encode` gives what is ready, `end` the rest. Option `compression`.
/// Errors: a type that the format cannot hold (Spark's UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE).
Result<std::unique_ptr<RecordEncoder>> make_columnar_encoder(const std::string& format,
                                                             const SchemaPtr& schema,
                                                             const FormatSettings& settings);

}  // namespace millrace
