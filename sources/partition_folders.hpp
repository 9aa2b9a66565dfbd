#pragma once

#include "records/time_zone.hpp"
#include "records/value.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// `key=value` folders between `base` and the file `path`, outermost first, %-escapes resolved.
std::vector<std::pair<std::string, std::string>> partition_folders(const std::string& base,
                                                                   const std::string& path);

/// Columns that the folders of the files make. Types are guessed from the values: int, bigint,
/// double, date, timestamp, else string; `__HIVE_DEFAULT_PARTITION__` is NULL and says nothing.
Schema infer_partition_columns(const std::string& base, const std::vector<std::string>& paths,
                               const TimeZone& zone);

/// Values of the partition columns for one file; NULL where a folder is missing. Empty: a value is
/// not of its column's type.
std::optional<std::vector<Value>> partition_values(const Schema& columns, const std::string& base,
                                                   const std::string& path, const TimeZone& zone);

}  // namespace millrace
