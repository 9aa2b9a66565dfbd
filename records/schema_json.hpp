#pragma once

#include <string_view>

#include "records/result.hpp"
#include "records/type.hpp"

namespace millrace {

/// Schema from the JSON of Spark's StructType: `{"type":"struct","fields":[{"name":"a","type":"long",...}]}`.
/// `parse_schema` calls this for text that starts with `{`.
Result<Schema> parse_schema_json(std::string_view text);

}  // namespace millrace
