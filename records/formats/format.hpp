#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "records/options.hpp"
#include "records/record_batch.hpp"

namespace millrace {

/// A record that could not be decoded, for the bad-record policy. The view lives for the call.
struct BadRecord {
  std::string_view bytes;
  Error error;
};

struct FormatSettings {
  Options options;               // Spark's names: mode, sep, header, multiLine, ...
  std::string time_zone = "UTC";
  /// Called for a record that no column can take up (mode FAILFAST, badRecords). Empty: FAILFAST fails
  /// the decode call.
  std::function<void(const BadRecord&)> on_bad_record;
  /// A longer record is bad: its bytes are skipped up to the next newline.
  std::size_t max_record_bytes = std::size_t{64} << 20;
};

/// Bytes of input beyond the end of what `decode` gets that must be readable (content does not matter).
constexpr std::size_t kDecodePadding = 64;

/// Turns bytes into rows of one schema. Not thread-safe; one for each stream of bytes.
class RecordDecoder {
 public:
  virtual ~RecordDecoder() = default;
  /// Appends the records at the front of `bytes` to `batch` (made for the schema) until it holds
  /// `max_rows` rows or no whole record is left; sets the batch's number of rows. With `is_last` a
  /// record without a newline counts too. Returns the bytes used up. Where `owner` is set the bytes live
  /// as long as that column and strings may be views into them; else they are copied.
  virtual Result<std::size_t> decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                                     RecordBatch& batch, const ColumnRef& owner) = 0;
  /// Forgets what it knew of the last input (CSV header, open line). Called at the start of each file.
  virtual void restart() {}
};

/// Turns rows into bytes, one file or stream of them. Not thread-safe.
class RecordEncoder {
 public:
  virtual ~RecordEncoder() = default;
  /// What stands before the first row (CSV header), or nothing.
  virtual void begin(std::string& /*out*/) {}
  /// Appends every selected row; formats of lines end each with a newline.
  virtual void encode(const RecordBatch& batch, std::string& out) = 0;
  /// Appends what stands behind the last row of a file (Parquet's footer). Error: rows that could not be
  /// encoded.
  virtual Status end(std::string& /*out*/) { return {}; }
};

/// `format` is text, csv or json; an encoder may also be parquet or orc. Errors: unknown format, bad option,
/// a schema that the format cannot hold.
Result<std::unique_ptr<RecordDecoder>> make_decoder(std::string_view format, SchemaPtr schema,
                                                    const FormatSettings& settings);
Result<std::unique_ptr<RecordEncoder>> make_encoder(std::string_view format, SchemaPtr schema,
                                                    const FormatSettings& settings);
/// Options of a format, for the option registry.
const std::vector<OptionDeclaration>& format_options(std::string_view format);

}  // namespace millrace
