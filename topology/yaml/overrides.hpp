#pragma once

#include <string>
#include <vector>

#include "topology/yaml/document.hpp"

namespace millrace::yaml {

/// Name of the text that origins of overridden values refer to; its line n is override n.
inline constexpr const char* kOverrideFile = "--set";

/// Puts `a.b.c=value` into the document, in order. Keys are compared without case; a number is an index
/// into a list; missing maps are made. A value in brackets or braces is YAML, any other is text as it
/// is. Errors: no `=`, a path through text, an index out of range.
void apply_overrides(Document& document, const std::vector<std::string>& overrides);

}  // namespace millrace::yaml
