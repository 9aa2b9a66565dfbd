#include "tools/fraud/population.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace millrace::fraud {

namespace {

constexpr double kOnlineShare = 0.1;
constexpr double kShoppingKm = 60;
constexpr std::size_t kMaxShops = 25;
constexpr std::size_t kNumMerchants = 4;
constexpr int kShopTries = 200;

struct Country {
  std::string_view code;
  Place centre;
  double radius_km;
  double share;  // of people and terminals
};
constexpr std::array<Country, kNumCountries> kCountries = {{{"DE", {1000, 1200}, 300, 0.26},
                                                            {"FR", {400, 900}, 320, 0.22},
                                                            {"ES", {0, 200}, 300, 0.14},
                                                            {"IT", {1100, 400}, 280, 0.14},
                                                            {"PL", {1700, 1250}, 250, 0.10},
                                                            {"SE", {1250, 2100}, 300, 0.06},
                                                            {"GR", {2100, 150}, 200, 0.05},
                                                            {"PT", {-500, 150}, 150, 0.03}}};
constexpr std::array<std::string_view, 6> kCategories = {"grocery",  "restaurant",  "fuel",
                                                         "clothing", "electronics", "travel"};

int any_country(Random& random) {
  double left = random.unit();
  for (int i = 0; i < kNumCountries; ++i)
    if ((left -= kCountries[static_cast<std::size_t>(i)].share) < 0) return i;
  return 0;
}

Place place_in(int country, Random& random) {
  const Country& where = kCountries[static_cast<std::size_t>(country)];
  const double angle = random.between(0, 2 * std::numbers::pi);
  const double radius = where.radius_km * std::sqrt(random.unit());
  return {where.centre.x_km + radius * std::cos(angle),
          where.centre.y_km + radius * std::sin(angle)};
}

void add_terminals(Population& population, int count, Random& random) {
  population.in_country.resize(kNumCountries);
  for (int i = 0; i < count; ++i) {
    Terminal terminal;
    // The first ones make sure that every country has a shop and that something is online.
    terminal.country = i < kNumCountries ? i : any_country(random);
    terminal.online = i >= kNumCountries && (i == kNumCountries || random.chance(kOnlineShare));
    terminal.place = place_in(terminal.country, random);
    terminal.category = terminal.online ? "online" : random.one_of(kCategories);
    auto& group = terminal.online
                      ? population.online
                      : population.in_country[static_cast<std::size_t>(terminal.country)];
    group.push_back(i);
    population.terminals.push_back(terminal);
  }
}

std::vector<std::int32_t> shops_near(const Population& population, const Customer& customer,
                                     Random& random) {
  const auto& all = population.in_country[static_cast<std::size_t>(customer.country)];
  std::vector<std::int32_t> shops;
  for (int i = 0; i < kShopTries && shops.size() < kMaxShops; ++i) {
    const std::int32_t shop = random.one_of(all);
    const Place& place = population.terminals[static_cast<std::size_t>(shop)].place;
    if (distance_km(place, customer.home) < kShoppingKm) shops.push_back(shop);
  }
  if (shops.empty()) shops.push_back(random.one_of(all));
  return shops;
}

Customer make_customer(const Population& population, Random& random) {
  Customer customer;
  customer.country = any_country(random);
  customer.home = place_in(customer.country, random);
  customer.mean_amount = random.between(5, 100);
  customer.payments_per_day = random.between(0.2, 4);
  customer.shops = shops_near(population, customer, random);
  for (std::size_t i = 0; i < kNumMerchants; ++i)
    customer.merchants.push_back(random.one_of(population.online));
  return customer;
}

}  // namespace

double distance_km(const Place& a, const Place& b) {
  return std::hypot(a.x_km - b.x_km, a.y_km - b.y_km);
}

std::string_view country_code(int country) {
  return kCountries[static_cast<std::size_t>(country)].code;
}

Population make_population(const PopulationOptions& options) {
  Random random(options.seed);
  Population population;
  add_terminals(population, options.num_terminals, random);
  for (int i = 0; i < options.num_customers; ++i)
    population.customers.push_back(make_customer(population, random));
  return population;
}

}  // namespace millrace::fraud
