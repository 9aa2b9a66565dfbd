#pragma once

#include "operators/operator.hpp"

#include <memory>

namespace millrace {

struct UnionOptions {
  /// Types of all inputs, names of the first.
  SchemaPtr output;
};

/// Passes on the rows of all inputs as they come. Inputs have equal types already; the watermark
/// that arrives is the combined one.
std::unique_ptr<Operator> make_union(UnionOptions options);

}  // namespace millrace
