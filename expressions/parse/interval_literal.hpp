#pragma once

#include "expressions/parse/literal.hpp"

namespace millrace::parse {

/// `INTERVAL '10 minutes'`: the text of units alone decides the type, as in `INTERVAL 10 MINUTES`.
Result<Value> interval_text_literal(const std::string& text);

}  // namespace millrace::parse
