// Arrow's own types come first: both sides declare the structs of the C Data Interface.
#include <arrow/adapters/orc/adapter.h>
#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>

#include <exception>
#include <filesystem>
#include <numeric>

#include "records/arrow_c.hpp"
#include "records/columnar/arrow_status.hpp"
#include "records/columnar/column_cast.hpp"
#include "records/columnar/columnar_file.hpp"
#include "records/columnar/micros.hpp"

namespace millrace {
namespace {

constexpr std::int64_t kBatchRows = 4096;

using BatchReaderPtr = std::shared_ptr<arrow::RecordBatchReader>;

/// One open file of either format.
class ArrowFile {
 public:
  virtual ~ArrowFile() = default;
  virtual arrow::Result<std::shared_ptr<arrow::Schema>> schema() = 0;
  /// Reads these columns, in the order of the file.
  virtual arrow::Result<BatchReaderPtr> read(const std::vector<int>& columns) = 0;
};

class ParquetFile final : public ArrowFile {
 public:
  explicit ParquetFile(std::unique_ptr<parquet::arrow::FileReader> reader)
      : reader_(std::move(reader)) {}

  static arrow::Result<std::unique_ptr<ArrowFile>> open(const std::string& path) {
    parquet::ArrowReaderProperties properties;
    properties.set_use_threads(false);
    properties.set_pre_buffer(false);
    properties.set_batch_size(kBatchRows);
    properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.OpenFile(path));
    builder.properties(properties);
    ARROW_ASSIGN_OR_RAISE(auto reader, builder.Build());
    return std::make_unique<ParquetFile>(std::move(reader));
  }

  arrow::Result<std::shared_ptr<arrow::Schema>> schema() override {
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(reader_->GetSchema(&schema));
    return schema;
  }
  arrow::Result<BatchReaderPtr> read(const std::vector<int>& columns) override {
    std::vector<int> leaves;
    for (const int column : columns)
      add_leaves(reader_->manifest().schema_fields[static_cast<std::size_t>(column)], leaves);
    std::vector<int> groups(static_cast<std::size_t>(reader_->num_row_groups()));
    std::iota(groups.begin(), groups.end(), 0);
    ARROW_ASSIGN_OR_RAISE(auto batches, reader_->GetRecordBatchReader(groups, leaves));
    return BatchReaderPtr(std::move(batches));
  }

 private:
  static void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
    if (field.is_leaf()) leaves.push_back(field.column_index);
    for (const auto& child : field.children) add_leaves(child, leaves);
  }
  std::unique_ptr<parquet::arrow::FileReader> reader_;
};

class OrcFile final : public ArrowFile {
 public:
  explicit OrcFile(std::unique_ptr<arrow::adapters::orc::ORCFileReader> reader)
      : reader_(std::move(reader)) {}

  static arrow::Result<std::unique_ptr<ArrowFile>> open(const std::string& path) {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::adapters::orc::ORCFileReader::Open(
                                           file, arrow::default_memory_pool()));
    return std::make_unique<OrcFile>(std::move(reader));
  }

  arrow::Result<std::shared_ptr<arrow::Schema>> schema() override { return reader_->ReadSchema(); }
  arrow::Result<BatchReaderPtr> read(const std::vector<int>& columns) override {
    ARROW_ASSIGN_OR_RAISE(auto all, reader_->ReadSchema());
    std::vector<std::string> names;
    for (const int column : columns) names.push_back(all->field(column)->name());
    return reader_->GetRecordBatchReader(kBatchRows, names);
  }

 private:
  std::unique_ptr<arrow::adapters::orc::ORCFileReader> reader_;
};

arrow::Result<std::unique_ptr<ArrowFile>> open_arrow_file(const std::string& format,
                                                          const std::string& path) {
  return equal_ignoring_case(format, "orc") ? OrcFile::open(path) : ParquetFile::open(path);
}

/// Arrow turns most failures of its formats into a status; damaged files find ways around that.
template <class Call>
auto guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& thrown) {
    return arrow::Status::IOError(thrown.what());
  }
}

Error read_error(const std::string& format, const std::string& path, const arrow::Status& status) {
  std::error_code code;
  const bool is_missing = !std::filesystem::exists(path, code);
  return arrow_error(is_missing ? ErrorKind::InputMissing : ErrorKind::BadData,
                     format + ": cannot read '" + path + "'", status);
}

Result<Schema> imported(const arrow::Schema& schema) {
  ArrowSchema exported{};
  const arrow::Status status = arrow::ExportSchema(schema, &exported);
  if (!status.ok()) return arrow_error(ErrorKind::BadData, "arrow: schema", status);
  auto result = import_schema(exported);
  exported.release(&exported);
  return result;
}

arrow::Result<std::shared_ptr<arrow::Schema>> micro_schema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields())
    fields.push_back(field->WithType(in_micros(field->type())));
  return arrow::schema(std::move(fields));
}

Error wrong_type(const std::string& path, const Field& wanted, const std::string& found) {
  Error error = make_error(
      ErrorKind::BadData,
      "Encountered error while reading file " + path + ". Data type mismatches when reading column [" +
          wanted.name + "]. Expected: " + wanted.type.to_string() + ", Found: " + found + ".",
      "give the column the type it has in the file (`millrace infer` prints it) and cast it later");
  error.error_class = "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH";
  error.sql_state = "KD001";
  return error;
}

