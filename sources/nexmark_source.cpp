#include "sources/nexmark_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "records/option_value.hpp"
#include "sources/offset_json.hpp"

namespace millrace {

namespace {

using nexmark::Kind;
using Events = std::vector<std::int64_t>;

/// `value_of` an event for each row.
template <class T, class F>
void fill(const Events& events, Column& column, F&& value_of) {
  column.resize(events.size());
  T* values = column.mutable_values<T>();
  for (std::size_t i = 0; i < events.size(); ++i) values[i] = value_of(events[i]);
}

template <std::int64_t (*Value)(std::int64_t)>
void fill_long(const Events& events, const NexmarkOptions&, Column& column) {
  fill<std::int64_t>(events, column, [](std::int64_t event) { return Value(event); });
}

void fill_price(const Events& events, const NexmarkOptions&, Column& column) {
  const nexmark::Prices& prices = nexmark::Prices::instance();
  fill<std::int64_t>(events, column, [&](std::int64_t event) { return prices.of_event(event); });
}

void fill_time(const Events& events, const NexmarkOptions& options, Column& column) {
  nexmark::EventTimes times(events.front(), options.events_per_second);
  fill<std::int64_t>(events, column, [&](std::int64_t event) { return times.of(event); });
}

void fill_expiry(const Events& events, const NexmarkOptions& options, Column& column) {
  fill<std::int64_t>(events, column, [&](std::int64_t event) {
    return nexmark::expiry_of(event, options.events_per_second);
  });
}

// Texts that live as long as the program, close together, are not copied.

template <std::string_view (*Value)(std::int64_t)>
void fill_view(const Events& events, const NexmarkOptions&, Column& column) {
  fill<std::string_view>(events, column, [](std::int64_t event) { return Value(event); });
}

template <std::string_view (nexmark::Channels::*Part)(std::int64_t) const>
void fill_channel(const Events& events, const NexmarkOptions&, Column& column) {
  const nexmark::Channels& channels = nexmark::Channels::instance();
  fill<std::string_view>(events, column, [&](std::int64_t event) { return (channels.*Part)(event); });
}

void fill_extra(const Events& events, const NexmarkOptions& options, Column& column) {
  const nexmark::Extras& extras = nexmark::Extras::instance();
  fill<std::string_view>(events, column,
                         [&](std::int64_t event) { return extras.of_event(event, options.kind); });
}

template <void (*Append)(std::int64_t, std::string&)>
void fill_text(const Events& events, const NexmarkOptions&, Column& column) {
  std::string text;
  for (std::int64_t event : events) {
    text.clear();
    Append(event, text);
    column.append_bytes(text);
  }
}

struct ColumnOf {
  std::string name;
  TypeKind type;
  NexmarkSource::Fill fill;
};

const std::vector<ColumnOf>& columns_of(Kind kind) {
  using namespace nexmark;
  static const std::vector<ColumnOf> person{
      {"id", TypeKind::Long, fill_long<person_id>},
      {"name", TypeKind::String, fill_text<append_name>},
      {"emailAddress", TypeKind::String, fill_text<append_email>},
      {"creditCard", TypeKind::String, fill_text<append_credit_card>},
      {"city", TypeKind::String, fill_view<city_of>},
      {"state", TypeKind::String, fill_view<state_of>},
      {"dateTime", TypeKind::Timestamp, fill_time},
      {"extra", TypeKind::String, fill_extra}};
  static const std::vector<ColumnOf> auction{
      {"id", TypeKind::Long, fill_long<auction_id>},
      {"itemName", TypeKind::String, fill_text<append_item_name>},
      {"description", TypeKind::String, fill_text<append_description>},
      {"initialBid", TypeKind::Long, fill_price},
      {"reserve", TypeKind::Long, fill_long<reserve_of>},
      {"dateTime", TypeKind::Timestamp, fill_time},
      {"expires", TypeKind::Timestamp, fill_expiry},
      {"seller", TypeKind::Long, fill_long<seller_of>},
      {"category", TypeKind::Long, fill_long<category_of>},
      {"extra", TypeKind::String, fill_extra}};
  static const std::vector<ColumnOf> bid{
      {"auction", TypeKind::Long, fill_long<auction_of_bid>},
      {"bidder", TypeKind::Long, fill_long<bidder_of>},
      {"price", TypeKind::Long, fill_price},
      {"channel", TypeKind::String, fill_channel<&Channels::name_of_event>},
      {"url", TypeKind::String, fill_channel<&Channels::url_of_event>},
      {"dateTime", TypeKind::Timestamp, fill_time},
      {"extra", TypeKind::String, fill_extra}};
  return kind == Kind::Person ? person : kind == Kind::Auction ? auction : bid;
}

const ColumnOf* find_column(Kind kind, const std::string& name) {
  for (const ColumnOf& column : columns_of(kind))
    if (lower_trimmed(column.name) == lower_trimmed(name)) return &column;
  return nullptr;
}

Schema full_schema(Kind kind) {
  Schema schema;
  for (const ColumnOf& column : columns_of(kind))
    schema.fields.push_back({column.name, column.type, false});
  return schema;
}

Offset offset_at(std::int64_t event) { return {fmt::format(R"({{"event":{}}})", event)}; }

}  // namespace

Status NexmarkSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  schema_ = std::make_shared<const Schema>(options_.schema);
  for (const Field& field : options_.schema.fields)
    fills_.push_back(find_column(options_.kind, field.name)->fill);
  limit_ = options_.num_events;
  if (!start) return {};
  const auto event = offset_field(*start, "event");
  if (!event || *event < 0) return offset_error("nexmark", *start);
  next_ = *event;
  return {};
}

