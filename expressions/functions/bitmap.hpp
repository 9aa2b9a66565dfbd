#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Numbers as bits of bitmaps; the aggregates are in aggregates/bitmap.cpp.
void register_bitmap_functions(FunctionRegistry& registry);

}  // namespace millrace
