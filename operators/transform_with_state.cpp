#include "operators/transform_with_state.hpp"

#include "checkpoint/key_groups.hpp"
#include "operators/late_rows.hpp"
#include "operators/processor_handle.hpp"
#include "operators/row_errors.hpp"
#include "operators/row_views.hpp"
#include "records/key_encoding.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <numeric>

namespace millrace {

namespace {

constexpr std::size_t kTimersPerCall = 1024;
constexpr std::int64_t kMicrosPerMilli = 1000;

std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& expression : expressions) types.push_back(expression->type());
  return types;
}

class TransformWithState final : public Operator {
 public:
  explicit TransformWithState(TransformWithStateOptions options)
      : options_(std::move(options)),
        encoder_(types_of(options_.keys)),
        handle_(options_.time_mode, options_.processor_options),
        late_(options_.event_time, options_.policy.at_marker),
        key_view_(*options_.key_schema),
        rows_(*options_.input),
        output_(options_.output) {}
  ~TransformWithState() override {
    if (processor_) processor_->close();
  }

  Status open(OperatorContext& context) override;
  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override {
    return late_.arrive(watermark) ? advance(out) : Progress::Done;
  }
  Progress on_timer(std::int64_t now, Output& out) override;
  Progress on_epoch_end(Epoch /*epoch*/, Output& out) override {
    ends_epoch_ = true;
    return advance(out);
  }
  Progress finish(Output& out) override {
    is_over_ = true;
    return advance(out);
  }
  Progress resume(Output& out) override { return advance(out); }

 private:
  bool is_timed_by(TimeMode mode) const { return options_.time_mode == mode; }
  /// Microseconds. In micro-batch mode that of the micro-batch, so that a rerun repeats it.
  std::int64_t now() const {
    return options_.policy.at_marker ? context_->eval.now_micros : context_->services.now_micros();
  }
  TimerValues times_at(std::int64_t watermark) const;
  /// Calls the program; false when it threw, which ends the job.
  template <class F>
  bool call(F&& part);

  /// Gives the initial state to the processor, once in the life of the query.
  bool begin();
  bool handle_initial_rows(const RecordBatch& batch);
  bool evaluate(RecordBatch& batch);
  void group_rows(Rows rows);
  bool handle_rows(const RecordBatch& batch);
  bool handle_timer(const ProcessorHandle::Expired& timer);
  Progress advance(Output& out);
  std::int64_t next_watermark() const;
  void set_wake_up();
  void end_epoch();

  // Fixed after open.
  const TransformWithStateOptions options_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyEncoder encoder_;
  ProcessorHandle handle_;
  LateRows late_;
  // 1 when the initial state was given.
  std::int64_t has_begun_ = 0;

  // What the processor sees. It goes first: its states lie in the handle.
  ColumnRowView key_view_;
  BatchRows rows_;
  BatchOutput output_;
  std::unique_ptr<StatefulProcessor> processor_;

  // The marker, or the end, is waiting for `advance` to end.
  bool ends_epoch_ = false;
  bool is_over_ = false;
  std::int64_t updated_ = 0;

  // Scratch of one batch: places in the encoder's keys, those of one key together, and their rows.
  std::vector<ColumnRef> keys_;
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> grouped_;
  std::vector<ColumnRef> timer_key_;
  std::vector<ProcessorHandle::Expired> expired_;
};

template <class F>
bool TransformWithState::call(F&& part) {
  try {
    part();
    return true;
  } catch (const std::exception& error) {
    context_->eval.fail(
        ~0u, make_error(ErrorKind::QueryFailed,
                        "processor '" + options_.name + "' failed: " + std::string(error.what())));
    return false;
  }
}

Status TransformWithState::open(OperatorContext& context) {
  context_ = &context;
  late_.open(context.state);
  output_.open(context.pool);
  handle_.open(context.state);
  context.state.declare_number("begun", has_begun_, NumberMerge::Smallest);
  processor_ = options_.make();
  if (!processor_)
    return make_error(ErrorKind::QueryFailed, "processor '" + options_.name + "' was not made");
  const bool is_ready = call([&] { processor_->init(handle_); });
  handle_.close();
  return is_ready ? Status() : Status(context.eval.errors.front().error);
}

bool TransformWithState::begin() {
  if (std::exchange(has_begun_, 1) != 0 || options_.initial.rows.empty()) return true;
  RecordBatch batch =
      context_->pool.make_batch(std::make_shared<const Schema>(options_.initial.schema));
  for (const std::vector<Value>& row : options_.initial.rows)
    for (std::size_t i = 0; i < row.size(); ++i) append_value(*batch.columns()[i], row[i]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(options_.initial.rows.size()));
  return handle_initial_rows(batch);
}

/// Those of keys that this subtask owns.
bool TransformWithState::handle_initial_rows(const RecordBatch& batch) {
  const auto num_keys = static_cast<std::ptrdiff_t>(options_.keys.size());
  const std::vector<ColumnRef> keys(batch.columns().begin(), batch.columns().begin() + num_keys);
  encoder_.encode(keys, batch.rows());
  ColumnRowView initial(options_.initial.schema);
  CurrentKey& current = handle_.current();
  current.now = now();
  const TimerValues times = times_at(late_.in_force());
  for (std::uint32_t row = 0; row < batch.num_rows(); ++row) {
    current.key = encoder_.key(row);
    current.hash = encoder_.hash(row);
    const auto num_subtasks = static_cast<std::size_t>(context_->num_subtasks);
    if (subtask_of(current.hash, num_subtasks) != static_cast<std::uint32_t>(context_->subtask))
      continue;
    key_view_.set(keys, row);
    initial.set(batch.columns(), row);
    if (!call([&] { processor_->handle_initial_state(key_view_, initial, times); })) return false;
  }
  return true;
}

