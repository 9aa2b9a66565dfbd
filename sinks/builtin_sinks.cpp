#include "sinks/console_sink.hpp"
#include "sinks/memory_sink.hpp"
#include "sinks/noop_sink.hpp"
#include "sinks/sink_type.hpp"

namespace millrace {

const std::vector<SinkType>& builtin_sinks() {
  static const std::vector<SinkType> sinks{
      console_sink_type(),
      memory_sink_type(),
      noop_sink_type(),
  };
  return sinks;
}

}  // namespace millrace
