#include "sinks/console_sink.hpp"
#include "sinks/file_sink.hpp"
#include "sinks/foreach_sink.hpp"
#include "sinks/kafka_sink.hpp"
#include "sinks/memory_sink.hpp"
#include "sinks/noop_sink.hpp"
#include "sinks/sink_type.hpp"
#include "sinks/socket_sink.hpp"

namespace millrace {

const std::vector<SinkType>& builtin_sinks() {
  static const std::vector<SinkType> sinks{
      console_sink_type(), file_sink_type("csv"),  file_sink_type("file"),
      foreach_sink_type(), foreach_batch_sink_type(), file_sink_type("json"),
      kafka_sink_type(),   memory_sink_type(),        noop_sink_type(),
      file_sink_type("orc"), file_sink_type("parquet"), socket_sink_type(),
      file_sink_type("text"),
  };
  return sinks;
}

}  // namespace millrace
