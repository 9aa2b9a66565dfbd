#include "sinks/console_sink.hpp"

#include "records/option_value.hpp"
#include "sinks/visible_change.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <limits>

namespace millrace {

Status ConsoleSink::open(SinkContext& context) {
  context_ = &context;
  const auto zone = TimeZone::find(context.time_zone);
  if (!zone.ok()) return zone.error();
  zone_ = *zone;
  table_ = std::make_unique<ConsoleTable>(context.schema,
                                          TableStyle{options_.num_rows, options_.max_cell, zone_});
  return {};
}

void ConsoleSink::add_json_rows(const RecordBatch& batch) {
  const JsonStyle style{zone_, false};
  for_each_visible(batch, [&](std::uint32_t row) {
    if (!json_rows_.empty()) json_rows_ += ',';
    append_json_row(json_rows_, batch, row, style);
  });
}

Result<WriteStatus> ConsoleSink::write(const RecordBatch& batch) {
  if (options_.format == ConsoleFormat::Table) {
    for_each_visible(batch, [&](std::uint32_t row) { table_->add(batch, row); });
    return WriteStatus::Accepted;
  }
  add_json_rows(batch);
  if (context_->micro_batch || context_->complete_mode) return WriteStatus::Accepted;
  Status printed = print_json(context_->epoch);
  if (!printed.ok()) return printed.error();
  return WriteStatus::Accepted;
}

Status ConsoleSink::print_json(Epoch epoch) {
  if (json_rows_.empty()) return {};
  line_.clear();
  fmt::format_to(std::back_inserter(line_), R"({{"batchId":{},"rows":[)", number(epoch));
  line_ += json_rows_;
  line_ += "]}\n";
  json_rows_.clear();
  return print(line_);
}

Status ConsoleSink::print_table(Epoch epoch) {
  if (table_->num_rows() == 0 && !context_->micro_batch) return {};
  static constexpr std::string_view kRule = "-------------------------------------------\n";
  line_.assign(kRule);
  fmt::format_to(std::back_inserter(line_), "Batch: {}\n", number(epoch));
  line_ += kRule;
  table_->draw(line_);
  table_->clear();
  return print(line_);
}

Status ConsoleSink::print(const std::string& text) const {
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t written = ::write(options_.fd, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return make_error(ErrorKind::Io,
                        fmt::format("console sink: cannot write: {}", std::strerror(errno)));
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void ConsoleSink::prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) {
  Status printed = options_.format == ConsoleFormat::Table ? print_table(epoch) : print_json(epoch);
  done(printed.ok() ? Result<CommitToken>(CommitToken{}) : Result<CommitToken>(printed.error()));
}

void ConsoleSink::commit(Epoch, const CommitToken&, std::function<void(Status)> done) { done({}); }

void ConsoleSink::rollback() {
  table_->clear();
  json_rows_.clear();
}

bool ConsoleSink::is_blocking() const {
  struct stat about {};
  return ::fstat(options_.fd, &about) == 0 && !S_ISREG(about.st_mode);
}

namespace {

Result<ConsoleOptions> read_console_options(const Options& given) {
  ConsoleOptions options;
  const auto rows = integer_option(given, "numRows", 20);
  if (!rows.ok()) return rows.error();
  const auto truncate = boolean_option(given, "truncate", true);
  if (!truncate.ok())
    return option_error(given, "truncate",
                        text_option(given, "truncate", "") + " is not a boolean string.",
                        "choose 'true' or 'false'");
  const std::string format = lower_trimmed(text_option(given, "format", "table"));
  if (format != "table" && format != "json")
    return option_error(given, "format", "console sink: unknown format: '" + format + "'",
                        "choose 'table' or 'json'");
  options.num_rows = static_cast<std::size_t>(
      std::clamp<std::int64_t>(*rows, 0, std::numeric_limits<std::int32_t>::max()));
  options.max_cell = *truncate ? 20 : 0;
  options.format = format == "json" ? ConsoleFormat::Json : ConsoleFormat::Table;
  return options;
}

Result<PlannedSink> plan_console(const SinkRequest& request) {
  const auto options = read_console_options(request.options);
  if (!options.ok()) return options.error();
  PlannedSink planned;
  planned.description = fmt::format("ConsoleWriter[numRows={}, truncate={}]", options->num_rows,
                                    options->max_cell != 0);
  planned.make = [options = *options] { return std::make_unique<ConsoleSink>(options); };
  return planned;
}

}  // namespace

SinkType console_sink_type() {
  SinkType type;
  type.name = "console";
  type.summary = "Prints the rows of each epoch on standard output.";
  type.options = {
      declare("numRows", OptionType::Integer, "20", "Rows of each epoch that are shown."),
      declare("truncate", OptionType::Boolean, "true", "Cuts values to 20 characters."),
      declare_choice("format", {"table", "json"}, "table",
                     "Spark's table, or one JSON line for each epoch with rows.")};
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_console;
  return type;
}

}  // namespace millrace
