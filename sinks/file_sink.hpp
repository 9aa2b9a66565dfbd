#pragma once

#include "records/formats/format.hpp"
#include "records/time_zone.hpp"
#include "sinks/file_manifest.hpp"
#include "sinks/file_output.hpp"
#include "sinks/sink_type.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct FileSinkOptions {
  std::string folder;
  std::chrono::microseconds retention = FileManifest::kForEver;
  std::string format = "json";
  Options format_options;
  std::vector<std::size_t> partition_columns;  // of the rows; outermost first
  SchemaPtr data_schema;                       // the other columns
};

/// Writes the rows of each epoch as files `part-00000-<uuid>-c000.json` in a folder, below
/// `column=value` folders where partitioned. Files are hidden while they grow and renamed when the
/// epoch is prepared, so nobody sees a part of one; the epoch counts once its manifest
/// `_spark_metadata/N` is there. Readers that honour the manifest see each epoch once; others may
/// see files of an epoch that was given up.
class FileSink final : public Sink {
 public:
  explicit FileSink(std::shared_ptr<const FileSinkOptions> options);

  /// Errors: the folder cannot be made.
  Status open(SinkContext& context) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  void rollback() override;
  bool is_blocking() const override { return true; }

 private:
  struct Part {
    FileOutput file;
    std::unique_ptr<RecordEncoder> encoder;
    std::string bytes;  // encoded, not written yet
  };
  Result<Part*> part_of(const std::string& partition);
  Result<Part> open_part(const std::string& partition);
  Status write_rows(RecordBatch rows, const std::string& partition);
  Status write_partitions(const RecordBatch& batch);
  std::string partition_of(const RecordBatch& batch, std::size_t row) const;
  RecordBatch data_columns(const RecordBatch& batch) const;
  Result<std::vector<ManifestEntry>> publish();

  // Fixed after open.
  std::shared_ptr<const FileSinkOptions> options_;
  SinkContext* context_ = nullptr;
  TimeZone zone_;
  FileManifest manifest_;

  std::map<std::string, Part> parts_;  // of the running epoch, by partition folder
  std::map<Epoch, std::vector<ManifestEntry>> prepared_;
};

/// The kinds `file`, `json`, `csv` and `text`: the same sink with another default of `format`.
SinkType file_sink_type(std::string name);

}  // namespace millrace
