#pragma once

#include "tools/fraud/random.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace::fraud {

/// A point on a flat map, kilometres.
struct Place {
  double x_km = 0;
  double y_km = 0;
};
double distance_km(const Place& a, const Place& b);

struct Terminal {
  Place place;
  int country = 0;
  bool online = false;  // a merchant without a place that cards are presented at
  std::string_view category;
};

struct Customer {
  Place home;
  int country = 0;
  double mean_amount = 0;               // in the currency's unit
  double payments_per_day = 0;          // mean
  std::vector<std::int32_t> shops;      // terminals near home
  std::vector<std::int32_t> merchants;  // online terminals it is used to
};

struct PopulationOptions {
  std::uint64_t seed = 1;
  int num_customers = 5'000;
  int num_terminals = 1'000;
};

/// Who pays and where: customers and terminals in eight countries. Fixed after it was made.
struct Population {
  std::vector<Customer> customers;
  std::vector<Terminal> terminals;
  std::vector<std::int32_t> online;                   // the terminals that are
  std::vector<std::vector<std::int32_t>> in_country;  // the others, by country
};

constexpr int kNumCountries = 8;
/// Two letters.
std::string_view country_code(int country);

/// The same for the same options.
Population make_population(const PopulationOptions& options);

}  // namespace millrace::fraud
