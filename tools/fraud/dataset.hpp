#pragma once

#include "records/result.hpp"
#include "tools/fraud/population.hpp"

#include <string>

namespace millrace::fraud {

/// Writes `customers.csv` and `terminals.csv`, the tables that payments are joined with, into a
/// folder that exists.
Status write_population(const std::string& folder, const Population& population);

/// Writes `days` days of traffic as `days/day-000.jsonl` ..., and what is fraud as `labels.jsonl`
/// (one line for each record with `id`, `day`, `fraud`, `scenario`).
Status write_days(const std::string& folder, const Population& population, std::uint64_t seed,
                  int days);

}  // namespace millrace::fraud
