#include "operators/top_rows.hpp"

#include "operators/batch_sort_keys.hpp"
#include "operators/key_places.hpp"
#include "operators/key_states.hpp"
#include "operators/result_batch.hpp"
#include "records/row_encoding.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace millrace {

namespace {

/// What of a sort key a place does not hold: a row begins with its size and these bytes.
std::string_view rest_of(std::string_view sort_key) {
  return sort_key.substr(std::min(sort_key.size(), sizeof(std::uint64_t)));
}

/// A kept row: the rest of its sort key, then its values.
struct KeptRow {
  explicit KeptRow(const std::byte* row) {
    std::uint32_t size = 0;
    std::memcpy(&size, row, sizeof size);
    key_rest = {reinterpret_cast<const char*>(row) + sizeof size, size};
  }
  const char* values() const { return key_rest.data() + key_rest.size(); }
  std::string_view key_rest;
};

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
        keys_(options_.keys, KeyPlaces::layout(options_.count)),
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
  /// What the batch did to a key.
  struct Change {
    std::uint32_t first_place = 0;
    // Rows of the batch lie from here on in the key's bytes.
    std::uint32_t first_new_byte = 0;
  };

  KeyPlaces places_of(std::byte* key) const { return {key, options_.count}; }
  bool evaluate(RecordBatch& batch);
  void add_row(std::byte* key, std::uint32_t k);
  std::uint32_t find_place(KeyPlaces& places, std::uint32_t k) const;
  bool is_behind(const KeyPlaces& places, const Place& place, std::string_view sort_key) const;
  void keep_new_rows(std::byte* key, Change& change);
  char* keep_row(char* to, std::uint32_t k) const;
  Progress give(Output& out);
  void give_places(std::byte* key, const Change& change);

  // Fixed after open.
  const TopRowsOptions options_;
  const RowEncoding encoding_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyStates keys_;
  std::uint32_t round_ = 0;

  // The batch at hand, the sort keys of its rows, and the keys that it changed in the order in which they did.
  RecordBatch batch_;
  BatchColumns columns_;
  BatchSortKeys sort_keys_;
  std::vector<std::byte*> changed_;
  std::vector<Change> changes_;
  // Positions of its rows that are kept: by changed key, and by place.
  std::vector<std::uint32_t> kept_;

  // How far the output is.
  std::size_t next_ = 0;
  std::size_t next_kept_ = 0;
  ResultBatch result_;

  // Scratch.
  std::vector<ColumnRef> order_;
  std::string scratch_;
};

