#include "sources/file_source.hpp"
#include "sources/kafka_source.hpp"
#include "sources/memory_stream.hpp"
#include "sources/rate_micro_batch_source.hpp"
#include "sources/rate_source.hpp"
#include "sources/socket_source.hpp"
#include "sources/source_type.hpp"

namespace millrace {

const std::vector<SourceType>& builtin_sources() {
  static const std::vector<SourceType> sources{
      file_source_type("csv"), file_source_type("file"), file_source_type("json"),
      kafka_source_type(),     memory_source_type(),     file_source_type("orc"),
      file_source_type("parquet"), rate_source_type(),   rate_micro_batch_source_type(),
      socket_source_type(),    file_source_type("text"),
  };
  return sources;
}

}  // namespace millrace
