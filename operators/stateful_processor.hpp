#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// `transform_with_state`: a program's own stateful operator, in the shape of Spark 4's
/// StatefulProcessor. Standard types and virtual calls only, so that a shared library which holds
/// processors links nothing of this project (processor_library.hpp). All calls of one processor
/// come from one thread at a time. What it throws fails the job with the text of the exception.
namespace millrace {

/// What timers and times to live go by.
enum class TimeMode { None, EventTime, ProcessingTime };

/// One row of named columns. Columns are found once by name and then read by place. Times are
/// microseconds since 1970 UTC, dates are days. Views of text are good for the call only.
class RowView {
 public:
  virtual ~RowView() = default;
  /// -1 when there is no such column; upper and lower case do not differ.
  virtual int column(std::string_view name) const = 0;
  virtual bool is_null(int column) const = 0;
  // Requires: not NULL.
  /// Whole numbers, booleans, dates and times.
  virtual std::int64_t get_long(int column) const = 0;
  /// Numbers of any kind.
  virtual double get_double(int column) const = 0;
  /// STRING and BINARY.
  virtual std::string_view get_text(int column) const = 0;
};

/// The rows of one key that have arrived together: at least one, in the order of arrival.
class InputRows {
 public:
  virtual ~InputRows() = default;
  /// The next row, good until the next call; null at the end.
  virtual const RowView* next() = 0;
};

/// Where results go, as rows of the schema that the operator was declared with.
class OutputRows {
 public:
  virtual ~OutputRows() = default;
  /// One row: a number, a text, or std::nullopt for NULL for each column.
  template <class... Values>
  void emit(const Values&... values) {
    begin_row(sizeof...(Values));
    int column = 0;
    (put(column++, values), ...);
  }

 protected:
  /// Throws when the schema has not so many columns, and `put_*` when a column is of another kind.
  virtual void begin_row(std::size_t num_columns) = 0;
  virtual void put_null(int column) = 0;
  virtual void put_long(int column, std::int64_t value) = 0;
  virtual void put_double(int column, double value) = 0;
  virtual void put_text(int column, std::string_view value) = 0;

 private:
  template <class Value>
  void put(int column, const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullopt_t>)
      put_null(column);
    else if constexpr (std::is_floating_point_v<Value>)
      put_double(column, value);
    else if constexpr (std::is_integral_v<Value>)
      put_long(column, static_cast<std::int64_t>(value));
    else
      put_text(column, value);
  }
  template <class Value>
  void put(int column, const std::optional<Value>& value) {
    value ? put(column, *value) : put_null(column);
  }
};

/// What the clocks say. Milliseconds since 1970 UTC, as in Spark.
struct TimerValues {
  std::int64_t processing_time_ms = 0;
  /// 0 while there is none.
  std::int64_t watermark_ms = 0;
};

