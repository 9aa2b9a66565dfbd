#include "records/columnar/columnar_file.hpp"

namespace millrace {

bool is_columnar_format(std::string_view format) {
  return equal_ignoring_case(format, "parquet") || equal_ignoring_case(format, "orc");
}

}  // namespace millrace
