#include "tests/unit/topology/pyspark_program.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/unit/topology/legality_golden_plans.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/duration_text.hpp"

namespace millrace::testing {

namespace fs = std::filesystem;

namespace {

/// Where the text that begins at `start` ends: at `stop` outside parentheses and quotes, or at its end.
std::size_t end_of_part(const std::string& text, std::size_t start, char stop) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (depth == 0 && c == stop) {
      return i;
    } else {
      depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    }
  }
  return text.size();
}

std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> found;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = end_of_part(text, start, separator);
    found.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return found;
}

std::string plain(std::string text) {
  const std::size_t first = text.find_first_not_of(' ');
  text = first == std::string::npos ? "" : text.substr(first);
  const bool is_quoted = text.size() >= 2 && (text[0] == '\'' || text[0] == '"');
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<std::string> argument_of(const std::string& code, const std::string& call) {
  if (!code.starts_with(call + "(") || !code.ends_with(")")) return std::nullopt;
  return code.substr(call.size() + 1, code.size() - call.size() - 2);
}

/// The folders that the programs know; they go with the test program.
class Places {
 public:
  Places() {
    std::string name = (fs::temp_directory_path() / "millrace-programs-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    root_ = name;
    for (const char* folder : {"empty", "full", "out"}) fs::create_directory(root_ / folder);
    std::ofstream(root_ / "full" / "0.json") << "{\"a\":1}\n";
  }
  ~Places() { fs::remove_all(root_); }
  std::string operator()(const std::string& word) const { return (root_ / word).string(); }

 private:
  fs::path root_;
};

std::string place(const std::string& word) {
  static const Places places;
  return places(word);
}

std::string value_of(const std::string& argument) {
  for (const char* word : {"empty", "full", "missing", "ck", "out"})
    if (argument == word) return place(word);
  return argument;
}

// --- reading ---

plan::NodePtr read_stream(const std::vector<PythonCall>& calls) {
  plan::Read read;
  read.format = "json";
  for (std::size_t i = 2; i < calls.size(); ++i) {
    const auto& [name, arguments] = calls[i];
    if (name == "format") read.format = arguments.at(0);
    else if (name == "schema") read.schema = arguments.at(0);
    else if (name == "option") read.options.set(arguments.at(0), value_of(arguments.at(1)));
    else if (name != "load") read.format = name;  // json(path), csv(path), text(path)
    const bool has_path = name != "format" && name != "schema" && name != "option" && !arguments.empty();
    if (has_path) read.paths = {value_of(arguments.at(0))};
  }
  return plan::make_node(std::move(read), {});
}

plan::NodePtr frame_of(const std::string& frame) {
  if (const auto text = argument_of(frame, "spark.sql")) return sql(plain(*text));
  if (frame.starts_with("spark.readStream")) return read_stream(python_calls(frame));
  const auto known = golden_plans().find(frame);
  return known == golden_plans().end() ? nullptr : known->second;
}

// --- writing ---

void set_trigger(PysparkProgram& program, const std::vector<std::string>& arguments) {
  const std::size_t equals = arguments.empty() ? std::string::npos : arguments[0].find('=');
  if (equals == std::string::npos) return;
  const std::string value = plain(arguments[0].substr(equals + 1));
  auto trigger = make_trigger(arguments[0].substr(0, equals), value == "True" ? "true" : value);
  if (trigger) program.settings.trigger = *trigger;
  else program.refusal = trigger.error();
}

std::optional<PysparkProgram> write_stream(const std::string& code) {
  const std::size_t at = code.find(".writeStream");
  if (at == std::string::npos) return std::nullopt;
  PysparkProgram program;
  program.write = write(frame_of(code.substr(0, at)), "append", "json");
  if (!program.write.input) return std::nullopt;
  for (const auto& [name, arguments] : python_calls(code.substr(at + 1))) {
    if (name == "format") program.write.format = arguments.at(0);
    if (name == "option" && arguments.at(0) != "checkpointLocation")
      program.write.options.set(arguments.at(0), value_of(arguments.at(1)));
    if (name == "outputMode") program.write.output_mode = arguments.at(0);
    if (name == "partitionBy") program.write.partition_by = arguments;
    if (name == "queryName") program.write.name = arguments.at(0);
    if (name == "trigger") set_trigger(program, arguments);
  }
  return program;
}

/// Takes frame, mode and sink from the arguments of `start`, `start_continuous`, `start_rtm`.
std::optional<PysparkProgram> started(const std::string& text, const std::string& mode = "append") {
  std::vector<std::string> arguments = parts(text, ',');
  PysparkProgram program;
  program.write = write(frame_of(arguments.at(0)), mode, "noop");
  if (!program.write.input) return std::nullopt;
  if (arguments.size() > 1 && arguments[1].starts_with(" sink=")) {
    program.write.format = plain(arguments[1].substr(6));
    if (program.write.format == "json") program.write.options.set("path", place("out"));
    if (program.write.format == "foreachBatch") program.write.options.set("command", "cat");
  } else if (arguments.size() > 1) {
    program.write.output_mode = plain(arguments[1]);
  }
  if (arguments.size() > 3) set_trigger(program, {"realTime=" + arguments[3]});
  return program;
}

}  // namespace

std::vector<PythonCall> python_calls(const std::string& chain) {
  std::vector<PythonCall> calls;
  for (const std::string& part : parts(chain, '.')) {
    const std::size_t open = part.find('(');
    PythonCall call{part.substr(0, open), {}};
    if (open != std::string::npos)
      for (const std::string& argument : parts(part.substr(open + 1, part.size() - open - 2), ','))
        call.arguments.push_back(plain(argument));
    calls.push_back(std::move(call));
  }
  return calls;
}

const Catalog& program_catalog() {
  static const Catalog made = [] {
    Catalog catalog = Catalog::builtin();
    catalog.names = catalog_with_names().names;
    for (const char* name : {"ev", "l", "r", "static"}) {
      plan::NodePtr& node = catalog.names[name];
      auto read = std::get<plan::Read>(node->kind);
      read.paths = {place("empty")};
      node = plan::make_node(std::move(read), {});
    }
    return catalog;
  }();
  return made;
}

std::optional<PysparkProgram> program_of(const std::string& code) {
  if (const auto text = argument_of(code, "start")) return started(*text);
  if (const auto text = argument_of(code, "start0")) return write_stream(*text);
  const auto continuous = argument_of(code, "start_continuous");
  const auto real_time = argument_of(code, "start_rtm");
  if (continuous || real_time) {
    auto program = started(continuous ? *continuous : *real_time, real_time ? "update" : "append");
    if (!program) return std::nullopt;
    program->settings.trigger = {Trigger::Kind::Continuous, std::chrono::milliseconds(500)};
    program->settings.real_time = real_time.has_value();
    program->settings.spark_strict = true;
    return program;
  }
  PysparkProgram program;
  program.write = write(frame_of(code), "append", "noop");
  if (!program.write.input) return std::nullopt;
  return program;
}

}  // namespace millrace::testing