/// How values of a state become bytes: text as it is, other types bit by bit. Specialise it for
/// types that hold memory of their own.
template <class T>
struct StateCodec {
  static_assert(std::is_trivially_copyable_v<T>, "specialise StateCodec for this type");
  static void encode(const T& value, std::string& to) {
    to.assign(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static T decode(std::string_view bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
  }
};
template <>
struct StateCodec<std::string> {
  static void encode(const std::string& value, std::string& to) { to = value; }
  static std::string decode(std::string_view bytes) { return std::string(bytes); }
};

/// The bytes of one declared state, for the key that the processor is called for. Elements are
/// ordered; value states have one, with an empty sub-key.
class StateCells {
 public:
  virtual ~StateCells() = default;
  /// Bytes of the element; nothing when there is none or its time to live is over.
  virtual std::optional<std::string_view> get(std::string_view sub_key) = 0;
  virtual void put(std::string_view sub_key, std::string_view bytes) = 0;
  virtual void remove(std::string_view sub_key) = 0;
  virtual void append(std::string_view bytes) = 0;
  virtual void clear() = 0;
  /// Calls `visit` for each element; it must not change this state.
  virtual void each(
      const std::function<void(std::string_view sub_key, std::string_view bytes)>& visit) = 0;
};

/// One value for each key.
template <class T>
class ValueState {
 public:
  explicit ValueState(StateCells* cells = nullptr) : cells_(cells) {}
  bool exists() const { return cells_->get({}).has_value(); }
  std::optional<T> get() const {
    const auto bytes = cells_->get({});
    return bytes ? std::optional<T>(StateCodec<T>::decode(*bytes)) : std::nullopt;
  }
  void update(const T& value) {
    StateCodec<T>::encode(value, bytes_);
    cells_->put({}, bytes_);
  }
  void clear() { cells_->clear(); }

 private:
  StateCells* cells_;
  std::string bytes_;
};

/// Values for each key, in the order in which they were appended.
template <class T>
class ListState {
 public:
  explicit ListState(StateCells* cells = nullptr) : cells_(cells) {}
  bool exists() const {
    bool any = false;
    cells_->each([&](std::string_view, std::string_view) { any = true; });
    return any;
  }
  std::vector<T> get() const {
    std::vector<T> values;
    cells_->each([&](std::string_view, std::string_view bytes) {
      values.push_back(StateCodec<T>::decode(bytes));
    });
    return values;
  }
  void append(const T& value) {
    StateCodec<T>::encode(value, bytes_);
    cells_->append(bytes_);
  }
  void put(const std::vector<T>& values) {
    clear();
    for (const T& value : values) append(value);
  }
  void clear() { cells_->clear(); }

 private:
  StateCells* cells_;
  std::string bytes_;
};

/// Values by a key of the program's own, for each key; in no order that means anything.
template <class K, class V>
class MapState {
 public:
  explicit MapState(StateCells* cells = nullptr) : cells_(cells) {}
  bool contains(const K& key) { return cells_->get(sub_key(key)).has_value(); }
  std::optional<V> get(const K& key) {
    const auto bytes = cells_->get(sub_key(key));
    return bytes ? std::optional<V>(StateCodec<V>::decode(*bytes)) : std::nullopt;
  }
  void update(const K& key, const V& value) {
    StateCodec<V>::encode(value, bytes_);
    cells_->put(sub_key(key), bytes_);
  }
  void remove(const K& key) { cells_->remove(sub_key(key)); }
  std::vector<std::pair<K, V>> entries() const {
    std::vector<std::pair<K, V>> all;
    cells_->each([&](std::string_view key, std::string_view bytes) {
      all.emplace_back(StateCodec<K>::decode(key), StateCodec<V>::decode(bytes));
    });
    return all;
  }
  void clear() { cells_->clear(); }

 private:
  std::string_view sub_key(const K& key) {
    StateCodec<K>::encode(key, sub_key_);
    return sub_key_;
  }

  StateCells* cells_;
  std::string sub_key_;
  std::string bytes_;
};

/// Where a processor declares its states, in `init`, and sets timers for the key it is called for.
/// Lives as long as the processor.
class StatefulProcessorHandle {
 public:
  virtual ~StatefulProcessorHandle() = default;

  /// Names are unique in one processor. `ttl_ms`: an element that was not written for so long, in
  /// processing time, is gone; 0: it stays.
  template <class T>
  ValueState<T> value_state(std::string_view name, std::int64_t ttl_ms = 0) {
    return ValueState<T>(declare(name, CellKind::Value, ttl_ms));
  }
  template <class T>
  ListState<T> list_state(std::string_view name, std::int64_t ttl_ms = 0) {
    return ListState<T>(declare(name, CellKind::List, ttl_ms));
  }
  template <class K, class V>
  MapState<K, V> map_state(std::string_view name, std::int64_t ttl_ms = 0) {
    return MapState<K, V>(declare(name, CellKind::Map, ttl_ms));
  }

  /// `handle_expired_timer` is called for the key when the watermark, or processing time, has
  /// reached this time. Setting a timer twice is setting it once. Throws with TimeMode::None.
  virtual void register_timer(std::int64_t expiry_ms) = 0;
  virtual void delete_timer(std::int64_t expiry_ms) = 0;
  /// Of the key, ascending.
  virtual std::vector<std::int64_t> list_timers() const = 0;

  /// What the user set for this processor, as text; names ignore case.
  virtual std::optional<std::string> option(std::string_view name) const = 0;

 protected:
  enum class CellKind { Value, List, Map };
  /// Throws when the name was declared before, or outside of `init`.
  virtual StateCells* declare(std::string_view name, CellKind kind, std::int64_t ttl_ms) = 0;
};

/// The program's part. One object for each subtask; state belongs to keys, so members hold nothing
/// that must survive.
class StatefulProcessor {
 public:
  virtual ~StatefulProcessor() = default;
  /// Called once, before anything else: declare states here.
  virtual void init(StatefulProcessorHandle& handle) = 0;
  /// How many rows of a key come in one call is chance: results must not depend on it.
  virtual void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues& times,
                                 OutputRows& out) = 0;
  virtual void handle_expired_timer(const RowView& /*key*/, std::int64_t /*expiry_ms*/,
                                    const TimerValues& /*times*/, OutputRows& /*out*/) {}
  /// Called for each row of the initial state, before any input, when a query starts for the first
  /// time.
  virtual void handle_initial_state(const RowView& /*key*/, const RowView& /*initial*/,
                                    const TimerValues& /*times*/) {}
  virtual void close() {}
};

/// Makes the processor of one subtask.
using MakeProcessor = std::function<std::unique_ptr<StatefulProcessor>()>;

}  // namespace millrace
