#pragma once

#include <string>
#include <vector>

#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// NEXMark queries that tools/bench/peers/FlinkNexmark.java has in SQL.
const std::vector<std::string>& flink_queries();
/// Processor time for a million events by Flink SQL and by Millrace, in turn. Flink's start is taken off, Millrace's is not.
void compare_with_flink(const std::string& query, const std::string& class_path,
                        const SuiteOptions& options, Results& results);

}  // namespace millrace::bench
