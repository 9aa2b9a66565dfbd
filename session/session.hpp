#pragma once

#include "session/data_frame.hpp"
#include "session/data_stream_reader.hpp"
#include "session/data_stream_writer.hpp"
#include "session/session_settings.hpp"

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
  /// The plan of one SELECT over views and memory tables as they are now. Errors:
  /// PARSE_SYNTAX_ERROR; names and types are checked later, as for every frame.
  Result<DataFrame> sql(const std::string& text) const;
  /// A view, or the rows that the table of a memory sink holds now. TABLE_OR_VIEW_NOT_FOUND.
  Result<DataFrame> table(const std::string& name) const;
  /// A frame of the given rows, one value for each column.
  DataFrame create_data_frame(Schema schema, std::vector<std::vector<Value>> rows) const;
  /// False when there was no such view.
  bool drop_temp_view(const std::string& name) const;

  const SessionSettings& settings() const;

 private:
  std::shared_ptr<SessionState> state_;
};

}  // namespace millrace
