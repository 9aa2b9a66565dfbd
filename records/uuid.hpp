#pragma once

#include <string>

namespace millrace {

/// A random UUID (version 4): `1b4e28ba-2fa1-4d3b-8f0e-9a1d5c0c3f21`. Safe to call from any thread.
std::string random_uuid();

}  // namespace millrace
