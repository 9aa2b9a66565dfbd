#include "sources/nexmark_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace millrace::nexmark {

namespace {

constexpr std::int64_t kActivePeople = 1'000, kAuctionsInFlight = 100, kLead = 10;
constexpr std::int64_t kHotGroup = 100;  // one hot id in so many
constexpr std::int64_t kFirstCategory = 10, kNumCategories = 5;
constexpr std::int64_t kNumHotChannels = 4, kNumChannels = 10'000;

// One salt for each use of a random number.
enum Salt : std::uint64_t {
  kHotAuction = 1, kColdAuction, kHotBidder, kColdBidder, kPrice, kChannel, kExtraSize, kExtraPlace,
  kHotSeller, kColdSeller, kCategory, kReserve, kLength, kName, kEmail, kCard, kCity, kState, kItem,
  kDescription
};

/// Without a branch: the choice is random, so that a branch would be guessed wrong half the time.
std::int64_t choose(bool first, std::int64_t a, std::int64_t b) {
  const std::int64_t mask = -static_cast<std::int64_t>(first);
  return (a & mask) | (b & ~mask);
}

std::int64_t last_person(std::int64_t event) { return event / kEventsPerRound; }

std::int64_t last_auction(std::int64_t event) {
  const std::int64_t round = event / kEventsPerRound, place = event % kEventsPerRound;
  if (place == 0) return (round - 1) * kAuctionsPerRound + kAuctionsPerRound - 1;
  return round * kAuctionsPerRound + std::min(place - 1, kAuctionsPerRound - 1);
}

/// One of the people who are active, or who soon will be.
std::int64_t some_person(std::int64_t event, std::uint64_t salt) {
  const std::int64_t people = last_person(event) + 1, active = std::min(people, kActivePeople);
  return people - active + below(random_of(event, salt), active + kLead);
}

std::int64_t some_auction(std::int64_t event, std::int64_t last) {
  last = std::max<std::int64_t>(last, 0);
  const std::int64_t first = std::max<std::int64_t>(last - kAuctionsInFlight, 0);
  return first + below(random_of(event, kColdAuction), last - first + 1 + kLead);
}

/// 100 to 10^8, its logarithm evenly spread: 100 * 10^(6 u) by a table and straight lines between.
std::int64_t price(std::uint64_t random) {
  constexpr int kSteps = 4'096;
  static const auto table = [] {
    std::array<double, kSteps + 1> values;
    for (int i = 0; i <= kSteps; ++i) values[static_cast<std::size_t>(i)] = 100 * std::pow(10, 6.0 * i / kSteps);
    return values;
  }();
  const std::size_t step = random >> 52;
  const double part = static_cast<double>((random >> 20) & 0xffffffff) / 4294967296.0;
  return static_cast<std::int64_t>(table[step] + (table[step + 1] - table[step]) * part + 0.5);
}

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

struct Channel {
  std::string_view name, url;
};

std::string url(std::int64_t number) {
  std::string text = "https://www.nexmark.com/";
  for (int part = 0; part < 3; ++part, text += '/')
    for (int i = 0; i < 5; ++i)
      text += letter(random_of(number, static_cast<std::uint64_t>(1'000 + part * 5 + i)));
  return text + "item.htm?query=1";
}

/// The four hot channels first, then `channel-0` and so on.
std::vector<std::string> channel_names() {
  std::vector<std::string> names{"Google", "Facebook", "Baidu", "Apple"};
  for (std::int64_t i = 0; i < kNumChannels; ++i) names.push_back("channel-" + std::to_string(i));
  return names;
}

/// Urls of the hot channels have negative numbers.
std::string channel_url(std::int64_t number) {
  std::string text = url(number);
  if (number >= 0 && below(random_of(number, kChannel), 10) > 0)
    text += "&channel_id=" + std::to_string(random_of(number, kChannel) >> 33);
  return text;
}

/// In the order of their names; all texts lie close together.
const std::vector<Channel>& channels() {
  static std::string texts;
  static const std::vector<Channel> all = [] {
    const std::vector<std::string> names = channel_names();
    std::vector<std::string> urls;
    for (std::int64_t i = 0; i < std::ssize(names); ++i)
      urls.push_back(channel_url(i < kNumHotChannels ? -1 - i : i - kNumHotChannels));
    for (std::size_t i = 0; i < names.size(); ++i) texts += names[i] + urls[i];
    std::vector<Channel> result;
    std::string_view rest = texts;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t name_size = names[i].size(), url_size = urls[i].size();
      result.push_back({rest.substr(0, name_size), rest.substr(name_size, url_size)});
      rest.remove_prefix(name_size + url_size);
    }
    return result;
  }();
  return all;
}

const Channel& channel(std::int64_t event) {
  const std::uint64_t random = random_of(event, kChannel);
  const bool is_hot = (random & 1) != 0;
  return channels()[static_cast<std::size_t>(is_hot ? below(random, kNumHotChannels)
                                                    : kNumHotChannels + below(random, kNumChannels))];
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

std::int64_t person_id(std::int64_t event) { return kFirstId + last_person(event); }
std::int64_t auction_id(std::int64_t event) { return kFirstId + last_auction(event); }

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
std::int64_t initial_bid_of(std::int64_t event) { return price(random_of(event, kPrice)); }
std::int64_t reserve_of(std::int64_t event) {
  return initial_bid_of(event) + price(random_of(event, kReserve));
}

std::int64_t auction_of_bid(std::int64_t event) {
  const std::int64_t last = last_auction(event);
  return kFirstId + choose((random_of(event, kHotAuction) >> 63) != 0, last / kHotGroup * kHotGroup,
                           some_auction(event, last));
}

std::int64_t bidder_of(std::int64_t event) {
  const std::int64_t hot = last_person(event) / kHotGroup * kHotGroup + 1;
  return kFirstId + choose(below(random_of(event, kHotBidder), 4) > 0, hot,
                           some_person(event, kColdBidder));
}

std::int64_t price_of(std::int64_t event) { return price(random_of(event, kPrice)); }
std::string_view channel_of(std::int64_t event) { return channel(event).name; }
std::string_view url_of(std::int64_t event) { return channel(event).url; }
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

std::string_view extra_of(std::int64_t event) {
  static const std::string letters = [] {
    std::string text;
    for (std::int64_t i = 0; i < 1 << 16; ++i) text += letter(random_of(i, kExtraPlace));
    return text;
  }();
  // Average size of the whole event less that of its other fields.
  constexpr std::int64_t kPerson = 200 - 70, kAuction = 500 - 110, kBid = 100 - 32;
  const Kind kind = kind_of(event);
  const std::int64_t average = kind == Kind::Person ? kPerson : kind == Kind::Auction ? kAuction : kBid;
  const std::int64_t spread = average / 5;
  const std::int64_t size = average - spread + below(random_of(event, kExtraSize), 2 * spread);
  const std::int64_t place =
      below(random_of(event, kExtraPlace), static_cast<std::int64_t>(letters.size()) - size);
  return std::string_view(letters).substr(static_cast<std::size_t>(place), static_cast<std::size_t>(size));
}

}  // namespace millrace::nexmark
