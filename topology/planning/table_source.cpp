#include "topology/planning/table_source.hpp"

#include "topology/duration_text.hpp"
#include "topology/planning/operator_factory.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

namespace millrace {
namespace {

namespace fs = std::filesystem;
using resolved::Step;

constexpr std::string_view kOnChange = "onChange";
constexpr std::int64_t kLookEvery = 1'000'000;
constexpr std::size_t kRowsPerPoll = 4096;

/// The part of a path that is no pattern.
fs::path fixed_part(const fs::path& path) {
  fs::path fixed;
  for (const fs::path& part : path) {
    if (part.string().find_first_of("*?[{") != std::string::npos) break;
    fixed /= part;
  }
  return fixed;
}

void add_file(std::string& text, const fs::path& file) {
  std::error_code missing;
  text += file.string() + " " + std::to_string(fs::file_size(file, missing)) + " " +
          std::to_string(fs::last_write_time(file, missing).time_since_epoch().count()) + "\n";
}

/// Names, sizes and times of all files in these paths; what is not there counts as empty.
std::string files_in(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    const fs::path root = fixed_part(path);
    std::error_code missing;
    if (!fs::is_directory(root, missing)) add_file(text, root);
    for (const auto& entry : fs::recursive_directory_iterator(root, missing))
      if (entry.is_regular_file(missing)) add_file(text, entry.path());
  }
  return text;
}

/// What stands between a table's source and its join.
struct TablePipeline {
  std::function<std::unique_ptr<Source>()> source;
  std::vector<OperatorSpec> steps;
  std::vector<std::string> paths;
};

/// Gives what a step puts out to the next one; the last one's rows are kept.
class StepOutput final : public Output {
 public:
  StepOutput(Operator* next, Output* next_out, std::vector<RecordBatch>& rows)
      : next_(next), next_out_(next_out), rows_(rows) {}
  void emit(RecordBatch batch) override {
    if (next_ != nullptr)
      (void)next_->process(0, std::move(batch), *next_out_);
    else if (batch.num_rows() != 0)
      rows_.push_back(std::move(batch));
  }
  void emit(Watermark) override {}
  void emit(Activity) override {}
  bool is_full() const override { return false; }
  bool takes_late() const override { return false; }
  void emit_late(RecordBatch) override {}

 private:
  Operator* next_;
  Output* next_out_;
  std::vector<RecordBatch>& rows_;
};

/// Runs a source and the steps behind it within the caller's thread.
class PipelineReader final : public TableReader, private SourceOutput {
 public:
  explicit PipelineReader(TablePipeline pipeline)
      : pipeline_(std::move(pipeline)), files_(files_in(pipeline_.paths)) {}

  Status start(OperatorContext& context) override {
    end();
    counters_ = std::make_unique<SubtaskCounters>();
    source_context_.emplace(SourceContext{context.pool, *counters_});
    source_context_->now_micros = [&context] { return context.services.now_micros(); };
    source_context_->steady_ns = [] {
      return std::chrono::steady_clock::now().time_since_epoch().count();
    };
    source_context_->warn = [](const std::string&) {};
    source_context_->dead_letter = context.dead_letter;
    if (Status made = make_steps(context); !made) return made;
    source_ = pipeline_.source();
    return source_->open(*source_context_, std::nullopt);
  }

  Result<std::optional<RecordBatch>> read() override {
    if (rows_.empty()) {
      if (!source_) {
        end();
        return std::optional<RecordBatch>();
      }
      auto polled = source_->poll(kRowsPerPoll, *this);
      if (!polled.ok()) return std::move(polled.error());
      if (*polled == PollStatus::EndOfInput) source_.reset();
    }
    if (rows_.empty()) return std::optional(RecordBatch());
    RecordBatch rows = std::move(rows_.back());
    rows_.pop_back();
    return std::optional(std::move(rows));
  }

  bool has_changed() override { return files_ != std::exchange(files_, files_in(pipeline_.paths)); }

