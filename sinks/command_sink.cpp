#include "records/formats/format.hpp"
#include "records/option_value.hpp"
#include "sinks/child_process.hpp"
#include "sinks/foreach_sink.hpp"
#include "sinks/visible_change.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace millrace {

namespace {

/// Runs a command for each epoch that has rows, with the rows as JSON lines on its standard input.
/// The epoch is done when the command ends with status 0; it may see an epoch again after a crash,
/// under the same number in MILLRACE_EPOCH.
class CommandSink final : public Sink {
 public:
  CommandSink(std::string command, Options options)
      : command_(std::move(command)), options_(std::move(options)) {}

  Status open(SinkContext& context) override {
    context_ = &context;
    FormatSettings settings;
    settings.options = options_;
    settings.time_zone = context.time_zone;
    auto encoder = make_encoder("json", context.schema, settings);
    if (!encoder.ok()) return encoder.error();
    encoder_ = std::move(*encoder);
    return {};
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    RecordBatch rows = context_->pool.share(batch);
    std::vector<std::uint32_t> selection;
    for_each_visible(batch, [&](std::uint32_t row) { selection.push_back(row); });
    if (selection.empty()) return WriteStatus::Accepted;
    rows.start_selection() = std::move(selection);
    lines_.clear();
    encoder_->encode(rows, lines_);
    Status written = child_.is_running() ? Status() : start();
    if (written.ok()) written = child_.write(lines_);
    if (!written.ok()) return written.error();
    return WriteStatus::Accepted;
  }
  void prepare(Epoch, std::function<void(Result<CommitToken>)> done) override {
    if (!child_.is_running()) return done(CommitToken{});
    const auto status = child_.finish();
    if (!status.ok()) return done(status.error());
    if (*status == 0) return done(CommitToken{});
    done(make_error(
        ErrorKind::QueryFailed,
        fmt::format("foreach sink: command failed with status {}: '{}'", *status, command_),
        "its own messages are on standard error"));
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
  void rollback() override { child_ = ChildProcess(); }
  bool is_blocking() const override { return true; }

 private:
  Status start() {
    child_ = ChildProcess();
    return child_.start(command_, {fmt::format("MILLRACE_EPOCH={}", number(context_->epoch)),
                                   fmt::format("MILLRACE_PARTITION={}", context_->subtask)});
  }

  const std::string command_;
  const Options options_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<RecordEncoder> encoder_;
  ChildProcess child_;
  std::string lines_;
};

Result<PlannedSink> plan_command(const SinkRequest& request) {
  const std::string command = text_option(request.options, "command", "");
  if (command.empty())
    return make_error(ErrorKind::Config, "foreach sink: no command",
                      "set command, for example command: cat >> rows.jsonl; a program gives a "
                      "ForeachWriter instead");
  return PlannedSink{"ForeachWriterTable$", [command, options = request.options] {
                       return std::make_unique<CommandSink>(command, options);
                     }};
}

}  // namespace

SinkType foreach_sink_type() {
  SinkType type;
  type.name = "foreach";
  type.summary = "Gives the rows of each epoch as JSON lines to a command.";
  type.options = {
      declare_required("command", OptionType::Text,
                       "Shell command that reads the rows on standard input; its exit status "
                       "decides whether the epoch counts."),
      declare("ignoreNullFields", OptionType::Boolean, "true", "Leaves NULL fields out.")};
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_command;
  return type;
}

}  // namespace millrace