class ArrowColumnarReader final : public ColumnarReader {
 public:
  ArrowColumnarReader(std::string format, std::string path, SchemaPtr schema, RecordPool& pool)
      : format_(std::move(format)), path_(std::move(path)), schema_(std::move(schema)), pool_(pool) {}

  Status open() {
    const arrow::Status status = guarded([this] { return open_file(); });
    if (!status.ok()) return read_error(format_, path_, status);
    return check_types();
  }

  Result<RecordBatch> read(std::size_t max_rows) override {
    const arrow::Status status = guarded([this] { return find_rows(); });
    if (!status.ok()) return read_error(format_, path_, status);
    if (!pending_) return RecordBatch();
    const std::int64_t count =
        std::min(pending_->num_rows() - used_, static_cast<std::int64_t>(max_rows));
    ArrowArray exported{};
    const arrow::Status done = arrow::ExportRecordBatch(*pending_->Slice(used_, count), &exported);
    if (!done.ok()) return read_error(format_, path_, done);
    used_ += count;
    auto rows = import_batch(exported, found_, pool_);
    exported.release(&exported);
    if (!rows) return rows;
    return arranged(std::move(*rows));
  }

 private:
  arrow::Status open_file() {
    ARROW_ASSIGN_OR_RAISE(file_, open_arrow_file(format_, path_));
    ARROW_ASSIGN_OR_RAISE(auto all, file_->schema());
    std::vector<int> columns;
    for (int c = 0; c < all->num_fields(); ++c)
      if (schema_->find(all->field(c)->name()) >= 0) columns.push_back(c);
    arrow::FieldVector fields;
    for (const int column : columns) fields.push_back(all->field(column));
    ARROW_ASSIGN_OR_RAISE(in_file_, micro_schema(arrow::Schema(fields)));
    ARROW_ASSIGN_OR_RAISE(batches_, file_->read(columns));
    return arrow::Status::OK();
  }

  Status check_types() {
    auto found = imported(*in_file_);
    if (!found) return std::move(found.error());
    found_ = std::make_shared<const Schema>(std::move(*found));
    for (const Field& wanted : schema_->fields) {
      const int at = found_->find(wanted.name);
      places_.push_back(at);
      if (at < 0) continue;
      const DataType& type = found_->fields[static_cast<std::size_t>(at)].type;
      if (!can_read_as(type, wanted.type)) return wrong_type(path_, wanted, type.to_string());
    }
    return {};
  }

  /// Leaves rows in `pending_`, or nothing at the end.
  arrow::Status find_rows() {
    while (!pending_ || used_ == pending_->num_rows()) {
      std::shared_ptr<arrow::RecordBatch> next;
      ARROW_RETURN_NOT_OK(batches_->ReadNext(&next));
      used_ = 0;
      pending_ = std::move(next);
      if (!pending_) break;
      ARROW_RETURN_NOT_OK(pending_->Validate());
      ARROW_ASSIGN_OR_RAISE(pending_, in_micros(pending_));
    }
    return arrow::Status::OK();
  }

  RecordBatch arranged(RecordBatch rows) {
    RecordBatch batch = pool_.make_batch_without_columns(schema_);
    const std::uint32_t count = rows.num_physical_rows();
    for (std::size_t c = 0; c < schema_->size(); ++c)
      batch.columns().push_back(column_of(rows, c, count));
    batch.set_num_physical_rows(count);
    return batch;
  }
  ColumnRef column_of(const RecordBatch& rows, std::size_t c, std::uint32_t count) {
    const DataType& wanted = (*schema_)[c].type;
    if (places_[c] >= 0)
      return read_as(rows.column_ref(static_cast<std::size_t>(places_[c])), count, wanted, pool_);
    ColumnRef nulls = pool_.make_column(wanted);
    for (std::uint32_t row = 0; row < count; ++row) nulls->append_null();
    return nulls;
  }

  const std::string format_;
  const std::string path_;
  const SchemaPtr schema_;
  RecordPool& pool_;
  std::unique_ptr<ArrowFile> file_;
  std::shared_ptr<arrow::Schema> in_file_;  // the columns that are read
  SchemaPtr found_;                         // the same as records
  std::vector<int> places_;                 // of each column of `schema_` in `found_`; -1: none
  BatchReaderPtr batches_;
  std::shared_ptr<arrow::RecordBatch> pending_;
  std::int64_t used_ = 0;  // rows of it
};

}  // namespace

bool has_columnar_formats() { return true; }

Result<std::unique_ptr<ColumnarReader>> open_columnar_file(const std::string& format,
                                                           const std::string& path,
                                                           SchemaPtr schema, RecordPool& pool) {
  auto reader = std::make_unique<ArrowColumnarReader>(format, path, std::move(schema), pool);
  if (Status status = reader->open(); !status) return std::move(status.error());
  return std::unique_ptr<ColumnarReader>(std::move(reader));
}

Result<Schema> columnar_file_schema(const std::string& format, const std::string& path) {
  const auto schema = guarded([&]() -> arrow::Result<std::shared_ptr<arrow::Schema>> {
    ARROW_ASSIGN_OR_RAISE(auto file, open_arrow_file(format, path));
    ARROW_ASSIGN_OR_RAISE(auto found, file->schema());
    return micro_schema(*found);
  });
  if (!schema.ok()) return read_error(format, path, schema.status());
  return imported(**schema);
}

}  // namespace millrace
