#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "topology/yaml/document.hpp"

namespace millrace::yaml {

using Environment = std::function<std::optional<std::string>(std::string_view)>;

/// Replaces `${NAME}` and `${NAME:-default}` in all values (not in keys) and `$${` by `${`. A value put
/// in is not looked at again. Keeps `document.places` true. Errors: a name that is not set and has no
/// default, a name that is none, a missing brace.
void substitute_environment(Document& document, const Environment& environment);

}  // namespace millrace::yaml
