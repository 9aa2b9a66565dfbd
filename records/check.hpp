#pragma once

namespace millrace::detail {
[[noreturn]] void check_failed(const char* condition, const char* message, const char* file,
                               int line);
}

/// Stops the process with `message` when a rule of our own code is broken. Never for user input.
#define MILLRACE_CHECK(condition, message)                                             \
  do {                                                                                 \
    if (!(condition)) [[unlikely]]                                                     \
      ::millrace::detail::check_failed(#condition, (message), __FILE__, __LINE__);     \
  } while (false)
