#pragma once

#include "records/result.hpp"

#include <string>

namespace millrace {

/// What is wrong with OVER. Texts are Spark's where it has one; expressions are given as Spark prints
/// them.

/// Spark has no OVER on streams; `sparkStrict` asks for its answer. `call` and `specification` in
/// Spark's spelling, `column` the name of the result.
Error over_on_stream(const std::string& call, const std::string& column,
                     const std::string& specification);
Error not_a_window_function(const std::string& call);
Error nested_over();
Error over_without_order(const std::string& call);
/// ORDER BY something that rows do not arrive in the order of.
Error over_order_not_time(const std::string& order);
Error frame_not_supported(const std::string& frame);

}  // namespace millrace
