#include "topology/spark/program_parts.hpp"

#include <cctype>

#include "topology/spark/python_text.hpp"

namespace millrace::spark {

std::string ProgramParts::value_text(const std::string& option, const std::string& value) {
  if (secrets.hidden(value) == value) return option_literal(value);
  std::string variable = identifier(option);
  for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  imports.insert("os");
  environment[variable] = value;
  return "os.environ[" + quoted(variable) + "]";
}

}  // namespace millrace::spark
