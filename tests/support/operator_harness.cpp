#include "tests/support/operator_harness.hpp"

#include "tests/support/changes.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <fmt/format.h>

namespace millrace::test {

namespace {
/// Words in order, but for rows between two markers or watermarks, which are sorted.
std::vector<std::string> sorted_words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words{std::istream_iterator<std::string>(stream), {}};
  const auto is_control = [](const std::string& word) { return word[0] == '|' || word[0] == 'w'; };
  for (auto from = words.begin(); from != words.end();) {
    const auto to = std::find_if(from, words.end(), is_control);
    std::sort(from, to);
    from = to == words.end() ? to : to + 1;
  }
  return words;
}
}  // namespace


namespace {

std::string seconds_text(std::int64_t micros) {
  return fmt::format("{:g}", static_cast<double>(micros) / 1e6);
}

std::string joined(const std::vector<Value>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ",") + text_of(values[i]);
  return text;
}

std::string list_text(const Value& value) {
  const bool is_struct = value.type.kind() == TypeKind::Struct;
  const std::string inner = joined(std::get<std::vector<Value>>(value.storage));
  return is_struct ? "{" + inner + "}" : "[" + inner + "]";
}

std::string decimal_text(Int128 unscaled, int scale) {
  const bool is_negative = unscaled < 0;
  std::string digits;
  for (Int128 rest = is_negative ? -unscaled : unscaled; rest != 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  while (digits.size() <= static_cast<std::size_t>(scale)) digits.insert(digits.begin(), '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return (is_negative ? "-" : "") + digits;
}

class ColumnExpression final : public BoundExpression {
 public:
  ColumnExpression(int index, const Field& field)
      : BoundExpression(field.type, field.nullable), index_(index) {}
  ColumnRef evaluate(EvalContext&, const RecordBatch& batch, Rows) const override {
    return batch.column_ref(static_cast<std::size_t>(index_));
  }
  int column_index() const override { return index_; }

 private:
  const int index_;
};

}  // namespace

Value value_of(const DataType& type, const Cell& cell) {
  if (!cell.is_list) return {type, cell.storage};
  std::vector<Value> values;
  for (std::size_t i = 0; i < cell.elements.size(); ++i) {
    const std::size_t field = type.kind() == TypeKind::Struct ? i : i % type.fields().size();
    values.push_back(value_of(type.fields()[field].type, cell.elements[i]));
  }
  return {type, std::move(values)};
}

std::string text_of(const Value& value) {
  if (value.is_null()) return "null";
  if (value.type.is_nested()) return list_text(value);
  if (auto* number = std::get_if<std::int64_t>(&value.storage)) {
    const bool is_time = value.type.kind() == TypeKind::Timestamp;
    return is_time ? seconds_text(*number) : std::to_string(*number);
  }
  if (auto* real = std::get_if<double>(&value.storage)) return fmt::format("{:g}", *real);
  if (auto* truth = std::get_if<bool>(&value.storage)) return *truth ? "true" : "false";
  if (auto* text = std::get_if<std::string>(&value.storage)) return *text;
  if (auto* exact = std::get_if<Int128>(&value.storage))
    return decimal_text(*exact, value.type.scale());
  return "?";
}

SchemaPtr schema_of(std::vector<Field> fields) {
  return std::make_shared<const Schema>(Schema{std::move(fields)});
}

RecordBatch batch_of(RecordPool& pool, const SchemaPtr& schema, const std::vector<Row>& rows) {
  RecordBatch batch = pool.make_batch(schema);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      append_value(*batch.columns()[c], value_of((*schema)[c].type, row[c]));
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
  return batch;
}

BoundExpressionPtr column_of(const SchemaPtr& schema, int index) {
  return std::make_shared<ColumnExpression>(index, (*schema)[static_cast<std::size_t>(index)]);
}

OperatorHarness& OperatorHarness::rows(std::vector<Row> rows, int port) {
  script_.push_back(Rows{port, std::move(rows)});
  return *this;
}

OperatorHarness& OperatorHarness::watermark(double seconds) {
  script_.push_back(Watermark{sec(seconds)});
  return *this;
}

OperatorHarness& OperatorHarness::marker() {
  script_.push_back(Marker{});
  return *this;
}

OperatorHarness& OperatorHarness::wait(double seconds) {
  script_.push_back(Wait{sec(seconds)});
  return *this;
}

OperatorHarness& OperatorHarness::finish() {
  script_.push_back(Finish{});
  return *this;
}

OperatorHarness& OperatorHarness::plan_watermark(std::int64_t epoch, double seconds) {
  planned_[epoch] = sec(seconds);
  return *this;
}

/// One pass over the script: the operator's surroundings and what it put out.
class OperatorHarness::Run final : public Output, public JobServices {
 public:
  Run(OperatorHarness& harness, Way way) : harness_(harness), way_(way) { start(); }

  void play() {
    for (const Item& item : harness_.script_) {
      std::visit([this](const auto& one) { feed(one); }, item);
      for (RowError& error : eval_.errors) harness_.failures_.push_back(std::move(error.error));
      if (!eval_.errors.empty()) return;
    }
  }
  std::string& text() { return text_; }

  void emit(RecordBatch batch) override {
    full_ = true;
    write_rows("", batch);
  }
  bool takes_late() const override { return harness_.takes_late_; }
  void emit_late(RecordBatch batch) override { write_rows("late:", batch); }
  void emit(Watermark watermark) override {
    // An operator that was restored says again what the operators below have heard.
    const bool is_old = num_starts_ > 1 && watermark.micros <= given_watermark_;
    if (!is_old) write("w" + seconds_text(watermark.micros));
    given_watermark_ = watermark.micros;
  }
  void emit(Activity activity) override { write(activity == Activity::Idle ? "idle" : "active"); }
  bool is_full() const override { return way_.outbox == Outbox::FullAfterEach && full_; }

  std::optional<Watermark> planned_watermark(Epoch epoch) const override {
    auto planned = harness_.planned_.find(number(epoch));
    if (planned == harness_.planned_.end()) return std::nullopt;
    return Watermark{planned->second};
  }
  void report_event_time(int, Epoch epoch, const EventTimeStats& stats) override {
    harness_.reports_.push_back(
        fmt::format("{}:{},{},{},{}{}", number(epoch), stats.count, seconds_text(stats.min),
                    seconds_text(stats.max), seconds_text(stats.watermark),
                    stats.is_idle ? " idle" : ""));
  }
  std::int64_t now_micros() const override { return now_; }
  void wake_at(std::int64_t micros) override {
    wake_at_ = std::min(wake_at_.value_or(micros), micros);
  }

 private:
  /// An operator and all that goes with its process.
  struct Life {
    Life(Run& run, Epoch epoch)
        : context{*run.pool_, run.eval_, *run.harness_.counters_, run, state, 0, 0, 1, epoch} {}
    SubtaskState state{true};
    OperatorContext context;
    std::unique_ptr<Operator> operation;
  };

  void start() {
    const Epoch epoch = life_ ? life_->context.epoch : Epoch{0};
    life_ = std::make_unique<Life>(*this, epoch);
    wake_at_.reset();
    life_->operation = harness_.make_();
    REQUIRE(life_->operation->open(life_->context).ok());
    ++num_starts_;
  }
  /// Goes on with an operator that has nothing but what the last one's checkpoint holds.
  void restart() {
    kept_.add(life_->state.freeze());
    start();
    REQUIRE(life_->state.load(kept_.recovered(), 0, 1).ok());
  }
  Operator& operation() { return *life_->operation; }

  void feed(const Rows& input) {
    switch (way_.batches) {
      case Batches::AsGiven: return give(input.port, batch(input.port, input.rows));
      case Batches::RowByRow:
        for (const Row& row : input.rows) give(input.port, batch(input.port, {row}));
        return;
      case Batches::Selected: return give(input.port, selected(input));
    }
  }
  RecordBatch batch(int port, const std::vector<Row>& rows) {
    return batch_of(*pool_, harness_.inputs_[static_cast<std::size_t>(port)], rows);
  }
  /// Every row twice, of which only the second is selected.
  RecordBatch selected(const Rows& input) {
    std::vector<Row> doubled;
    std::vector<std::uint32_t> selection;
    for (const Row& row : input.rows) {
      doubled.insert(doubled.end(), 2, row);
      selection.push_back(static_cast<std::uint32_t>(doubled.size() - 1));
    }
    RecordBatch result = batch(input.port, doubled);
    result.start_selection() = selection;
    return result;
  }
  void give(int port, RecordBatch batch) {
    complete(operation().process(port, std::move(batch), *this));
  }
  void feed(const Watermark& watermark) { complete(operation().on_watermark(watermark, *this)); }
  void feed(const Wait& wait) {
    const std::int64_t end = now_ + wait.micros;
    while (wake_at_ && *wake_at_ <= end) {
      now_ = std::max(now_, *wake_at_);
      wake_at_.reset();
      eval_.now_micros = now_;
      complete(operation().on_timer(now_, *this));
    }
    now_ = end;
    eval_.now_micros = now_;
  }
  void feed(const Marker&) {
    Epoch& epoch = life_->context.epoch;
    complete(operation().on_epoch_end(epoch, *this));
    write("|" + std::to_string(number(epoch)));
    epoch = next(epoch);
    if (way_.restarts == Restarts::AfterEachMarker) restart();
  }
  void feed(const Finish&) {
    complete(operation().finish(*this));
    write("end");
  }
  void complete(Progress progress) {
    full_ = false;
    for (int calls = 0; progress == Progress::More; ++calls) {
      REQUIRE(calls < 1'000'000);
      progress = operation().resume(*this);
      full_ = false;
    }
  }
  void write_rows(const char* prefix, const RecordBatch& batch) {
    CHECK(batch.num_rows() != 0);
    batch.rows().for_each([&](std::uint32_t row) {
      std::vector<Value> cells;
      for (const ColumnRef& column : batch.columns()) cells.push_back(value_at(*column, row));
      write(prefix + joined(cells));
    });
  }
  void write(const std::string& word) { text_ += (text_.empty() ? "" : " ") + word; }

  OperatorHarness& harness_;
  const Way way_;
  RecordPool::Owner pool_ = RecordPool::create();
  EvalContext eval_{*pool_, 0, {}};
  std::unique_ptr<Life> life_;
  KeptState kept_;
  int num_starts_ = 0;
  // Processing time, and when the operator wants to be called.
  std::int64_t now_ = 0;
  std::optional<std::int64_t> wake_at_;
  std::int64_t given_watermark_ = 0;
  bool full_ = false;
  std::string text_;
};

std::string OperatorHarness::run_once(Way way) {
  counters_ = std::make_shared<SubtaskCounters>();
  failures_.clear();
  reports_.clear();
  Run run(*this, way);
  run.play();
  return run.text();
}

std::string OperatorHarness::run() {
  if (vary_batches_) {
    const std::string row_by_row = run_once({Batches::RowByRow});
    const std::string row_by_row_restarted =
        run_once({Batches::RowByRow, Outbox::Roomy, Restarts::AfterEachMarker});
    const std::string as_given = run_once({});
    CHECK(row_by_row == as_given);
    CHECK(row_by_row_restarted == as_given);
  }
  const std::string selected = run_once({Batches::Selected});
  const std::string tight = run_once({Batches::AsGiven, Outbox::FullAfterEach});
  const std::string restarted =
      run_once({Batches::AsGiven, Outbox::Roomy, Restarts::AfterEachMarker});
  const std::vector<std::string> restarted_reports = reports_;
  const std::string result = run_once({});
  CHECK(selected == result);
  CHECK(tight == result);
  // Rows that leave together have no order, and restored state lies in another one.
  CHECK(sorted_words(restarted) == sorted_words(result));
  CHECK(restarted_reports == reports_);
  return result;
}

}  // namespace millrace::test
