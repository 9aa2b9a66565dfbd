#include "tools/fraud/population_csv.hpp"

#include <fmt/format.h>

#include <iterator>

namespace millrace::fraud {

std::string customers_csv(const Population& population) {
  std::string text = "card,home_country,home_x,home_y,usual_amount\n";
  int card = 0;
  for (const Customer& customer : population.customers)
    fmt::format_to(std::back_inserter(text), "{},{},{:.1f},{:.1f},{:.2f}\n", card++,
                   country_code(customer.country), customer.home.x_km, customer.home.y_km,
                   customer.mean_amount);
  return text;
}

std::string terminals_csv(const Population& population) {
  std::string text = "terminal,country,category,online,x,y\n";
  int number = 0;
  for (const Terminal& terminal : population.terminals)
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{:.1f},{:.1f}\n", number++,
                   country_code(terminal.country), terminal.category, terminal.online,
                   terminal.place.x_km, terminal.place.y_km);
  return text;
}

}  // namespace millrace::fraud
