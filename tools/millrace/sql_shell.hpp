#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/job.hpp"
#include "session/session.hpp"

namespace millrace::cli {

/// One session of `millrace sql`: runs statements and gives what they print. Knows SELECT, views
/// (`CREATE [OR REPLACE] TEMPORARY VIEW name AS SELECT ...` or `... USING json OPTIONS (path 'x')`,
/// `DROP VIEW`, `SHOW VIEWS`, `DESCRIBE name`) and topologies (`RUN file`, `SHOW QUERIES`,
/// `STOP name`), whose memory sinks are tables. Not thread-safe.
class SqlShell {
 public:
  explicit SqlShell(SessionSettings settings);

  /// One statement without its semicolon. The text ends with a newline, or is empty.
  Result<std::string> run(const std::string& statement);
  /// Words that a statement may go on with: keywords, views, functions.
  std::vector<std::string> words() const;

 private:
  Result<std::string> select(const std::string& text);
  Error with_view_hint(Error error, const std::string& text) const;
  Result<std::string> create_view(const std::vector<std::string>& words, const std::string& text);
  Result<DataFrame> view_over_files(const std::vector<std::string>& words, std::size_t at);
  Result<std::string> drop_view(const std::string& name);
  Result<std::string> show(const std::string& what);
  Result<std::string> describe(const std::string& name);
  Result<std::string> run_topology(const std::string& file);
  Result<std::string> stop(const std::string& name);

  Session session_;
  std::vector<std::unique_ptr<Job>> jobs_;
};

/// Splits at semicolons that are not inside of quotes or comments; blank statements are left out. Each
/// has blanks in place of all that stands before it and of comments: its lines and columns are those of
/// the whole text.
std::vector<std::string> split_statements(const std::string& text);

}  // namespace millrace::cli
