#pragma once

#include "sinks/sink_type.hpp"
#include "sources/source_type.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// A kind of source or sink, found by the name the user wrote. Spark names the format of files
/// (`json`) where the kind is `file`; `format` is that format then.
template <class Type>
struct FormatChoice {
  const Type* type = nullptr;
  std::string format;
};

std::optional<FormatChoice<SourceType>> find_source(const std::vector<SourceType>& types,
                                                    const std::string& name);
std::optional<FormatChoice<SinkType>> find_sink(const std::vector<SinkType>& types,
                                                const std::string& name);
/// Whether files are read or written under that name.
bool is_file_format(const std::string& name);
/// DATA_SOURCE_NOT_FOUND with the nearest name.
Error unknown_source(const std::vector<SourceType>& types, const std::string& name);
Error unknown_sink(const std::vector<SinkType>& types, const std::string& name);
/// `options` with `format` set, when that is not empty and they have none.
Options with_format(Options options, const std::string& format);

}  // namespace millrace
