#pragma once

#include "tools/fraud/population.hpp"

#include <string>

namespace millrace::fraud {

/// The tables that payments are joined with, as CSV with a header: what the bank knows of its
/// customers
/// (`card,home_country,home_x,home_y,usual_amount`) and of the terminals it serves
/// (`terminal,country,category,online,x,y`). Places are kilometres, amounts in the currency's unit.
std::string customers_csv(const Population& population);
std::string terminals_csv(const Population& population);

}  // namespace millrace::fraud
