#pragma once

#include <string>
#include <string_view>

#include "records/result.hpp"
#include "records/type.hpp"

namespace millrace {

/// Schema from Spark's DDL (`a INT NOT NULL, b ARRAY<STRUCT<x: DOUBLE>> COMMENT 'c'`), or from the JSON
/// of a StructType when the text starts with `{`. Errors name line and column inside `text`
/// (class PARSE_SYNTAX_ERROR or UNSUPPORTED_DATATYPE, with the nearest type name).
Result<Schema> parse_schema(std::string_view text);
/// One type: `decimal(10,2)`, `map<string,int>`, `interval day to second`.
Result<DataType> parse_type(std::string_view text);
/// DDL that `parse_schema` reads back: `a INT NOT NULL,b ARRAY<STRING>`.
std::string to_ddl(const Schema& schema);

}  // namespace millrace
