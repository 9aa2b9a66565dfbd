#pragma once

#include <string>
#include <vector>

#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// The NEXMark queries that are compared with Flink SQL: all, with texts. Where it has no such query the results say so.
const std::vector<std::string>& nexmark_by_the_book();
/// Processor time for a million events by Flink SQL and by Millrace, in turn: of each the whole process over many events
/// less the whole process over few. Results of a different number of rows give no figure but a line in `missing`.
void compare_with_flink(const std::string& query, const std::string& class_path,
                        const SuiteOptions& options, Results& results);

}  // namespace millrace::bench
