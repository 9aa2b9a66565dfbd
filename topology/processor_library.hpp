#pragma once

#include "operators/stateful_processor.hpp"
#include "records/result.hpp"

#include <string>

namespace millrace {

/// A processor that a shared library offers.
struct LibraryProcessor {
  std::string name;
  /// Columns of its output, as DDL.
  std::string schema;
  MakeProcessor make;
};

/// Opens the library, which stays open as long as the process, and finds a processor by its name;
/// an empty name means its only one. Errors name the file and say what is wrong with it. Safe to
/// call from any thread.
Result<LibraryProcessor> load_processor(const std::string& path, const std::string& name);

}  // namespace millrace
