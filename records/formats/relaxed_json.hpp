#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Rewrites the first JSON value in `line` as strict JSON, for what Jackson reads beyond it by Spark's
/// defaults: text in single quotes, the numbers NaN, Infinity, +INF and so on (they become strings), and
/// anything after the first value (it is left out). False when the value does not end in `line`.
bool relax_json(std::string_view line, std::string& out);

}  // namespace millrace
