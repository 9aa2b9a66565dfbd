#pragma once

namespace millrace::cli {

/// A Python program that runs an exported one in a Spark session of its own, tells its progress and ends
/// its queries at a signal. Arguments: the exported program, the number of an open file that gets a line
/// for each event: `progress {...}` in Spark's JSON, `failure <text as JSON>`.
extern const char* const kSparkDriver;

}  // namespace millrace::cli
