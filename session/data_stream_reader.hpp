#pragma once

#include "session/data_frame.hpp"

#include <memory>
#include <string>

namespace millrace {

/// What to read, as a stream or once (Spark's DataStreamReader and DataFrameReader). Methods change the reader and
/// give it back. Not thread-safe.
class DataStreamReader {
 public:
  enum class Mode { Stream, Static };
  explicit DataStreamReader(std::shared_ptr<SessionState> session, Mode mode = Mode::Stream)
      : session_(std::move(session)) {
    read_.streaming = mode == Mode::Stream;
  }

  /// `socket`, `rate`, `memory`, `json`, `csv` ...; an unknown one is an error of analysis.
  DataStreamReader& format(std::string name);
  /// Names are compared without case.
  DataStreamReader& option(std::string name, std::string value);
  DataStreamReader& option(std::string name, const char* value);
  DataStreamReader& option(std::string name, std::int64_t value);
  DataStreamReader& option(std::string name, int value);
  DataStreamReader& option(std::string name, bool value);
  /// Spark's DDL, `k STRING, v INT`, or a StructType as JSON.
  DataStreamReader& schema(std::string ddl);
  /// For `Session::read`: when a join with a stream reads the table again, a duration such as
  /// `10 minutes`, or `onChange` for files. Checked when the query starts.
  DataStreamReader& reload(std::string when);

  DataFrame load() const;
  DataFrame load(const std::string& path) const;

 private:
  std::shared_ptr<SessionState> session_;
  plan::Read read_;
  std::string reload_;
};

}  // namespace millrace
