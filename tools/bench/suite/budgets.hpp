#pragma once

#include <string>

namespace millrace::bench {

/// Measures the figures that do not depend on the machine and holds them to a file of budgets (name to the most allowed).
/// Prints a line for each; gives the exit code: 0 when none is above, 1 when one is, 66 when the file cannot be read.
int check_budgets(const std::string& file);

}  // namespace millrace::bench