Progress TopRows::process(int /*port*/, RecordBatch batch, Output& out) {
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  keys_.find(batch);
  if (++round_ == 0) round_ = 1;
  sort_keys_.fill(order_, options_.order, batch.rows());
  order_.clear();
  batch_ = std::move(batch);
  columns_.set(batch_);
  for (std::uint32_t k = 0; k < batch_.num_rows(); ++k) add_row(keys_.found()[k], k);
  for (std::size_t i = 0; i < changed_.size(); ++i) keep_new_rows(changed_[i], changes_[i]);
  keys_.table().changed(changed_);
  keys_.count_updated(changed_.size());
  keys_.count_keys();
  result_.set_ingest_ns(batch_.ingest_ns());
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

/// Gives the row its place, if it has one; its bytes are kept when the batch is through, if it still has it then.
void TopRows::add_row(std::byte* key, std::uint32_t k) {
  KeyPlaces places = places_of(key);
  const std::uint32_t at = find_place(places, k);
  if (at >= options_.count) return;
  places.insert(at, {sort_prefix(sort_keys_[k]), Place::kInBatch + k, 0});
  if (StateTable::mark(key, round_)) {
    places.tag() = static_cast<std::uint32_t>(changed_.size());
    changed_.push_back(key);
    changes_.push_back({at, 0});
  }
  Change& change = changes_[places.tag()];
  change.first_place = std::min(change.first_place, at);
}

/// The first place whose row stands behind this one. Most rows of a key that has many come too late for any.
std::uint32_t TopRows::find_place(KeyPlaces& places, std::uint32_t k) const {
  const std::string_view sort_key = sort_keys_[k];
  const std::span<const Place> all = places.all();
  if (places.is_full() && !is_behind(places, all.back(), sort_key)) return places.size();
  const std::uint64_t prefix = sort_prefix(sort_key);
  std::uint32_t at = 0;
  for (const Place& place : all) at += place.prefix < prefix ? 1 : 0;
  while (at < all.size() && !is_behind(places, all[at], sort_key)) ++at;
  return at;
}

bool TopRows::is_behind(const KeyPlaces& places, const Place& place, std::string_view sort_key) const {
  const std::uint64_t prefix = sort_prefix(sort_key);
  if (place.prefix != prefix) return place.prefix > prefix;
  const std::string_view rest = place.is_in_batch() ? rest_of(sort_keys_[place.offset - Place::kInBatch])
                                                    : KeptRow(places.row(place)).key_rest;
  return rest > rest_of(sort_key);
}

/// Encodes the rows of the batch that have a place of the key.
void TopRows::keep_new_rows(std::byte* key, Change& change) {
  KeyPlaces places = places_of(key);
  places.drop_unused(scratch_);
  change.first_new_byte = places.num_bytes();
  const Rows rows = batch_.rows();
  const std::span<Place> changed = places.all().subspan(change.first_place);
  const std::size_t first_kept = kept_.size();
  std::uint32_t end = change.first_new_byte;
  for (Place& place : changed) {
    if (!place.is_in_batch()) continue;
    const std::uint32_t k = place.offset - Place::kInBatch;
    kept_.push_back(k);
    place.offset = end;
    place.size = static_cast<std::uint32_t>(sizeof(std::uint32_t) + rest_of(sort_keys_[k]).size() +
                                            encoding_.size(columns_, rows[k]));
    end += place.size;
  }
  auto* to = reinterpret_cast<char*>(places.extend(end - change.first_new_byte));
  for (std::size_t i = first_kept; i < kept_.size(); ++i) to = keep_row(to, kept_[i]);
}

/// Gives where the row ends.
char* TopRows::keep_row(char* to, std::uint32_t k) const {
  const std::string_view rest = rest_of(sort_keys_[k]);
  const auto size = static_cast<std::uint32_t>(rest.size());
  std::memcpy(to, &size, sizeof size);
  to += sizeof size;
  std::memcpy(to, rest.data(), size);
  return encoding_.encode(to + size, columns_, batch_.rows()[k]);
}

Progress TopRows::give(Output& out) {
  while (next_ < changed_.size()) {
    give_places(changed_[next_], changes_[next_]);
    ++next_;
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return Progress::More;
  }
  result_.flush(out);
  changed_.clear();
  changes_.clear();
  kept_.clear();
  next_ = next_kept_ = 0;
  batch_.reset();
  return Progress::Done;
}

/// The places from the first that changed on. Texts of rows that are in the batch are not copied.
void TopRows::give_places(std::byte* key, const Change& change) {
  KeyPlaces places = places_of(key);
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::span<const ColumnRef> values(columns.data(), columns.size() - 1);
  if (result_.is_empty()) encoding_.keep_texts(batch_, values);
  for (std::uint32_t at = change.first_place; at < places.size(); ++at) {
    const Place& place = places.all()[at];
    if (place.offset >= change.first_new_byte) {
      encoding_.append(columns_, batch_.rows()[kept_[next_kept_++]], values);
    } else {
      const KeptRow row(places.row(place));
      const auto* begin = reinterpret_cast<const char*>(places.row(place));
      encoding_.decode(encoding_.copy({row.values(), begin + place.size}, values).data(), values);
    }
    columns.back()->append(static_cast<std::int32_t>(at + 1));
    result_.row_done();
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
