#pragma once

#include <string>

#include "records/options.hpp"
#include "topology/spark/python_text.hpp"

/// Functions of the program that do what sinks of Millrace do and those of Spark do not. Each ends with
/// an empty line.
namespace millrace::spark {

/// `print_rows(batch, epoch)`: a line of JSON for each batch that has rows (console, `format: json`).
extern const std::string kPrintRows;
/// `Pipe(command)`: gives the lines of each epoch and partition to a command (foreach).
extern const std::string kPipe;

/// The rows as one column `line`, in the form that a command reads.
Chain frame_of_lines(const Chain& frame, const Options& options);
/// A function for foreachBatch that runs the command with the rows on its standard input, and again when
/// it fails. `command` is a Python literal.
std::string batch_function(const std::string& name, const std::string& command,
                           const Options& options);

}  // namespace millrace::spark