Result<PollStatus> NexmarkSource::poll(std::size_t max_records, SourceOutput& out) {
  if (next_ >= options_.num_events) return PollStatus::EndOfInput;
  if (next_ >= limit_) return PollStatus::AtLimit;
  constexpr std::int64_t kMostEvents = 1'100;  // 1,012 bids: four columns of them fit the first cache
  const auto room = std::min(kMostEvents, static_cast<std::int64_t>(max_records));
  const std::int64_t end = std::min(next_ + room, limit_);
  list_events(end);
  if (events_.empty()) return PollStatus::Emitted;
  RecordBatch batch = context_->pool.make_batch(schema_);
  for (std::size_t i = 0; i < fills_.size(); ++i) fills_[i](events_, options_, *batch.columns()[i]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(events_.size()));
  batch.set_ingest_ns(context_->steady_ns());
  out.emit(std::move(batch));
  return PollStatus::Emitted;
}

/// Those of the kind up to `end`, without a branch for each.
void NexmarkSource::list_events(std::int64_t end) {
  events_.resize(static_cast<std::size_t>(end - next_) + 1);
  std::size_t count = 0;
  for (; next_ < end; ++next_) {
    events_[count] = next_;
    count += nexmark::kind_of(next_) == options_.kind ? 1 : 0;
  }
  events_.resize(count);
}

std::optional<Offset> NexmarkSource::offset() const { return offset_at(next_); }

Result<std::optional<Offset>> NexmarkSource::latest_offset() {
  return std::optional<Offset>(offset_at(options_.num_events));
}

Status NexmarkSource::limit_to(const Offset& end) {
  const auto event = offset_field(end, "event");
  if (!event || *event < next_) return offset_error("nexmark", end);
  limit_ = std::min(*event, options_.num_events);
  return {};
}

namespace {

std::string column_names(Kind kind) {
  std::string text;
  for (const ColumnOf& column : columns_of(kind))
    text += (text.empty() ? "" : ", ") + column.name + " " + DataType(column.type).to_sql();
  return text;
}

/// The user's columns, which must be some of the kind's with their types.
Result<Schema> checked_schema(Kind kind, const std::optional<Schema>& wanted) {
  if (!wanted) return full_schema(kind);
  Schema schema;
  for (const Field& field : wanted->fields) {
    const ColumnOf* column = find_column(kind, field.name);
    if (column == nullptr || DataType(column->type) != field.type)
      return make_error(ErrorKind::Config, "nexmark source: no such column: '" + field.name + "'",
                        "the schema may name: " + column_names(kind));
    schema.fields.push_back({field.name, field.type, false});
  }
  return schema;
}

Result<PlannedSource> plan_nexmark(const SourceRequest& request) {
  const std::string kind = lower_trimmed(text_option(request.options, "kind", "bid"));
  NexmarkOptions options;
  options.kind = kind == "person" ? Kind::Person : kind == "auction" ? Kind::Auction : Kind::Bid;
  const auto events = positive_option(request.options, "events");
  if (!events.ok()) return events.error();
  constexpr std::int64_t kMostEvents = 1'000'000'000'000;
  if (events->value_or(0) > kMostEvents)
    return option_error(request.options, "events",
                        fmt::format("nexmark source: too many events: '{}'", **events),
                        fmt::format("{} is the most", kMostEvents));
  const auto rate = positive_option(request.options, "eventsPerSecond");
  if (!rate.ok()) return rate.error();
  auto schema = checked_schema(options.kind, request.schema);
  if (!schema.ok()) return schema.error();
  options.num_events = events->value_or(0);
  options.events_per_second = rate->value_or(options.events_per_second);
  options.schema = *schema;
  PlannedSource planned;
  planned.schema = options.schema;
  planned.description = fmt::format("Nexmark[kind={}, events={}]", kind, options.num_events);
  planned.bounded = !request.streaming;
  planned.make = [options] { return std::make_unique<NexmarkSource>(options); };
  return planned;
}

}  // namespace

SourceType nexmark_source_type() {
  return {"nexmark",
          "The events of the NEXMark benchmark: an online auction, the same rows in every run.",
          {declare_choice("kind", {"person", "auction", "bid"}, "bid", "Which events are rows."),
           declare_required("events", OptionType::Integer,
                            "Events of all kinds in the stream: of 50 one is a person, 3 are auctions, 46 bids."),
           declare("eventsPerSecond", OptionType::Integer, "10000",
                   "Rate of the event time; rows come as fast as they are taken.")},
          plan_nexmark};
}

}  // namespace millrace
