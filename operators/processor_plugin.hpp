#pragma once

#include "operators/stateful_processor.hpp"

/// How a shared library offers stateful processors to topology files. In one of its sources:
///
///     MILLRACE_PROCESSORS({"velocity", "card STRING, payments BIGINT", millrace::make<Velocity>})
///
/// The library needs no symbol of the program that loads it. It must be built with the same headers
/// and a compatible compiler: `kProcessorAbi` tells what changed.
namespace millrace {

/// Grows whenever stateful_processor.hpp changes.
constexpr int kProcessorAbi = 1;

/// One processor of a library.
struct ProcessorPlugin {
  const char* name;
  /// Columns of its output, as DDL.
  const char* schema;
  StatefulProcessor* (*make)();
};

struct ProcessorPlugins {
  int abi;
  int count;
  const ProcessorPlugin* list;
};

template <class Processor>
StatefulProcessor* make() {
  return new Processor;
}

}  // namespace millrace

/// The name of the library's entry point.
#define MILLRACE_PROCESSORS_ENTRY "millrace_processors"

#define MILLRACE_PROCESSORS(...)                                                            \
  extern "C" __attribute__((visibility("default"))) millrace::ProcessorPlugins              \
  millrace_processors() {                                                                   \
    static const millrace::ProcessorPlugin list[] = {__VA_ARGS__};                          \
    return {millrace::kProcessorAbi, static_cast<int>(sizeof list / sizeof list[0]), list}; \
  }
