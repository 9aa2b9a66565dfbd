#pragma once

#include <string>

#include "records/result.hpp"

namespace millrace::cli {

/// Where Spark is on this machine.
struct SparkPlace {
  std::string python;  // an interpreter that has PySpark
};

/// Looks at MILLRACE_SPARK_PYTHON, at what `tools/setup --with spark` installs, and at `python3`. Errors
/// (Unavailable): no PySpark, no Java.
Result<SparkPlace> find_spark();

}  // namespace millrace::cli
