#pragma once

#include "session/data_frame.hpp"
#include "session/data_stream_reader.hpp"
#include "session/data_stream_writer.hpp"
#include "session/session_settings.hpp"
#include "session/streaming_query_manager.hpp"
#include "session/user_function.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// The way into the engine for a C++ program (Spark's SparkSession): settings, temporary views, SQL
/// and readers. Two sessions never see each other's views and queries. Safe to call from any
/// thread.
class Session {
 public:
  explicit Session(SessionSettings settings = {});

  DataStreamReader read_stream() const;
  /// The same for what is there now, read once by each query.
  DataStreamReader read() const;
  /// The plan of one SELECT over views, memory tables as they are now, and files (``json.`folder` ``).
  /// Errors: PARSE_SYNTAX_ERROR; names and types are checked later, as for every frame.
  Result<DataFrame> sql(const std::string& text) const;
  /// A view, or the rows that the table of a memory sink holds now. TABLE_OR_VIEW_NOT_FOUND.
  Result<DataFrame> table(const std::string& name) const;
  /// A frame of the given rows, one value for each column.
  DataFrame create_data_frame(Schema schema, std::vector<std::vector<Value>> rows) const;
  /// Makes a function of the program known to expressions and SQL of this session:
  /// `register_function("twice", [](std::int64_t n) { return 2 * n; })`. See `make_user_function`.
  template <class F>
  Status register_function(std::string name, F call) const {
    return register_function(make_user_function(std::move(name), std::move(call)));
  }
  Status register_function(ProgramFunction function) const;
  /// The session's queries and their listeners.
  StreamingQueryManager streams() const;
  /// A frame of structs that MILLRACE_ROW was written for.
  template <RowType T>
  DataFrame create_data_frame(const std::vector<T>& rows) const {
    std::vector<std::vector<Value>> values;
    for (const T& row : rows) values.push_back(values_of(row));
    return create_data_frame(schema_of_rows<T>(), std::move(values));
  }
  /// Names of all views, sorted.
  std::vector<std::string> view_names() const;
  /// False when there was no such view.
  bool drop_temp_view(const std::string& name) const;

  const SessionSettings& settings() const;

 private:
  std::shared_ptr<SessionState> state_;
};

}  // namespace millrace
