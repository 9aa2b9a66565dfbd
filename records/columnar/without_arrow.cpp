// Stands in for the other sources of this folder in a build without Arrow C++.
#include "records/columnar/columnar_file.hpp"

namespace millrace {
namespace {

Error no_arrow(const std::string& format) {
  return make_error(ErrorKind::Config,
                    format + ": this build was made without Arrow C++, which reads and writes it",
                    "run tools/setup and build again, or use json, csv or text");
}

}  // namespace

bool has_columnar_formats() { return false; }

Result<std::unique_ptr<ColumnarReader>> open_columnar_file(const std::string& format,
                                                           const std::string&, SchemaPtr,
                                                           RecordPool&) {
  return no_arrow(format);
}

Result<Schema> columnar_file_schema(const std::string& format, const std::string&) {
  return no_arrow(format);
}

Result<std::unique_ptr<RecordEncoder>> make_columnar_encoder(const std::string& format,
                                                             const SchemaPtr&,
                                                             const FormatSettings&) {
  return no_arrow(format);
}

}  // namespace millrace
