#pragma once

#include "sources/nexmark_numbers.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::nexmark {

/// When an auction closes, in microseconds.
std::int64_t expiry_of(std::int64_t event, std::int64_t events_per_second);
std::int64_t seller_of(std::int64_t event);
std::int64_t category_of(std::int64_t event);
std::int64_t initial_bid_of(std::int64_t event);
std::int64_t reserve_of(std::int64_t event);

/// Channels of bids: four hot ones and ten thousand others. All texts lie close together and live as long as the
/// program.
class Channels {
 public:
  static const Channels& instance();
  std::string_view name_of_event(std::int64_t event) const {
    const Channel& channel = of_event(event);
    return {texts_.data() + channel.offset, channel.name_size};
  }
  std::string_view url_of_event(std::int64_t event) const {
    const Channel& channel = of_event(event);
    return {texts_.data() + channel.offset + channel.name_size, channel.url_size};
  }

 private:
  static constexpr std::int64_t kNumHot = 4, kNumOthers = 10'000;
  /// Where its name lies, and behind it the url. Small: they are looked up at random.
  struct Channel {
    std::uint32_t offset;
    std::uint16_t name_size, url_size;
  };
  const Channel& of_event(std::int64_t event) const {
    const std::uint64_t random = random_of(event, detail::kChannel);
    const bool is_hot = (random & 1) != 0;
    return all_[static_cast<std::size_t>(
        detail::choose(is_hot, below(random, kNumHot), kNumHot + below(random, kNumOthers)))];
  }
  Channels();
  static std::vector<std::string> names();
  static std::string url(std::int64_t number);

  std::string texts_;
  std::vector<Channel> all_;
};

/// Letters that bring an event to its average size, 20 % more or less. They live as long as the program.
class Extras {
 public:
  static const Extras& instance();
  std::string_view of_event(std::int64_t event, Kind kind) const {
    // Average size of the whole event less that of its other fields.
    constexpr std::int64_t kPerson = 200 - 70, kAuction = 500 - 110, kBid = 100 - 32;
    const std::int64_t average = kind == Kind::Person ? kPerson : kind == Kind::Auction ? kAuction : kBid;
    const std::int64_t spread = average / 5;
    const std::int64_t size = average - spread + below(random_of(event, detail::kExtraSize), 2 * spread);
    const std::int64_t place = below(random_of(event, detail::kExtraPlace),
                                     static_cast<std::int64_t>(letters_.size()) - size);
    return {letters_.data() + place, static_cast<std::size_t>(size)};
  }

 private:
  Extras();
  std::string letters_;
};

// Views live as long as the program; texts are written to the end of `out`.
std::string_view city_of(std::int64_t event);
std::string_view state_of(std::int64_t event);
void append_name(std::int64_t event, std::string& out);
void append_email(std::int64_t event, std::string& out);
void append_credit_card(std::int64_t event, std::string& out);
void append_item_name(std::int64_t event, std::string& out);
void append_description(std::int64_t event, std::string& out);

}  // namespace millrace::nexmark
