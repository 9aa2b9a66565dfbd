#pragma once

#include <optional>
#include <string>

namespace millrace::fraud {

/// The body that the engine's own server gives for a path; empty when it does not answer with 200
/// within half a second.
std::optional<std::string> http_get(int port, const std::string& path);

}  // namespace millrace::fraud
