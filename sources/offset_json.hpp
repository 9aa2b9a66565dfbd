#pragma once

#include "sources/source.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

/// Whole number at `name` in an offset that is a JSON object; empty when there is none.
std::optional<std::int64_t> offset_field(const Offset& offset, std::string_view name);
/// The offset as a JSON number; empty when it is something else.
std::optional<std::int64_t> offset_number(const Offset& offset);
/// The offset does not belong to this kind of source.
Error offset_error(std::string_view source, const Offset& offset);

}  // namespace millrace
