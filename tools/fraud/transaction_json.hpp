#pragma once

#include "tools/fraud/transaction.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::fraud {

/// Appends one line of JSON, as the topology `examples/fraud.yaml` reads it from TCP or Kafka.
/// Whose card it is and where the terminal stands are in tables (population_csv.hpp).
void append_json(std::string& out, std::int64_t id, const Transaction& transaction);
/// Appends what only the simulation knows of it: `id`, `day`, `fraud` (0 or 1), `scenario`.
void append_label(std::string& out, std::int64_t id, int day, const Transaction& transaction);

/// What an answer of the engine says; views into the line.
struct Answer {
  enum class Kind { Decision, Committed, Other };
  Kind kind = Kind::Other;
  std::int64_t number = 0;  // the payment, or the first record that is not yet safe
  std::string_view decision;
};
Answer read_answer(std::string_view line);

}  // namespace millrace::fraud
