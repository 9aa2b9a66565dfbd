#include "operators/top_rows.hpp"

#include "operators/key_states.hpp"
#include "operators/result_batch.hpp"
#include "records/row_encoding.hpp"

#include <cstring>
#include <span>
#include <utility>

namespace millrace {

namespace {

/// Sizes of one kept row: its sort key, then its values, lie behind.
struct RowHeader {
  std::uint32_t key_size;
  std::uint32_t row_size;
  std::uint32_t total() const { return std::uint32_t{sizeof(RowHeader)} + key_size + row_size; }
};

/// One kept row where it lies. Good until the state changes.
struct KeptRow {
  std::uint32_t offset = 0;
  RowHeader header{};
  const char* key = nullptr;
  std::string_view sort_key() const { return {key, header.key_size}; }
};

/// Whether a sort key stands behind another: most differ in their first eight bytes, which are compared without a call.
bool is_behind(std::string_view key, std::string_view other) {
  std::uint64_t first = 0, first_of_other = 0;
  if (key.size() >= sizeof first && other.size() >= sizeof first) {
    std::memcpy(&first, key.data(), sizeof first);
    std::memcpy(&first_of_other, other.data(), sizeof first);
    if (first != first_of_other) return __builtin_bswap64(first) > __builtin_bswap64(first_of_other);
  }
  return key > other;
}

/// Fixed part of a key's state: the first place that changed in the batch at hand, from 0, and how
/// many places are taken.
struct TopHeader {
  std::uint32_t count;
  std::uint32_t first_changed;
};
constexpr std::size_t kRowsOffset = 16;

StateLayout state_layout() {
  StateLayout layout;
  layout.value_size = kRowsOffset + (sizeof(StateBytes) + 15) / 16 * 16;
  layout.growing = {kRowsOffset};
  return layout;
}

/// The columns of the input stand in front of the rank.
Schema input_of(const Schema& output) {
  Schema input = output;
  input.fields.pop_back();
  return input;
}

class TopRows final : public Operator {
 public:
  explicit TopRows(TopRowsOptions options)
      : options_(std::move(options)),
        encoding_(input_of(*options_.output)),
        keys_(options_.keys, state_layout()),
        result_(options_.output, options_.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    keys_.open(context, "rows");
    return {};
  }
  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress resume(Output& out) override { return give(out); }

 private:
  static TopHeader& header_of(std::byte* key) { return *reinterpret_cast<TopHeader*>(key); }
  static StateBytes& bytes_of(std::byte* key) {
    return *reinterpret_cast<StateBytes*>(key + kRowsOffset);
  }
  static KeptRow row_at(const StateBytes& bytes, std::uint32_t offset);

  bool evaluate(RecordBatch& batch);
  void add_row(std::byte* key, const RecordBatch& batch, std::uint32_t row);
  void insert(StateBytes& bytes, std::uint32_t offset, const RecordBatch& batch, std::uint32_t row);
  Progress give(Output& out);
  void give_places(std::byte* key);

  // Fixed after open.
  const TopRowsOptions options_;
  const RowEncoding encoding_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyStates keys_;

  // Keys with changed places, in the order in which they changed, and how far the output is.
  std::vector<std::byte*> changed_;
  std::size_t next_ = 0;
  std::uint32_t round_ = 0;
  ResultBatch result_;

