#pragma once

#include "tools/fraud/population.hpp"
#include "tools/fraud/transaction.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::fraud {

/// Appends one line of JSON, as the topology `examples/fraud.yaml` reads it: what happened and, as
/// card messages do, what kind of terminal it was and where.
void append_json(std::string& out, std::int64_t id, const Transaction& transaction,
                 const Population& population);
/// Appends what only the simulation knows of it: `id`, `day`, `fraud` (0 or 1), `scenario`.
void append_label(std::string& out, std::int64_t id, int day, const Transaction& transaction);
/// Appends the rows of the tables that payments are joined with.
void append_customers_json(std::string& out, const Population& population);
void append_terminals_json(std::string& out, const Population& population);

/// What an answer of the engine says; views into the line.
struct Answer {
  enum class Kind { Decision, Committed, Other };
  Kind kind = Kind::Other;
  std::int64_t number = 0;  // the payment, or the first record that is not yet safe
  std::string_view decision;
};
Answer read_answer(std::string_view line);

}  // namespace millrace::fraud
