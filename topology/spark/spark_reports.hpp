#pragma once

#include <string>
#include <string_view>

#include "metrics/progress.hpp"

namespace millrace::spark {

/// One line that the process of a job on Spark tells. A line of another form is an empty report.
struct Report {
  /// Spark's StreamingQueryProgress, one line of JSON; empty: the report is none of progress.
  std::string progress_json;
  /// What a progress line shows of it: batch, rows, rates, duration.
  QueryProgress progress;
  /// Why the program ended.
  std::string failure;
};

/// `progress {...}` or `failure "text"`.
Report read_report(std::string_view line);

}  // namespace millrace::spark
