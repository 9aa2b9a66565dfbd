#include <arrow/adapters/orc/adapter.h>
#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <parquet/arrow/writer.h>

#include <exception>
#include <utility>

#include "records/arrow_c.hpp"
#include "records/columnar/arrow_status.hpp"
#include "records/columnar/columnar_file.hpp"
#include "records/option_value.hpp"

namespace millrace {
namespace {

/// What a writer has written and nobody has taken yet.
class StringStream final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return num_bytes_; }
  arrow::Status Write(const void* data, std::int64_t size) override {
    text_.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    num_bytes_ += size;
    return arrow::Status::OK();
  }
  void move_to(std::string& out) {
    out += text_;
    text_.clear();
  }

 private:
  std::string text_;
  std::int64_t num_bytes_ = 0;
  bool closed_ = false;
};

/// One file being written, of either format.
class ArrowWriter {
 public:
  virtual ~ArrowWriter() = default;
  virtual arrow::Status write(const arrow::RecordBatch& batch) = 0;
  virtual arrow::Status close() = 0;
};

class ParquetWriter final : public ArrowWriter {
 public:
  explicit ParquetWriter(std::unique_ptr<parquet::arrow::FileWriter> writer)
      : writer_(std::move(writer)) {}
  static arrow::Result<std::unique_ptr<ArrowWriter>> open(std::shared_ptr<StringStream> to,
                                                          const arrow::Schema& schema,
                                                          arrow::Compression::type codec) {
    parquet::WriterProperties::Builder properties;
    properties.compression(codec);
    ARROW_ASSIGN_OR_RAISE(
        auto writer, parquet::arrow::FileWriter::Open(schema, arrow::default_memory_pool(),
                                                      std::move(to), properties.build()));
    return std::make_unique<ParquetWriter>(std::move(writer));
  }
  arrow::Status write(const arrow::RecordBatch& batch) override {
    return writer_->WriteRecordBatch(batch);
  }
  arrow::Status close() override { return writer_->Close(); }

 private:
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

class OrcWriter final : public ArrowWriter {
 public:
  OrcWriter(std::shared_ptr<StringStream> to,
            std::unique_ptr<arrow::adapters::orc::ORCFileWriter> writer)
      : to_(std::move(to)), writer_(std::move(writer)) {}
  static arrow::Result<std::unique_ptr<ArrowWriter>> open(std::shared_ptr<StringStream> to,
                                                          arrow::Compression::type codec) {
    arrow::adapters::orc::WriteOptions options;
    options.compression = codec;
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          arrow::adapters::orc::ORCFileWriter::Open(to.get(), options));
    return std::make_unique<OrcWriter>(std::move(to), std::move(writer));
  }
  arrow::Status write(const arrow::RecordBatch& batch) override { return writer_->Write(batch); }
  arrow::Status close() override { return writer_->Close(); }

 private:
  std::shared_ptr<StringStream> to_;  // outlives the writer
  std::unique_ptr<arrow::adapters::orc::ORCFileWriter> writer_;
};

/// Arrow's own stream: schema, batches, end.
class IpcWriter final : public ArrowWriter {
 public:
  explicit IpcWriter(std::shared_ptr<arrow::ipc::RecordBatchWriter> writer)
      : writer_(std::move(writer)) {}
  static arrow::Result<std::unique_ptr<ArrowWriter>> open(std::shared_ptr<StringStream> to,
                                                          std::shared_ptr<arrow::Schema> schema) {
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          arrow::ipc::MakeStreamWriter(std::move(to), std::move(schema)));
    return std::make_unique<IpcWriter>(std::move(writer));
  }
  arrow::Status write(const arrow::RecordBatch& batch) override {
    return writer_->WriteRecordBatch(batch);
  }
  arrow::Status close() override { return writer_->Close(); }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

class ArrowEncoder final : public RecordEncoder {
 public:
  ArrowEncoder(std::string format, std::shared_ptr<arrow::Schema> schema,
               std::shared_ptr<StringStream> stream, std::unique_ptr<ArrowWriter> writer)
      : format_(std::move(format)),
        schema_(std::move(schema)),
        stream_(std::move(stream)),
        writer_(std::move(writer)) {}

