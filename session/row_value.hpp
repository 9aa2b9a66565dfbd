#pragma once

#include "records/value.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// A point in time as TIMESTAMP holds it.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Between values of the engine and C++ types: `read` is false when the value is of another type, NULL
/// or out of range; `type_of` is the SQL type a C++ type is written as.
namespace row_value {

inline bool read(const Value& value, bool& to) {
  const bool* truth = std::get_if<bool>(&value.storage);
  if (truth) to = *truth;
  return truth != nullptr;
}

template <std::integral T>
bool read(const Value& value, T& to) {
  const auto* number = std::get_if<std::int64_t>(&value.storage);
  if (!number || !std::in_range<T>(*number)) return false;
  to = static_cast<T>(*number);
  return true;
}

inline bool read(const Value& value, double& to) {
  if (const auto* number = std::get_if<std::int64_t>(&value.storage)) {
    to = static_cast<double>(*number);
    return value.type.is_numeric();
  }
  const double* number = std::get_if<double>(&value.storage);
  if (number) to = *number;
  return number != nullptr;
}

inline bool read(const Value& value, std::string& to) {
  const std::string* text = std::get_if<std::string>(&value.storage);
  if (text) to = *text;
  return text != nullptr;
}

inline bool read(const Value& value, Timestamp& to) {
  const auto* micros = std::get_if<std::int64_t>(&value.storage);
  const TypeKind kind = value.type.kind();
  if (!micros || (kind != TypeKind::Timestamp && kind != TypeKind::TimestampNtz)) return false;
  to = Timestamp(std::chrono::microseconds(*micros));
  return true;
}

template <class T>
bool read(const Value& value, std::vector<T>& to);
template <class T>
bool read(const Value& value, std::optional<T>& to);

template <class T>
bool read(const Value& value, std::vector<T>& to) {
  const auto* elements = std::get_if<std::vector<Value>>(&value.storage);
  if (!elements || value.type.kind() != TypeKind::Array) return false;
  to.clear();
  for (const Value& element : *elements) {
    T one{};
    if (!read(element, one)) return false;
    to.push_back(std::move(one));
  }
  return true;
}

template <class T>
bool read(const Value& value, std::optional<T>& to) {
  to.reset();
  return value.is_null() || read(value, to.emplace());
}

// What the types below have in common: the SQL type, and a value of it.

inline DataType type_of(const bool*) { return TypeKind::Boolean; }
template <std::integral T>
DataType type_of(const T*) {
  return sizeof(T) < 8 ? (sizeof(T) < 4 ? TypeKind::Short : TypeKind::Int) : TypeKind::Long;
}
inline DataType type_of(const double*) { return TypeKind::Double; }
inline DataType type_of(const std::string*) { return TypeKind::String; }
inline DataType type_of(const Timestamp*) { return TypeKind::Timestamp; }
template <class T>
DataType type_of(const std::optional<T>*) {
  return type_of(static_cast<const T*>(nullptr));
}

template <class T>
Value made_of(const T& from);
template <class T>
Value made_of(const std::optional<T>& from) {
  return from ? made_of(*from) : Value{type_of(&from), {}};
}
template <class T>
Value made_of(const T& from) {
  const DataType type = type_of(&from);
  if constexpr (std::same_as<T, Timestamp>)
    return {type, std::int64_t{from.time_since_epoch().count()}};
  else if constexpr (std::integral<T> && !std::same_as<T, bool>)
    return {type, static_cast<std::int64_t>(from)};
  else
    return {type, from};
}

}  // namespace row_value
}  // namespace millrace
