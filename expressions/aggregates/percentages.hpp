#pragma once

#include "expressions/function_registry.hpp"

#include <vector>

namespace millrace {

/// The constant percentages of a call: one, or an array of them, which makes the result an array.
struct Percentages {
  std::vector<double> values;
  bool is_array = false;

  DataType result_type(const DataType& value) const {
    return is_array ? DataType::array(value, false) : value;
  }
};

/// Reads argument `index`. Fails in Spark's words when it is not constant, NULL or beyond [0, 1];
/// `name` is what they call it.
Result<Percentages> constant_percentages(const FunctionCall& call, std::size_t index,
                                         const char* name);

}  // namespace millrace
