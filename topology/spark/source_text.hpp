#pragma once

#include "topology/plan/node.hpp"
#include "topology/spark/program_parts.hpp"
#include "topology/spark/python_text.hpp"

namespace millrace::spark {

/// `spark.readStream.format("json").schema("...").option(...).load("...")`; `spark.read` for a table.
Chain source_chain(const plan::Read& read, ProgramParts& parts);

/// The name by which Spark knows the format: `json` for a source of type `file`.
std::string spark_format(const std::string& type, const Options& options);

}  // namespace millrace::spark
