#include "tools/fraud/dataset.hpp"

#include "tools/fraud/population_csv.hpp"
#include "tools/fraud/traffic.hpp"
#include "tools/fraud/transaction_json.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace millrace::fraud {

namespace {

Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  return make_error(ErrorKind::CannotCreate,
                    "fraud simulator: cannot write: '" + path.string() + "'");
}

std::string day_name(int day) {
  std::string number = std::to_string(day);
  return "day-" + std::string(3 - std::min<std::size_t>(number.size(), 3), '0') + number + ".jsonl";
}

}  // namespace

Status write_population(const std::string& folder, const Population& population) {
  const std::filesystem::path path(folder);
  Status status = write_file(path / "customers.csv", customers_csv(population));
  if (!status.ok()) return status;
  return write_file(path / "terminals.csv", terminals_csv(population));
}

Status write_days(const std::string& folder, const Population& population, std::uint64_t seed,
                  int days) {
  const auto path = std::filesystem::path(folder);
  std::error_code failed;
  std::filesystem::create_directories(path / "days", failed);
  Traffic traffic(population, seed);
  std::string labels;
  std::int64_t id = 0;
  for (int day = 0; day < days; ++day) {
    std::string lines;
    for (const Transaction& transaction : traffic.next_day()) {
      append_json(lines, id, transaction);
      append_label(labels, id++, day, transaction);
    }
    if (Status status = write_file(path / "days" / day_name(day), lines); !status.ok())
      return status;
  }
  return write_file(path / "labels.jsonl", labels);
}

}  // namespace millrace::fraud
