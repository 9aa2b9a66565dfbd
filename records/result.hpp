#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

/// Where a piece of text stands in what the user wrote. Lines and columns count from 1, columns in
/// UTF-8 code points; 0 means unknown.
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 0;  // code points to underline
};

/// What kind of failure this is; decides the exit code of the runner (sysexits.h numbers).
enum class ErrorKind {
  QueryFailed = 1,
  Usage = 64,
  BadData = 65,
  InputMissing = 66,
  Unavailable = 69,
  Internal = 70,
  CannotCreate = 73,
  Io = 74,
  Temporary = 75,
  Config = 78,
};

/// One failure as data. `error_class` and `sql_state` are Spark's where Spark has one
/// ("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"); `message` is lower-cost prose without a full stop
/// unless the wording is Spark's; `fix` says the way out; `label` is the text beside the caret.
struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::QueryFailed;
  std::string error_class;
  std::string sql_state;
  std::string message;
  std::string label;
  std::vector<std::string> notes;
  std::string fix;
  Origin origin;
};

inline Error make_error(ErrorKind kind, std::string message, std::string fix = {}) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.fix = std::move(fix);
  return error;
}

/// A value or the reason why there is none. Never thrown; must be looked at.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  /// Requires: ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  /// Requires: !ok().
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace millrace