TimerValues TransformWithState::times_at(std::int64_t watermark) const {
  return {now() / kMicrosPerMilli, std::max<std::int64_t>(0, watermark) / kMicrosPerMilli};
}

Progress TransformWithState::process(int /*port*/, RecordBatch batch, Output& out) {
  if (!begin()) return Progress::Done;
  late_.drop(batch, *context_, out);
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  group_rows(batch.rows());
  handle_.current().now = now();
  if (!handle_rows(batch)) return Progress::Done;
  keys_.clear();
  updated_ += batch.num_rows();
  context_->counters.state_rows_total.set(static_cast<std::int64_t>(handle_.num_elements()));
  output_.flush(batch.ingest_ns(), out);
  set_wake_up();
  return Progress::Done;
}

/// Everything that may fail for a row, before any state changes; false when no row is left.
bool TransformWithState::evaluate(RecordBatch& batch) {
  keys_.clear();
  for (const BoundExpressionPtr& key : options_.keys)
    keys_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
  if (!settle_errors(*context_, options_.on_error, batch) || batch.num_rows() == 0) return false;
  encoder_.encode(keys_, batch.rows());
  return true;
}

/// Rows of one key stand together then, in the order of arrival.
void TransformWithState::group_rows(Rows rows) {
  places_.resize(rows.size());
  std::iota(places_.begin(), places_.end(), 0u);
  std::stable_sort(places_.begin(), places_.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (encoder_.hash(a) != encoder_.hash(b)) return encoder_.hash(a) < encoder_.hash(b);
    return encoder_.key(a) < encoder_.key(b);
  });
  grouped_.clear();
  for (const std::uint32_t place : places_) grouped_.push_back(rows[place]);
}

bool TransformWithState::handle_rows(const RecordBatch& batch) {
  const TimerValues times = times_at(late_.in_force());
  CurrentKey& current = handle_.current();
  for (std::size_t begin = 0, end = 0; begin < places_.size(); begin = end) {
    const std::uint32_t place = places_[begin];
    while (end < places_.size() && encoder_.key(places_[end]) == encoder_.key(place)) ++end;
    current.key = encoder_.key(place);
    current.hash = encoder_.hash(place);
    key_view_.set(keys_, grouped_[begin]);
    rows_.set(batch, grouped_.data() + begin, grouped_.data() + end);
    if (!call([&] { processor_->handle_input_rows(key_view_, rows_, times, output_); }))
      return false;
  }
  return true;
}

bool TransformWithState::handle_timer(const ProcessorHandle::Expired& timer) {
  CurrentKey& current = handle_.current();
  current.key = timer.key;
  current.hash = KeyEncoder::hash_of(timer.key);
  current.now = now();
  timer_key_.clear();
  for (const DataType& type : encoder_.types())
    timer_key_.push_back(context_->pool.make_column(type));
  encoder_.decode(timer.key, timer_key_);
  key_view_.set(timer_key_, 0);
  const TimerValues times = times_at(next_watermark());
  return call(
      [&] { processor_->handle_expired_timer(key_view_, timer.expiry_ms, times, output_); });
}

/// What `advance` is about to put in force; behind the end of a bounded input no time is left.
std::int64_t TransformWithState::next_watermark() const {
  return is_over_ ? std::numeric_limits<std::int64_t>::max() : late_.next();
}

/// Fires what is due, then puts the watermark in force and passes it on.
Progress TransformWithState::advance(Output& out) {
  if (!begin()) return Progress::Done;
  const std::int64_t due = is_timed_by(TimeMode::ProcessingTime) ? now() : next_watermark();
  const bool is_all =
      is_timed_by(TimeMode::None) || handle_.take_expired(due, kTimersPerCall, expired_);
  for (const ProcessorHandle::Expired& timer : std::exchange(expired_, {}))
    if (!handle_timer(timer)) return Progress::Done;
  output_.flush(0, out);
  if (!is_all) return Progress::More;
  late_.advance(out);
  if (ends_epoch_) end_epoch();
  set_wake_up();
  return Progress::Done;
}

Progress TransformWithState::on_timer(std::int64_t /*now*/, Output& out) {
  return options_.policy.at_marker ? Progress::Done : advance(out);
}

void TransformWithState::set_wake_up() {
  if (options_.policy.at_marker || !is_timed_by(TimeMode::ProcessingTime)) return;
  if (const auto expiry = handle_.next_expiry_micros()) context_->services.wake_at(*expiry);
}

void TransformWithState::end_epoch() {
  handle_.sweep(now());
  SubtaskCounters& counters = context_->counters;
  counters.state_rows_total.set(static_cast<std::int64_t>(handle_.num_elements()));
  counters.state_rows_updated.set(updated_);
  counters.state_bytes.set(static_cast<std::int64_t>(handle_.bytes_used()));
  updated_ = 0;
  ends_epoch_ = false;
}

}  // namespace

std::unique_ptr<Operator> make_transform_with_state(TransformWithStateOptions options) {
  return std::make_unique<TransformWithState>(std::move(options));
}

}  // namespace millrace