  // Scratch of one batch.
  std::vector<ColumnRef> order_;
  std::string sort_key_;
};

KeptRow TopRows::row_at(const StateBytes& bytes, std::uint32_t offset) {
  KeptRow row{offset, {}, nullptr};
  std::memcpy(&row.header, bytes.data() + offset, sizeof row.header);
  row.key = reinterpret_cast<const char*>(bytes.data()) + offset + sizeof(RowHeader);
  return row;
}

Progress TopRows::process(int /*port*/, RecordBatch batch, Output& out) {
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  keys_.find(batch);
  if (++round_ == 0) round_ = 1;
  const Rows rows = batch.rows();
  for (std::uint32_t k = 0; k < rows.size(); ++k) add_row(keys_.found()[k], batch, rows[k]);
  order_.clear();
  keys_.table().changed(changed_);
  keys_.count_updated(changed_.size());
  keys_.count_keys();
  result_.set_ingest_ns(batch.ingest_ns());
  return give(out);
}

/// Everything that may fail for a row, before any state changes; false when no row is left.
bool TopRows::evaluate(RecordBatch& batch) {
  keys_.evaluate(batch);
  order_.clear();
  for (const SortColumn& column : options_.order)
    order_.push_back(column.expression->evaluate(context_->eval, batch, batch.rows()));
  return settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0;
}

void TopRows::add_row(std::byte* key, const RecordBatch& batch, std::uint32_t row) {
  sort_key_.clear();
  for (std::size_t c = 0; c < order_.size(); ++c)
    append_sort_key(sort_key_, *order_[c], row, options_.order[c].direction);
  TopHeader& header = header_of(key);
  StateBytes& bytes = bytes_of(key);
  std::uint32_t place = 0;
  std::uint32_t offset = 0;
  for (; place < header.count; ++place) {
    const KeptRow kept = row_at(bytes, offset);
    if (is_behind(kept.sort_key(), sort_key_)) break;
    offset += kept.header.total();
  }
  if (place >= options_.count) return;
  insert(bytes, offset, batch, row);
  ++header.count;
  if (header.count > options_.count) {
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < options_.count; ++i) end += row_at(bytes, end).header.total();
    bytes.resize(end);
    --header.count;
  }
  const bool is_first_change = StateTable::mark(key, round_);
  if (is_first_change) changed_.push_back(key);
  if (is_first_change || place < header.first_changed) header.first_changed = place;
}

void TopRows::insert(StateBytes& bytes, std::uint32_t offset, const RecordBatch& batch,
                     std::uint32_t row) {
  const RowHeader header{static_cast<std::uint32_t>(sort_key_.size()),
                         static_cast<std::uint32_t>(encoding_.size(batch, row))};
  const std::uint32_t behind = bytes.size() - offset;
  bytes.extend(header.total());
  char* to = reinterpret_cast<char*>(bytes.data()) + offset;
  std::memmove(to + header.total(), to, behind);
  std::memcpy(to, &header, sizeof header);
  std::memcpy(to + sizeof header, sort_key_.data(), sort_key_.size());
  encoding_.encode(to + sizeof header + sort_key_.size(), batch, row);
}

Progress TopRows::give(Output& out) {
  while (next_ < changed_.size()) {
    give_places(changed_[next_++]);
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return Progress::More;
  }
  result_.flush(out);
  changed_.clear();
  next_ = 0;
  return Progress::Done;
}

/// The places from the first that changed on: their rows lie one behind the other and are copied at once.
void TopRows::give_places(std::byte* key) {
  const TopHeader header = header_of(key);
  const StateBytes& bytes = bytes_of(key);
  std::uint32_t offset = 0;
  for (std::uint32_t place = 0; place < header.first_changed; ++place)
    offset += row_at(bytes, offset).header.total();
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::span<const ColumnRef> values(columns.data(), columns.size() - 1);
  const auto* first = reinterpret_cast<const char*>(bytes.data()) + offset;
  const char* from = encoding_.copy({first, bytes.size() - offset}, values).data();
  for (std::uint32_t place = header.first_changed; place < header.count; ++place) {
    RowHeader row{};
    std::memcpy(&row, from, sizeof row);
    encoding_.decode(from + sizeof row + row.key_size, values);
    columns.back()->append(static_cast<std::int32_t>(place + 1));
    result_.row_done();
    from += row.total();
  }
}

Progress TopRows::on_epoch_end(Epoch /*epoch*/, Output& /*out*/) {
  keys_.end_epoch();
  return Progress::Done;
}

}  // namespace

std::unique_ptr<Operator> make_top_rows(TopRowsOptions options) {
  return std::make_unique<TopRows>(std::move(options));
}

}  // namespace millrace
