#pragma once

#include "records/value.hpp"
#include "sinks/sink_type.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// What a sink needs, and the calls that the runtime makes for one epoch.
struct SinkRig {
  explicit SinkRig(Schema schema_in)
      : pool(RecordPool::create()),
        schema(std::make_shared<const Schema>(std::move(schema_in))),
        context{*pool,
                counters,
                schema,
                Epoch{0},
                0,
                1,
                false,
                true,
                "UTC",
                [this] { ++num_wakes; },
                [this](std::string text) { warnings.push_back(std::move(text)); }} {}

  static Result<PlannedSink> plan(const std::string& type, const SinkRequest& request) {
    for (const SinkType& known : builtin_sinks())
      if (known.name == type) return known.plan(request);
    return make_error(ErrorKind::Usage, "no sink " + type);
  }
  std::unique_ptr<Sink> open(const std::string& type, SinkRequest request) {
    request.schema = *schema;
    auto planned = plan(type, request);
    INFO((planned.ok() ? "" : planned.error().message));
    REQUIRE(planned.ok());
    auto sink = planned->make();
    REQUIRE(sink->open(context).ok());
    return sink;
  }
  RecordBatch batch(const std::vector<std::vector<Value>>& rows) {
    RecordBatch batch = pool->make_batch(schema);
    for (const auto& row : rows)
      for (std::size_t c = 0; c < schema->size(); ++c) append_value(*batch.columns()[c], row[c]);
    batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
    return batch;
  }
  void write(Sink& sink, const std::vector<std::vector<Value>>& rows) {
    const auto written = sink.write(batch(rows));
    INFO((written.ok() ? "" : written.error().message));
    REQUIRE(written.ok());
    REQUIRE(*written == WriteStatus::Accepted);
  }
  CommitToken prepare(Sink& sink) {
    std::optional<Result<CommitToken>> token;
    sink.prepare(context.epoch, [&](Result<CommitToken> done) { token = std::move(done); });
    REQUIRE(token);
    INFO((token->ok() ? "" : token->error().message));
    REQUIRE(token->ok());
    return **token;
  }
  void commit(Sink& sink, const CommitToken& token) {
    std::optional<Status> committed;
    sink.commit(context.epoch, token, [&](Status done) { committed = std::move(done); });
    REQUIRE(committed);
    INFO((committed->ok() ? "" : committed->error().message));
    REQUIRE(committed->ok());
  }
  /// One whole epoch; the next one follows.
  void run_epoch(Sink& sink, const std::vector<std::vector<Value>>& rows) {
    if (!rows.empty()) write(sink, rows);
    commit(sink, prepare(sink));
    context.epoch = next(context.epoch);
  }

  RecordPool::Owner pool;
  SubtaskCounters counters;
  SchemaPtr schema;
  int num_wakes = 0;
  std::vector<std::string> warnings;
  SinkContext context;
};

inline Value integer(std::int64_t n, TypeKind kind = TypeKind::Int) { return {kind, n}; }
inline Value text(std::string s) { return {TypeKind::String, std::move(s)}; }
inline Value null_of(DataType type) { return {std::move(type), {}}; }

inline SinkRequest sink_request(std::vector<std::pair<std::string, std::string>> options = {}) {
  SinkRequest request;
  for (auto& [name, value] : options) request.options.set(name, value);
  return request;
}

/// A folder of its own for one test, removed at the end.
class SinkFolder {
 public:
  SinkFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~SinkFolder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

}  // namespace millrace
