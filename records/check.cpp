#include "records/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace millrace::detail {

void check_failed(const char* condition, const char* message, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, message, condition);
  std::abort();
}

}  // namespace millrace::detail
