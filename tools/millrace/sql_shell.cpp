#include "sql_shell.hpp"

#include <algorithm>
#include <cctype>
#include <iostream>

#include "expressions/function_registry.hpp"
#include "job_options.hpp"
#include "prepared_topology.hpp"
#include "records/edit_distance.hpp"
#include "records/option_value.hpp"
#include "records/schema_text.hpp"

namespace millrace::cli {
namespace {

constexpr const char* kStatements =
    "write SELECT, CREATE TEMPORARY VIEW, DROP VIEW, DESCRIBE, SHOW VIEWS, RUN, SHOW QUERIES or STOP";

const std::vector<std::string> kFirstWords{"SELECT",   "WITH", "CREATE", "DROP",
                                           "DESCRIBE", "SHOW", "RUN",    "STOP"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

/// Where the quoted text, comment or single character at `at` ends.
std::size_t piece_end(const std::string& text, std::size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != c) end += text[end] == '\\' && c != '`' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  if (text.compare(at, 2, "--") == 0) return std::min(text.find('\n', at), text.size());
  if (text.compare(at, 2, "/*") != 0) return at + 1;
  const std::size_t end = text.find("*/", at + 2);
  return end == std::string::npos ? text.size() : end + 2;
}

/// Words, quoted texts without their quotes, and single characters; `ends` gets where each ends.
std::vector<std::string> words_of(const std::string& text, std::vector<std::size_t>* ends = nullptr) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = piece_end(text, at);
    const bool is_quoted = text[at] == '\'' || text[at] == '"' || text[at] == '`';
    if (is_word(text[at]))
      while (end < text.size() && is_word(text[end])) ++end;
    if (is_quoted)
      words.push_back(text.substr(at + 1, end - at - 2));
    else if (end == at + 1 ? !std::isspace(static_cast<unsigned char>(text[at]))
                           : is_word(text[at]))
      words.push_back(text.substr(at, end - at));
    if (ends != nullptr && ends->size() < words.size()) ends->push_back(end);
    at = end;
  }
  return words;
}

bool is(const std::vector<std::string>& words, std::size_t at, std::string_view word) {
  return at < words.size() && equal_ignoring_case(words[at], word);
}

std::string word_at(const std::vector<std::string>& words, std::size_t at) {
  return at < words.size() ? words[at] : std::string();
}

/// Spaces in place of all that is before `begin`, so that what follows keeps its line and column.
std::string blank_before(std::string text, std::size_t begin) {
  for (std::size_t at = 0; at < begin; ++at)
    if (text[at] != '\n') text[at] = ' ';
  return text;
}

/// The fix with the nearest of the known names, where one is near.
std::string fix_with(const std::string& name, const std::vector<std::string>& known,
                     const std::string& fix) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? fix : "did you mean `" + nearest + "`? " + fix;
}

std::string state_of(Job& job) {
  if (!job.await_for(std::chrono::microseconds(0))) return "running";
  const Status end = job.await();
  return end ? "ended" : "failed: " + end.error().message;
}

Error statement_error(const std::string& message, const std::string& fix = kStatements) {
  return make_error(ErrorKind::Usage, "sql: " + message, fix);
}

}  // namespace

std::vector<std::string> split_statements(const std::string& text) {
  std::vector<std::string> statements(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = piece_end(text, at);
    const std::string piece = text.substr(at, end - at);
    const bool is_comment = piece.starts_with("--") || piece.starts_with("/*");
    if (text[at] == ';')
      statements.push_back(blank_before(statements.back() + " ", statements.back().size() + 1));
    else
      statements.back() += is_comment ? blank_before(piece, piece.size()) : piece;
    at = end;
  }
  std::erase_if(statements, [](const std::string& one) {
    return std::all_of(one.begin(), one.end(), [](unsigned char c) { return std::isspace(c); });
  });
  return statements;
}

SqlShell::SqlShell(SessionSettings settings) : session_(std::move(settings)) {}

Result<std::string> SqlShell::run(const std::string& statement) {
  const auto words = words_of(statement);
  if (words.empty()) return std::string();
  if (is(words, 0, "SELECT") || is(words, 0, "WITH") || words[0] == "(") return select(statement);
  if (is(words, 0, "CREATE")) return create_view(words, statement);
  if (is(words, 0, "DROP") && is(words, 1, "VIEW")) return drop_view(word_at(words, 2));
  if (is(words, 0, "SHOW")) return show(word_at(words, 1));
  if (is(words, 0, "DESCRIBE") || is(words, 0, "DESC")) return describe(word_at(words, 1));
  if (is(words, 0, "STOP")) return stop(word_at(words, 1));
  if (!is(words, 0, "RUN"))
    return statement_error("unknown statement: '" + words[0] + "'",
                           fix_with(words[0], kFirstWords, kStatements));
  const std::size_t start = statement.find_first_not_of(" \t\r\n", statement.find(words[0]) + 3);
  std::string file = start == std::string::npos ? "" : statement.substr(start);
  while (!file.empty() && std::isspace(static_cast<unsigned char>(file.back()))) file.pop_back();
  if (file.size() >= 2 && (file.front() == '\'' || file.front() == '"')) file = file.substr(1, file.size() - 2);
  return run_topology(file);
}

Result<std::string> SqlShell::select(const std::string& text) {
  auto frame = session_.sql(text);
  if (!frame) return std::move(frame.error());
  auto shown = frame->show_text(1000, false);
  return shown ? std::move(shown) : with_view_hint(std::move(shown.error()), text);
}

