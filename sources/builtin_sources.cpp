#include "sources/rate_micro_batch_source.hpp"
#include "sources/rate_source.hpp"
#include "sources/socket_source.hpp"
#include "sources/source_type.hpp"

namespace millrace {

const std::vector<SourceType>& builtin_sources() {
  static const std::vector<SourceType> sources{
      rate_source_type(),
      rate_micro_batch_source_type(),
      socket_source_type(),
  };
  return sources;
}

}  // namespace millrace
