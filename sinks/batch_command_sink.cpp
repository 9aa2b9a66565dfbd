#include "records/formats/format.hpp"
#include "records/option_value.hpp"
#include "sinks/child_process.hpp"
#include "sinks/foreach_sink.hpp"
#include "sinks/visible_change.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace millrace {

namespace {

/// How much of what a command said last goes into the query's error.
constexpr off_t kMaxErrorBytes = 4096;

struct BatchCommand {
  std::string command;
  std::string format;
  std::int64_t max_retries = 0;
  std::chrono::microseconds retry_delay{};
  Options options;
};

/// What a command wrote to its standard error.
class ErrorText {
 public:
  ErrorText() : file_(::memfd_create("stderr", MFD_CLOEXEC)) {}
  int descriptor() const { return file_.get(); }
  std::string end() const {
    const off_t size = ::lseek(file_.get(), 0, SEEK_END);
    const off_t start = std::max<off_t>(0, size - kMaxErrorBytes);
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, size - start)), '\0');
    const ssize_t read = ::pread(file_.get(), text.data(), text.size(), start);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read)));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

 private:
  Descriptor file_;
};

/// Keeps the rows of an epoch in the command's format and gives them to it when the epoch ends, also when there
/// are none (Spark's foreachBatch). A command that fails is run again with the same rows; after the
/// last time the query fails with what it said.
class BatchCommandSink final : public Sink {
 public:
  explicit BatchCommandSink(BatchCommand command) : command_(std::move(command)) {}

  Status open(SinkContext& context) override {
    context_ = &context;
    return begin_rows();
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    RecordBatch rows = context_->pool.share(batch);
    std::vector<std::uint32_t> selection;
    for_each_visible(batch, [&](std::uint32_t row) { selection.push_back(row); });
    rows.start_selection() = std::move(selection);
    encoder_->encode(rows, text_);
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    Status status = encoder_->end(text_);
    if (status.ok()) status = run_with_retries(epoch);
    if (status.ok()) status = begin_rows();
    done(status.ok() ? Result<CommitToken>(CommitToken{}) : Result<CommitToken>(status.error()));
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
  void rollback() override { (void)begin_rows(); }
  bool is_blocking() const override { return true; }

 private:
  /// Each epoch is a file or stream of its own.
  Status begin_rows() {
    FormatSettings settings;
    settings.options = command_.options;
    settings.time_zone = context_->time_zone;
    auto encoder = make_encoder(command_.format, context_->schema, settings);
    if (!encoder.ok()) return encoder.error();
    encoder_ = std::move(*encoder);
    text_.clear();
    encoder_->begin(text_);
    return {};
  }

  Status run_with_retries(Epoch epoch) {
    for (std::int64_t attempt = 0;; ++attempt) {
      Status status = run_once(epoch, attempt);
      if (status.ok() || attempt == command_.max_retries) return status;
      context_->warn(status.error().message + "; it is tried again");
      std::this_thread::sleep_for(command_.retry_delay);
    }
  }

  Status run_once(Epoch epoch, std::int64_t attempt) const {
    const ErrorText said;
    ChildProcess child;
    Status status = child.start(command_.command,
                                {fmt::format("MILLRACE_EPOCH={}", number(epoch)),
                                 fmt::format("MILLRACE_PARTITION={}", context_->subtask),
                                 fmt::format("MILLRACE_ATTEMPT={}", attempt)},
                                said.descriptor());
    if (status.ok()) status = child.write(text_);
    if (!status.ok()) return status;
    const auto code = child.finish();
    if (!code.ok()) return code.error();
    return *code == 0 ? Status() : failure(*code, said.end());
  }

  Status failure(int code, const std::string& said) const {
    Error error = make_error(ErrorKind::QueryFailed,
                             fmt::format("foreachBatch sink: command failed with status {}: '{}'",
                                         code, command_.command),
                             "see what it wrote to standard error, above");
    if (!said.empty()) error.notes.push_back("its standard error: " + said);
    return error;
  }

  const BatchCommand command_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<RecordEncoder> encoder_;
  std::string text_;
};

Result<BatchCommand> read_command(const SinkRequest& request) {
  BatchCommand command;
  command.options = request.options;
  command.command = text_option(request.options, "command", "");
  command.format = lower_trimmed(text_option(request.options, "format", "json"));
  if (command.format != "json" && command.format != "csv" && command.format != "arrow")
    return option_error(request.options, "format",
                        "foreachBatch sink: unknown format: '" + command.format + "'",
                        "choose 'json', 'csv' or 'arrow'");
  if (command.command.empty())
    return make_error(ErrorKind::Config, "foreachBatch sink: no command",
                      "set command, for example command: ./load.sh; a program gives a function "
                      "instead");
  const auto retries = integer_option(request.options, "maxRetries", 3);
  if (!retries.ok()) return retries.error();
  if (*retries < 0)
    return option_error(request.options, "maxRetries", "foreachBatch sink: negative maxRetries",
                        "give 0 or more");
  command.max_retries = *retries;
  const auto delay = duration_option(request.options, "retryDelay", "ms", 1'000'000);
  if (!delay.ok()) return delay.error();
  command.retry_delay = std::chrono::microseconds(*delay);
  return command;
}

Result<PlannedSink> plan_batch_command(const SinkRequest& request) {
  auto command = read_command(request);
  if (!command.ok()) return command.error();
  PlannedSink planned;
  planned.description = "ForeachBatchSink";
  planned.make = [command = *command] { return std::make_unique<BatchCommandSink>(command); };
  planned.tells_rows = false;
  return planned;
}

}  // namespace

SinkType foreach_batch_sink_type() {
  SinkType type;
  type.name = "foreachBatch";
  type.summary = "Gives all rows of each epoch at once to a command.";
  type.options = {
      declare_required("command", OptionType::Text,
                       "Shell command that is run once an epoch with its rows on standard input; "
                       "its exit status decides whether the epoch counts."),
      declare_choice("format", {"json", "csv", "arrow"}, "json",
                     "How the rows are written; arrow: a stream of Arrow's IPC format."),
      declare("maxRetries", OptionType::Integer, "3",
              "How often a command that failed is run again before the query fails."),
      declare("retryDelay", OptionType::Duration, "1s", "Pause before it is run again."),
      declare("ignoreNullFields", OptionType::Boolean, "true", "json: leaves NULL fields out."),
      declare("header", OptionType::Boolean, "false", "csv: the first line names the columns."),
      declare("sep", OptionType::Text, ",", "csv: what stands between two fields.")};
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_batch_command;
  return type;
}

}  // namespace millrace
