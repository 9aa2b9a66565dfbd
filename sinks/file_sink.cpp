#include "sinks/file_sink.hpp"

#include "records/columnar/columnar_file.hpp"
#include "records/option_value.hpp"
#include "records/uuid.hpp"
#include "records/value_text.hpp"
#include "sinks/visible_change.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace millrace {

namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

/// Spark's ExternalCatalogUtils.escapePathName: what a folder name may not hold becomes %XX.
std::string escape_path_name(std::string_view text) {
  static constexpr std::string_view kSpecial = "\"#%'*/:=?\\\x7F{[]^";
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos)
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

/// `.json`, `.txt`, `.snappy.parquet`
std::string extension(const FileSinkOptions& options) {
  if (options.format == "text") return ".txt";
  if (!is_columnar_format(options.format)) return "." + options.format;
  const std::string usual = options.format == "orc" ? "zstd" : "snappy";
  const std::string codec = lower_trimmed(text_option(options.format_options, "compression", usual));
  const bool is_plain = codec == "none" || codec == "uncompressed";
  return (is_plain ? "" : codec == "gzip" ? ".gz" : "." + codec) + "." + options.format;
}

Result<ManifestEntry> entry_of(const FileOutput& file) {
  struct stat about {};
  if (::stat(file.final_path().c_str(), &about) != 0)
    return make_error(ErrorKind::Io, "file sink: file is gone: '" + file.final_path() + "'");
  return ManifestEntry{file.final_path(), about.st_size,
                       about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1'000'000};
}

}  // namespace

FileSink::FileSink(std::shared_ptr<const FileSinkOptions> options)
    : options_(std::move(options)), manifest_(options_->folder, options_->retention) {}

Status FileSink::open(SinkContext& context) {
  context_ = &context;
  const auto zone = TimeZone::find(context.time_zone);
  if (!zone.ok()) return zone.error();
  zone_ = *zone;
  std::error_code error;
  std::filesystem::create_directories(options_->folder, error);
  if (error)
    return make_error(ErrorKind::CannotCreate, "file sink: cannot make folder '" +
                                                   options_->folder + "': " + error.message());
  return {};
}

Result<FileSink::Part> FileSink::open_part(const std::string& partition) {
  FormatSettings settings;
  settings.options = options_->format_options;
  settings.time_zone = context_->time_zone;
  auto encoder = make_encoder(options_->format, options_->data_schema, settings);
  if (!encoder.ok()) return encoder.error();
  // Spark writes a dot before c000 in partition folders.
  const std::string name = fmt::format("part-{:05}-{}{}c000{}", context_->subtask, random_uuid(),
                                       partition.empty() ? "-" : ".", extension(*options_));
  Part part;
  part.encoder = std::move(*encoder);
  Status opened = part.file.open(options_->folder + "/" + partition + name);
  if (!opened.ok()) return opened.error();
  part.encoder->begin(part.bytes);
  return part;
}

Result<FileSink::Part*> FileSink::part_of(const std::string& partition) {
  const auto found = parts_.find(partition);
  if (found != parts_.end()) return &found->second;
  auto part = open_part(partition);
  if (!part.ok()) return part.error();
  return &parts_.emplace(partition, std::move(*part)).first->second;
}

Status FileSink::write_rows(RecordBatch rows, const std::string& partition) {
  if (rows.num_rows() == 0) return {};
  const auto part = part_of(partition);
  if (!part.ok()) return part.error();
  (*part)->encoder->encode(rows, (*part)->bytes);
  if ((*part)->bytes.size() < kWriteBytes) return {};
  Status written = (*part)->file.write((*part)->bytes);
  (*part)->bytes.clear();
  return written;
}

/// The columns that the files hold, with the rows that are to be written selected.
RecordBatch FileSink::data_columns(const RecordBatch& batch) const {
  RecordBatch data = context_->pool.make_batch_without_columns(options_->data_schema);
  const auto& partitions = options_->partition_columns;
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    if (std::find(partitions.begin(), partitions.end(), c) == partitions.end())
      data.columns().push_back(batch.column_ref(c));
  data.set_num_physical_rows(batch.num_physical_rows());
  return data;
}

std::string FileSink::partition_of(const RecordBatch& batch, std::size_t row) const {
  std::string folder;
  for (const std::size_t c : options_->partition_columns) {
    TextStyle style;
    style.zone = zone_;
    std::string value;
    if (!batch.column(c).is_null(row)) append_text(value, batch.column(c), row, style);
    folder += escape_path_name(batch.schema()[c].name) + "=";
    folder += value.empty() ? "__HIVE_DEFAULT_PARTITION__" : escape_path_name(value);
    folder += "/";
  }
  return folder;
}

Status FileSink::write_partitions(const RecordBatch& batch) {
  std::map<std::string, std::vector<std::uint32_t>> rows;
  for_each_visible(batch,
                   [&](std::uint32_t row) { rows[partition_of(batch, row)].push_back(row); });
  for (auto& [partition, selection] : rows) {
    RecordBatch data = data_columns(batch);
    data.start_selection() = std::move(selection);
    Status written = write_rows(std::move(data), partition);
    if (!written.ok()) return written;
  }
  return {};
}

Result<WriteStatus> FileSink::write(const RecordBatch& batch) {
  Status written;
  if (options_->partition_columns.empty()) {
    RecordBatch data = data_columns(batch);
    std::vector<std::uint32_t>& selection = data.start_selection();
    for_each_visible(batch, [&](std::uint32_t row) { selection.push_back(row); });
    written = write_rows(std::move(data), "");
  } else {
    written = write_partitions(batch);
  }
  if (!written.ok()) return written.error();
  return WriteStatus::Accepted;
}

Result<std::vector<ManifestEntry>> FileSink::publish() {
  std::vector<ManifestEntry> entries;
  for (auto& [partition, part] : parts_) {
    Status written = part.encoder->end(part.bytes);
    if (written.ok()) written = part.file.write(part.bytes);
    if (written.ok()) written = part.file.publish();
    if (!written.ok()) return written.error();
    auto entry = entry_of(part.file);
    if (!entry.ok()) return entry.error();
    entries.push_back(std::move(*entry));
  }
  parts_.clear();
  return entries;
}

void FileSink::prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) {
  // An epoch that is committed already is run again only to rebuild state: its rows are there.
  if (manifest_.is_committed(epoch) && context_->num_subtasks == 1) {
    parts_.clear();
    return done(CommitToken{});
  }
  auto entries = publish();
  if (!entries.ok()) return done(entries.error());
  CommitToken token{manifest_lines(*entries)};
  prepared_[epoch] = std::move(*entries);
  done(std::move(token));
}

void FileSink::commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) {
  prepared_.erase(epoch);
  const auto entries = parse_manifest_lines(token.bytes);
  if (!entries.ok()) return done(entries.error());
  // Epochs of a continuous job are many and mostly empty; a micro-batch always has its manifest.
  if (entries->empty() && !context_->micro_batch) return done({});
  done(manifest_.commit(epoch, *entries));
}

void FileSink::rollback() {
  parts_.clear();
  for (const auto& [epoch, entries] : prepared_)
    for (const ManifestEntry& entry : entries) ::unlink(entry.path.c_str());
  prepared_.clear();
}

}  // namespace millrace