  void begin(std::string& out) override { stream_->move_to(out); }
  void encode(const RecordBatch& batch, std::string& out) override {
    if (!status_.ok()) return;
    ArrowArray exported{};
    if (Status done = export_batch(batch, exported); !done) {
      failure_ = std::move(done.error());
      return;
    }
    take([&] { return write(exported); });
    stream_->move_to(out);
  }
  Status end(std::string& out) override {
    take([this] { return writer_->close(); });
    stream_->move_to(out);
    if (failure_) return *failure_;
    if (status_.ok()) return {};
    return arrow_error(ErrorKind::Io, format_ + ": cannot write", status_);
  }

 private:
  arrow::Status write(ArrowArray& exported) {
    ARROW_ASSIGN_OR_RAISE(auto rows, arrow::ImportRecordBatch(&exported, schema_));
    return writer_->write(*rows);
  }
  /// Keeps the first failure.
  template <class Call>
  void take(const Call& call) {
    if (!status_.ok()) return;
    try {
      status_ = call();
    } catch (const std::exception& thrown) {
      status_ = arrow::Status::IOError(thrown.what());
    }
  }

  const std::string format_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::shared_ptr<StringStream> stream_;
  const std::unique_ptr<ArrowWriter> writer_;
  arrow::Status status_;
  std::optional<Error> failure_;
};

bool can_hold(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::CalendarInterval:
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval: return false;
    default: break;
  }
  for (const Field& field : type.fields())
    if (!can_hold(field.type)) return false;
  return true;
}

Status check_types(const std::string& format, const Schema& schema) {
  for (const Field& field : schema.fields) {
    if (can_hold(field.type)) continue;
    Error error = make_error(ErrorKind::Config,
                             "The " + format + " datasource doesn't support the column `" + field.name +
                                 "` of the type \"" + field.type.to_sql() + "\".",
                             "cast the column to STRING");
    error.error_class = "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE";
    error.sql_state = "0A000";
    return error;
  }
  return {};
}

Result<arrow::Compression::type> read_codec(const std::string& format, const Options& options) {
  const std::string fallback = format == "orc" ? "zstd" : "snappy";
  const std::string name = lower_trimmed(text_option(options, "compression", fallback));
  if (name == "none" || name == "uncompressed") return arrow::Compression::UNCOMPRESSED;
  if (name == "snappy") return arrow::Compression::SNAPPY;
  if (name == "gzip" || name == "zlib") return arrow::Compression::GZIP;
  if (name == "zstd") return arrow::Compression::ZSTD;
  if (name == "lz4") return arrow::Compression::LZ4;
  return option_error(options, "compression", format + ": unknown compression: '" + name + "'",
                      "choose none, snappy, gzip, zstd or lz4");
}

arrow::Result<std::unique_ptr<ArrowWriter>> open_writer(const std::string& format,
                                                        std::shared_ptr<StringStream> to,
                                                        std::shared_ptr<arrow::Schema> schema,
                                                        arrow::Compression::type codec) {
  if (format == "arrow") return IpcWriter::open(std::move(to), std::move(schema));
  if (format == "orc") return OrcWriter::open(std::move(to), codec);
  return ParquetWriter::open(std::move(to), *schema, codec);
}

}  // namespace

Result<std::unique_ptr<RecordEncoder>> make_columnar_encoder(const std::string& format,
                                                             const SchemaPtr& schema,
                                                             const FormatSettings& settings) {
  const std::string name = lower_trimmed(format);
  if (Status types = check_types(name, *schema); !types) return std::move(types.error());
  const auto codec = read_codec(name, settings.options);
  if (!codec) return codec.error();
  ArrowSchema exported{};
  export_schema(*schema, exported);
  const auto imported = arrow::ImportSchema(&exported);
  if (!imported.ok()) return arrow_error(ErrorKind::Config, name + ": schema", imported.status());
  auto stream = std::make_shared<StringStream>();
  auto writer = open_writer(name, stream, *imported, *codec);
  if (!writer.ok()) return arrow_error(ErrorKind::Config, name + ": schema", writer.status());
  return std::unique_ptr<RecordEncoder>(
      std::make_unique<ArrowEncoder>(name, *imported, std::move(stream), std::move(*writer)));
}

}  // namespace millrace
