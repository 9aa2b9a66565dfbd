#pragma once

#include <string>

#include <arrow/api.h>

#include "records/result.hpp"

namespace millrace {

/// `parquet: cannot read '/data/a.parquet': ...` with Arrow's reason on one line.
inline Error arrow_error(ErrorKind kind, const std::string& what, const arrow::Status& status) {
  return make_error(kind, what + ": " + status.message().substr(0, status.message().find('\n')));
}

}  // namespace millrace
