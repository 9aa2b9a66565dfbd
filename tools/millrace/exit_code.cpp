#include "exit_code.hpp"

#include <algorithm>
#include <iostream>

#include "color.hpp"
#include "topology/diagnostics.hpp"

namespace millrace::cli {

std::string_view exit_code_name(int code) {
  switch (code) {
    case 0: return "ok";
    case 1: return "query failed";
    case 64: return "usage";
    case 65: return "bad data";
    case 66: return "input missing";
    case 69: return "unavailable";
    case 70: return "internal error";
    case 73: return "cannot create output";
    case 74: return "input/output error";
    case 75: return "temporary failure, try again";
    case 78: return "config";
    case 130: return "interrupted";
    case 143: return "terminated";
    default: return "unknown";
  }
}

int finish(int code) {
  std::cout.flush();
  if (code != 0) std::cerr << "exit " << code << ": " << exit_code_name(code) << "\n";
  return code;
}

int topology_exit_code(const std::vector<Error>& errors) {
  const bool only_missing = std::all_of(errors.begin(), errors.end(), [](const Error& error) {
    return error.kind == ErrorKind::InputMissing;
  });
  return static_cast<int>(only_missing ? ErrorKind::InputMissing : ErrorKind::Config);
}

int fail(ErrorKind kind, const std::string& message, const std::string& fix) {
  std::cerr << colored(render_diagnostic(make_error(kind, message, fix), {})) << "\n";
  return finish(static_cast<int>(kind));
}

}  // namespace millrace::cli
