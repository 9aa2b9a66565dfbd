#pragma once

#include "records/value_text.hpp"
#include "sources/source_type.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// Keeps what a source emits as JSON rows.
class Recorder final : public SourceOutput {
 public:
  void emit(RecordBatch batch) override {
    ++num_batches;
    last_ingest_ns = batch.ingest_ns();
    batch.rows().for_each([&](std::uint32_t row) {
      std::string text;
      append_json_row(text, batch, row, {TimeZone(), false});
      rows.push_back(std::move(text));
    });
    batches.push_back(std::move(batch));
  }
  /// All rows so far, blanks between; forgets them.
  std::string take() {
    std::string all;
    for (const std::string& row : rows) all += (all.empty() ? "" : " ") + row;
    rows.clear();
    batches.clear();
    return all;
  }
  std::vector<std::string> rows;
  std::vector<RecordBatch> batches;
  int num_batches = 0;
  std::int64_t last_ingest_ns = 0;
};

/// What a source needs, with a clock that stands still.
struct SourceRig {
  SourceRig()
      : pool(RecordPool::create()),
        context{*pool,
                counters,
                0,
                1,
                [this] { return now_micros; },
                [this] { return steady_ns; },
                [this](std::string text) { warnings.push_back(std::move(text)); },
                ""} {}

  /// Plans and opens; both must work.
  std::unique_ptr<Source> open(const std::string& type, const SourceRequest& request,
                               const std::optional<Offset>& start = {}) {
    auto planned = plan(type, request);
    INFO((planned.ok() ? "" : planned.error().message));
    REQUIRE(planned.ok());
    auto source = planned->make();
    const Status opened = source->open(context, start);
    INFO((opened.ok() ? "" : opened.error().message));
    REQUIRE(opened.ok());
    return source;
  }
  static Result<PlannedSource> plan(const std::string& type, const SourceRequest& request) {
    for (const SourceType& known : builtin_sources())
      if (known.name == type) return known.plan(request);
    return make_error(ErrorKind::Usage, "no source " + type);
  }
  /// The message of a plan that is refused, or "accepted".
  static std::string refusal(const std::string& type, const SourceRequest& request) {
    const auto planned = plan(type, request);
    return planned.ok() ? "accepted" : planned.error().message;
  }
  /// Reads one micro-batch if there is a new one: its rows. Empty text when there is none.
  std::string micro_batch(Source& source) {
    const auto end = source.latest_offset();
    INFO((end.ok() ? "" : end.error().message));
    REQUIRE(end.ok());
    if (*end == source.offset()) return "none";
    REQUIRE(source.limit_to(**end).ok());
    while (poll(source) == PollStatus::Emitted) {
    }
    return recorder.take();
  }
  PollStatus poll(Source& source, std::size_t max_records = 100000) {
    const auto status = source.poll(max_records, recorder);
    INFO((status.ok() ? "" : status.error().message));
    REQUIRE(status.ok());
    return *status;
  }

  RecordPool::Owner pool;
  SubtaskCounters counters;
  std::int64_t now_micros = 0;
  std::int64_t steady_ns = 1;
  std::vector<std::string> warnings;
  Recorder recorder;
  SourceContext context;
};

inline SourceRequest request_of(std::vector<std::pair<std::string, std::string>> options) {
  SourceRequest request;
  for (auto& [name, value] : options) request.options.set(name, value);
  return request;
}

/// A folder of its own for one test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

}  // namespace millrace
