// Answers requests (expression_rows.hpp) from standard input, one a line, on standard output.
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/differential/expression_rows.hpp"

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << millrace::test::evaluate_rows(nlohmann::json::parse(line)).dump() << std::endl;
}
