#pragma once

#include <string>

namespace millrace::testing {

/// A port of 127.0.0.1 that nobody listens on.
int free_port();

/// The whole answer, headers too; empty when nobody listens.
std::string get(int port, const std::string& path);

/// Asks again until the answer has the text; the job needs a moment to start.
std::string await_answer(int port, const std::string& path, const std::string& text);

}  // namespace millrace::testing
