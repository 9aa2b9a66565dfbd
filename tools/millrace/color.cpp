#include "color.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace millrace::cli {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kBlue = "\x1b[34m";
constexpr std::string_view kPlain = "\x1b[0m";

bool is_on = false;

/// https://no-color.org: set to anything but nothing.
bool is_unwanted() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

void append(std::string& out, std::string_view color, std::string_view text) {
  out += color;
  out += text;
  out += kPlain;
}

/// Colours `line` up to and with the first `end`, or all of it.
void append_head(std::string& out, std::string_view color, std::string_view line, char end) {
  const std::size_t length = std::min(line.find(end), line.size() - 1) + 1;
  append(out, color, line.substr(0, length));
  out += line.substr(length);
}

void append_line(std::string& out, std::string_view line) {
  const std::size_t first = line.find_first_not_of(" |");
  if (line.starts_with("error")) return append_head(out, kRed, line, ':');
  if (line.starts_with("warning")) return append_head(out, kYellow, line, ':');
  if (first == std::string_view::npos) return void(out += line);
  const std::string_view rest = line.substr(first);
  out += line.substr(0, first);
  if (rest.starts_with("-->")) return append(out, kBlue, rest);
  if (rest.starts_with("= fix:")) return append_head(out, kGreen, rest, ':');
  if (rest.starts_with("^")) return append(out, kRed, rest);
  out += rest;
}

}  // namespace

void choose_color(std::string_view when) {
  is_on = when == "always" ||
          (when == "auto" && ::isatty(STDERR_FILENO) != 0 && !is_unwanted());
}

std::string colored(const std::string& diagnostic) {
  if (!is_on) return diagnostic;
  std::string out;
  std::string_view rest = diagnostic;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    append_line(out, rest.substr(0, length));
    if (length < rest.size()) out += '\n';
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  return out;
}

}  // namespace millrace::cli
