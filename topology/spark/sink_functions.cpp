#include "topology/spark/sink_functions.hpp"

#include <fmt/format.h>

#include "records/option_value.hpp"

namespace millrace::spark {
namespace {

/// to_json(struct(*)) or to_csv(struct(*)), with the options that change the text.
std::string line_expression(const Options& options) {
  const bool is_csv = lower_trimmed(text_option(options, "format", "json")) == "csv";
  std::string given;
  for (const char* name : {"ignoreNullFields", "sep"})
    if (const OptionText* option = options.find(name))
      given += (given.empty() ? "{" : ", ") + quoted(name) + ": " + quoted(option->value);
  return std::string(is_csv ? "F.to_csv" : "F.to_json") + "(F.struct(\"*\")" +
         (given.empty() ? "" : ", " + given + "}") + ").alias(\"line\")";
}

bool has_header(const Options& options) {
  return lower_trimmed(text_option(options, "header", "false")) == "true" &&
         lower_trimmed(text_option(options, "format", "json")) == "csv";
}

}  // namespace

const std::string kPrintRows = R"(
def print_rows(batch, epoch):
    """Prints the rows of a batch as one line of JSON."""
    lines = batch.select(F.to_json(F.struct("*"), {"ignoreNullFields": "false"}).alias("line"))
    rows = ",".join(row.line for row in lines.collect())
    if rows:
        print(f'{{"batchId":{epoch},"rows":[{rows}]}}', flush=True)

)";

const std::string kPipe = R"(
class Pipe:
    """Gives the lines of each epoch and partition to a command."""

    def __init__(self, command):
        self.command = command

    def open(self, partition, epoch):
        self.place = {"MILLRACE_EPOCH": str(epoch), "MILLRACE_PARTITION": str(partition)}
        self.child = None
        return True

    def process(self, row):
        if self.child is None:
            self.child = subprocess.Popen(
                self.command,
                shell=True,
                text=True,
                stdin=subprocess.PIPE,
                env={**os.environ, **self.place},
            )
        self.child.stdin.write(row.line + "\n")

    def close(self, error):
        if self.child is None:
            return
        self.child.stdin.close()
        if self.child.wait() != 0 and error is None:
            raise RuntimeError(f"command failed with status {self.child.returncode}: '{self.command}'")

)";

Chain frame_of_lines(const Chain& frame, const Options& options) {
  return Chain(frame).with(".select(" + line_expression(options) + ")");
}

std::string batch_function(const std::string& name, const std::string& command,
                           const Options& options) {
  const std::string retries = text_option(options, "maxRetries", "3");
  const auto delay = duration_option(options, "retryDelay", "ms", 1'000'000);
  const std::string header = has_header(options) ? "\",\".join(batch.columns) + \"\\n\" + " : "";
  return fmt::format(R"(
def {}(batch, epoch):
    """Runs a command with the rows of the batch on its standard input."""
    lines = batch.select({})
    text = {}"".join(row.line + "\n" for row in lines.collect())
    for attempt in range({} + 1):
        place = {{"MILLRACE_EPOCH": str(epoch), "MILLRACE_PARTITION": "0", "MILLRACE_ATTEMPT": str(attempt)}}
        ended = subprocess.run(
            {}, shell=True, text=True, input=text, env={{**os.environ, **place}}
        )
        if ended.returncode == 0:
            return
        time.sleep({})
    raise RuntimeError(f"command failed with status {{ended.returncode}}")

)",
                     name, line_expression(options), header, retries, command,
                     static_cast<double>(delay ? *delay : 0) / 1e6);
}

}  // namespace millrace::spark