 private:
  /// Lets go of all that has to do with the caller's context.
  void end() {
    rows_.clear();
    source_.reset();
    outputs_.clear();
    operators_.clear();
    source_context_.reset();
  }
  Status make_steps(OperatorContext& context) {
    for (const OperatorSpec& step : pipeline_.steps) {
      operators_.push_back(step.make());
      if (Status opened = operators_.back()->open(context); !opened) return opened;
    }
    outputs_.resize(operators_.size() + 1);
    for (std::size_t i = outputs_.size(); i-- > 0;) {
      const bool is_last = i == operators_.size();
      outputs_[i] = std::make_unique<StepOutput>(is_last ? nullptr : operators_[i].get(),
                                                 is_last ? nullptr : outputs_[i + 1].get(), rows_);
    }
    return {};
  }
  void emit(RecordBatch batch) override { outputs_.front()->emit(std::move(batch)); }

  const TablePipeline pipeline_;
  std::string files_;
  std::unique_ptr<SubtaskCounters> counters_;
  std::optional<SourceContext> source_context_;
  std::unique_ptr<Source> source_;
  std::vector<std::unique_ptr<Operator>> operators_;
  // `outputs_[i]` feeds operator i.
  std::vector<std::unique_ptr<StepOutput>> outputs_;
  // In any order: a table has none.
  std::vector<RecordBatch> rows_;
};

Error located(std::string message, std::string fix, const OptionText& reload) {
  Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
  error.origin = reload.origin;
  return error;
}

const OptionText* reload_of(const Step& step) {
  return std::holds_alternative<resolved::Read>(step.kind) ? step.options.find("reload") : nullptr;
}

const OptionText* reload_below(const Step& step) {
  if (const OptionText* reload = reload_of(step)) return reload;
  for (const resolved::StepPtr& input : step.inputs)
    if (const OptionText* reload = reload_below(*input)) return reload;
  return nullptr;
}

/// Whether a step gives the same rows for each row, whatever came before.
bool sees_one_row(const Step& step) {
  return step.inputs.size() == 1 && !resolved::is_stateful(step) &&
         !std::holds_alternative<resolved::Sort>(step.kind) &&
         !std::holds_alternative<resolved::Watermark>(step.kind);
}

Result<TablePipeline> pipeline_of(const Step& table, const OptionText& reload) {
  TablePipeline pipeline;
  const Step* step = &table;
  for (; sees_one_row(*step); step = step->inputs.front().get()) {
    auto spec = operator_spec(*step, {{}, OnError::Fail});
    if (!spec.ok()) return std::move(spec.error());
    pipeline.steps.insert(pipeline.steps.begin(), std::move(*spec));
  }
  const auto* read = std::get_if<resolved::Read>(&step->kind);
  if (!read)
    return located("reload: the join does not read the source itself but '" +
                       resolved::kind_name(*step) + "' over it",
                   "join with the source, or with `select` and `where` of it", reload);
  pipeline.source = read->source.make;
  if (const OptionText* paths = step->options.find("paths")) {
    std::string_view rest = paths->value;
    for (std::size_t end = 0; end != std::string_view::npos; rest.remove_prefix(end + 1)) {
      end = rest.find('\n');
      pipeline.paths.emplace_back(rest.substr(0, end));
      if (end == std::string_view::npos) break;
    }
  }
  return pipeline;
}

}  // namespace

Result<std::optional<TableReloadOptions>> table_reload(const Step& table) {
  const OptionText* reload = reload_below(table);
  if (!reload) return std::optional<TableReloadOptions>();
  TableReloadOptions options;
  auto pipeline = pipeline_of(table, *reload);
  if (!pipeline.ok()) return std::move(pipeline.error());
  options.only_when_changed = equal_ignoring_case(reload->value, kOnChange);
  if (options.only_when_changed && pipeline->paths.empty())
    return located("reload: only files are known to change", "write a duration: `10 minutes`",
                   *reload);
  const auto period = parse_duration(reload->value);
  if (!options.only_when_changed && (!period.ok() || period->count() <= 0))
    return located("reload: neither a duration nor `onChange`: '" + reload->value + "'",
                   "write `reload: 10 minutes` or `reload: onChange`", *reload);
  options.period = options.only_when_changed ? kLookEvery : period->count();
  options.make = [pipeline = std::move(*pipeline)] {
    return std::make_unique<PipelineReader>(pipeline);
  };
  return std::optional(std::move(options));
}

const OptionText* misplaced_reload(const Step& step, bool is_table) {
  return is_table ? nullptr : reload_of(step);
}

std::string reload_text(const Step& table) {
  const OptionText* reload = reload_below(table);
  if (!reload) return {};
  if (equal_ignoring_case(reload->value, kOnChange)) return "read again when its files change";
  return "read again every " + reload->value;
}

}  // namespace millrace
