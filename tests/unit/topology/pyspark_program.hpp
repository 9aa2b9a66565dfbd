#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/analysis/analyzer.hpp"

namespace millrace::testing {

/// One call of a chain such as `ev.writeStream.format('json').option('path', out)`: its name and the texts of
/// its arguments, without quotes. `writeStream` is a call without arguments.
struct PythonCall {
  std::string name;
  std::vector<std::string> arguments;
};
/// Cuts a chain of calls at its dots. Requires: parentheses and quotes match.
std::vector<PythonCall> python_calls(const std::string& chain);

/// A program of tests/fixtures/spark/errors.jsonl in Millrace's terms.
struct PysparkProgram {
  plan::WriteStream write;
  Settings settings;
  /// What was found wrong before there was a plan.
  std::optional<Error> refusal;
};

/// The names that the programs use, over the built-in sources and sinks.
const Catalog& program_catalog();

/// None for programs that have no counterpart here.
std::optional<PysparkProgram> program_of(const std::string& code);

}  // namespace millrace::testing
