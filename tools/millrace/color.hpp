#pragma once

#include <string>
#include <string_view>

namespace millrace::cli {

/// What `--color` says: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set. Called once, before
/// anything is written.
void choose_color(std::string_view when);

/// A rendered diagnostic for standard error, coloured where colours are on.
std::string colored(const std::string& diagnostic);

}  // namespace millrace::cli
