#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "records/secrets.hpp"

namespace millrace::spark {

/// What the lines of a program need beside themselves. Filled while they are written; one thread.
struct ProgramParts {
  const Secrets& secrets;
  std::set<std::string> imports = {};  // modules of Python: os, subprocess ...
  /// Values that may not stand in the program: by the variable of the environment that it reads.
  std::map<std::string, std::string> environment = {};

  /// The value of an option as Python; for a secret, where the program finds it.
  std::string value_text(const std::string& option, const std::string& value);
};

}  // namespace millrace::spark