/// Which view may be meant by the name in `text` that is none.
Error SqlShell::with_view_hint(Error error, const std::string& text) const {
  if (error.error_class != "TABLE_OR_VIEW_NOT_FOUND") return error;
  error.fix = "SHOW VIEWS lists views; files are read as json.`folder`";
  std::vector<std::string> known = session_.view_names();
  for (const std::string& word : words_of(text))
    if (const std::string nearest = nearest_name(word, known);
        !nearest.empty() && error.message.find("`" + word + "`") != std::string::npos)
      error.label = "did you mean `" + nearest + "`?";
  return error;
}

Result<std::string> SqlShell::create_view(const std::vector<std::string>& words,
                                          const std::string& text) {
  std::size_t at = 1;
  const bool replace = is(words, at, "OR") && is(words, at + 1, "REPLACE");
  if (replace) at += 2;
  if (!is(words, at, "TEMPORARY") && !is(words, at, "TEMP"))
    return statement_error("views are temporary", "write CREATE TEMPORARY VIEW name AS SELECT ...");
  if (!is(words, ++at, "VIEW")) return statement_error("only views can be made");
  const std::string name = word_at(words, at + 1);
  at += 2;
  auto frame = [&]() -> Result<DataFrame> {
    if (is(words, at, "USING")) return view_over_files(words, at + 1);
    if (!is(words, at, "AS"))
      return statement_error("a view needs AS SELECT ... or USING format OPTIONS (...)");
    std::vector<std::size_t> ends;
    words_of(text, &ends);
    return session_.sql(blank_before(text, ends[at]));
  }();
  if (!frame) return std::move(frame.error());
  if (auto schema = frame->schema(); !schema)
    return with_view_hint(std::move(schema.error()), text);
  if (replace) frame->create_or_replace_temp_view(name);
  else if (auto status = frame->create_temp_view(name); !status) return std::move(status.error());
  return std::string();
}

// format OPTIONS (name 'value', ...); `schema` is an option here.
Result<DataFrame> SqlShell::view_over_files(const std::vector<std::string>& words, std::size_t at) {
  DataStreamReader reader = session_.read();
  reader.format(word_at(words, at));
  if (!is(words, at + 1, "OPTIONS") || !is(words, at + 2, "("))
    return statement_error("USING needs OPTIONS", "write USING json OPTIONS (path 'folder')");
  std::string path;
  for (at += 3; at < words.size() && words[at] != ")"; ++at) {
    if (words[at] == ",") continue;
    const std::string name = words[at];
    if (is(words, at + 1, "=")) ++at;
    const std::string value = word_at(words, ++at);
    if (equal_ignoring_case(name, "path")) path = value;
    else if (equal_ignoring_case(name, "schema")) reader.schema(value);
    else reader.option(name, value);
  }
  return reader.load(path);
}

Result<std::string> SqlShell::drop_view(const std::string& name) {
  if (session_.drop_temp_view(name)) return std::string();
  return statement_error("no such view: '" + name + "'",
                         fix_with(name, session_.view_names(), "SHOW VIEWS lists them"));
}

Result<std::string> SqlShell::show(const std::string& what) {
  std::string out;
  if (equal_ignoring_case(what, "VIEWS") || equal_ignoring_case(what, "TABLES")) {
    for (const std::string& name : session_.view_names()) out += name + "\n";
    return out;
  }
  if (!equal_ignoring_case(what, "QUERIES"))
    return statement_error("nothing is called '" + what + "'", "write SHOW VIEWS or SHOW QUERIES");
  for (const auto& job : jobs_) out += job->plan().name + "  " + state_of(*job) + "\n";
  return out;
}

Result<std::string> SqlShell::describe(const std::string& name) {
  auto frame = session_.table(name);
  if (!frame) return with_view_hint(std::move(frame.error()), name);
  auto schema = frame->schema();
  if (!schema) return std::move(schema.error());
  std::string out;
  for (const Field& field : schema->fields) out += field.name + "  " + field.type.to_string() + "\n";
  return out;
}

Result<std::string> SqlShell::run_topology(const std::string& file) {
  TopologyRequest request{file};
  request.to_run = true;
  auto prepared = prepare(request);
  if (!prepared) return std::move(prepared.error());
  if (!prepared->errors.empty()) {
    print_errors(*prepared);
    return make_error(ErrorKind::Config, "sql: not started: '" + file + "'",
                      "mend what is said above");
  }
  JobOptions options = job_options(prepared->loaded);
  options.on_warning = [secrets = prepared->loaded.secrets](const std::string& where,
                                                            const std::string& text) {
    std::cerr << "warning: " + secrets.hidden(where + ": " + text) + "\n";
  };
  auto job = Job::start(*prepared->plan, std::move(options));
  if (!job) return std::move(job.error());
  jobs_.push_back(std::move(*job));
  return jobs_.back()->plan().name + " started\n";
}

Result<std::string> SqlShell::stop(const std::string& name) {
  for (const auto& job : jobs_) {
    if (job->plan().name != name) continue;
    job->stop();
    if (auto status = job->await(); !status) return std::move(status.error());
    return name + " stopped\n";
  }
  std::vector<std::string> known;
  for (const auto& job : jobs_) known.push_back(job->plan().name);
  return statement_error("no query of that name: '" + name + "'",
                         fix_with(name, known, "SHOW QUERIES lists them"));
}

std::vector<std::string> SqlShell::words() const {
  std::vector<std::string> all{"SELECT", "FROM",  "WHERE", "GROUP BY", "ORDER BY", "LIMIT",
                               "CREATE TEMPORARY VIEW", "DROP VIEW", "DESCRIBE", "SHOW VIEWS",
                               "SHOW QUERIES", "RUN", "STOP"};
  for (const std::string& name : session_.view_names()) all.push_back(name);
  for (const FunctionEntry* entry : FunctionRegistry::builtin().list()) all.push_back(entry->name);
  return all;
}

}  // namespace millrace::cli
