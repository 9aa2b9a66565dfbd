#include "sources/nexmark_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace millrace::nexmark {

namespace {

using namespace detail;

char letter(std::uint64_t random) { return static_cast<char>('a' + below(random, 26)); }

/// Words of random letters, a blank in one of 13 places.
void append_words(std::int64_t event, std::uint64_t salt, std::int64_t most, std::string& out) {
  constexpr std::int64_t kLeast = 3;
  const std::int64_t size = kLeast + below(random_of(event, salt), most - kLeast);
  for (std::int64_t i = 0; i < size; ++i) {
    const std::uint64_t random = random_of(event, salt + 64 * static_cast<std::uint64_t>(i + 1));
    out += below(random << 16, 13) == 0 ? ' ' : letter(random);
  }
}

std::string random_url(std::int64_t number) {
  std::string text = "https://www.nexmark.com/";
  for (int part = 0; part < 3; ++part, text += '/')
    for (int i = 0; i < 5; ++i)
      text += letter(random_of(number, static_cast<std::uint64_t>(1'000 + part * 5 + i)));
  return text + "item.htm?query=1";
}

constexpr std::array<std::string_view, 11> kFirstNames{
    "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::array<std::string_view, 9> kLastNames{
    "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
constexpr std::array<std::string_view, 10> kCities{
    "Phoenix", "Los Angeles", "San Francisco", "Boise",   "Portland",
    "Bend",    "Redmond",     "Seattle",       "Kent",    "Cheyenne"};
constexpr std::array<std::string_view, 6> kStates{"AZ", "CA", "ID", "OR", "WA", "WY"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& values, std::uint64_t random) {
  return values[static_cast<std::size_t>(below(random, static_cast<std::int64_t>(N)))];
}

}  // namespace

Prices::Prices() {
  for (int i = 0; i <= kSteps; ++i) table_[static_cast<std::size_t>(i)] = 100 * std::pow(10, 6.0 * i / kSteps);
}

const Prices& Prices::instance() {
  static const Prices prices;
  return prices;
}

std::int64_t expiry_of(std::int64_t event, std::int64_t events_per_second) {
  constexpr std::int64_t kHorizonEvents = kAuctionsInFlight * kEventsPerRound / kAuctionsPerRound;
  const std::int64_t now = time_of(event, events_per_second);
  const std::int64_t horizon_ms = (time_of(event + kHorizonEvents, events_per_second) - now) / 1'000;
  const std::int64_t most = std::max<std::int64_t>(2 * horizon_ms, 1);
  return now + 1'000 * (1 + below(random_of(event, kLength), most));
}

std::int64_t seller_of(std::int64_t event) {
  const std::int64_t hot = last_person(event) / kHotGroup * kHotGroup;
  return kFirstId + choose(below(random_of(event, kHotSeller), 4) > 0, hot,
                           some_person(event, kColdSeller));
}

std::int64_t category_of(std::int64_t event) {
  return kFirstCategory + below(random_of(event, kCategory), kNumCategories);
}
std::int64_t initial_bid_of(std::int64_t event) { return price_of(event); }
std::int64_t reserve_of(std::int64_t event) {
  return initial_bid_of(event) + Prices::instance().of(random_of(event, kReserve));
}

const Channels& Channels::instance() {
  static const Channels channels;
  return channels;
}

/// In the order of their names.
Channels::Channels() {
  const std::vector<std::string> names = Channels::names();
  for (std::int64_t i = 0; i < std::ssize(names); ++i) {
    const std::string& name = names[static_cast<std::size_t>(i)];
    const std::string url = Channels::url(i < kNumHot ? -1 - i : i - kNumHot);
    all_.push_back({static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint16_t>(name.size()),
                    static_cast<std::uint16_t>(url.size())});
    texts_ += name + url;
  }
}

/// The hot channels first, then `channel-0` and so on.
std::vector<std::string> Channels::names() {
  std::vector<std::string> names{"Google", "Facebook", "Baidu", "Apple"};
  for (std::int64_t i = 0; i < kNumOthers; ++i) names.push_back("channel-" + std::to_string(i));
  return names;
}

/// Urls of the hot channels have negative numbers.
std::string Channels::url(std::int64_t number) {
  std::string text = random_url(number);
  if (number >= 0 && below(random_of(number, kChannel), 10) > 0)
    text += "&channel_id=" + std::to_string(random_of(number, kChannel) >> 33);
  return text;
}

std::string_view city_of(std::int64_t event) { return pick(kCities, random_of(event, kCity)); }
std::string_view state_of(std::int64_t event) { return pick(kStates, random_of(event, kState)); }

void append_name(std::int64_t event, std::string& out) {
  const std::uint64_t random = random_of(event, kName);
  out += pick(kFirstNames, random);
  out += ' ';
  out += pick(kLastNames, random << 16);
}

void append_email(std::int64_t event, std::string& out) {
  for (std::uint64_t i = 0; i < 12; ++i) {
    out += letter(random_of(event, kEmail + 64 * i));
    if (i == 6) out += '@';
  }
  out += ".com";
}

void append_credit_card(std::int64_t event, std::string& out) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    if (i > 0) out += ' ';
    out += std::to_string(10'000 + below(random_of(event, kCard + 64 * i), 10'000)).substr(1);
  }
}

void append_item_name(std::int64_t event, std::string& out) { append_words(event, kItem, 20, out); }
void append_description(std::int64_t event, std::string& out) {
  append_words(event, kDescription, 100, out);
}

const Extras& Extras::instance() {
  static const Extras extras;
  return extras;
}

Extras::Extras() {
  for (std::int64_t i = 0; i < 1 << 16; ++i) letters_ += letter(random_of(i, kExtraPlace));
}

}  // namespace millrace::nexmark
