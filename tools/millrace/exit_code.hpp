#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/result.hpp"

namespace millrace::cli {

/// `config`, `usage` ...: the name of an exit code of the program (sysexits.h numbers).
std::string_view exit_code_name(int code);

/// Prints the code and its name as the last line on standard error (nothing for 0); returns the code.
int finish(int code);

/// Code for errors of a topology: 66 when all of them say that input is missing, else 78.
int topology_exit_code(const std::vector<Error>& errors);

/// Prints `error: message`, the fix below it, and the code's name; returns the code.
int fail(ErrorKind kind, const std::string& message, const std::string& fix = {});

}  // namespace millrace::cli
