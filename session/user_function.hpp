#pragma once

#include "records/result.hpp"
#include "session/row_value.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

class FunctionRegistry;

/// A scalar function of the program for expressions and SQL: the value for one row's arguments.
/// Called by several threads at once; an exception it throws is the row's error.
struct ProgramFunction {
  std::string name;
  std::vector<DataType> arguments;
  DataType returns;
  std::function<Result<Value>(const std::vector<Value>&)> call;
};

/// The registry with the function in it; it takes the place of a function of that name. Error: a name
/// that is no identifier.
Result<std::shared_ptr<const FunctionRegistry>> with_function(const FunctionRegistry& registry,
                                                              ProgramFunction function);

namespace detail {

template <class T>
constexpr bool is_result = false;
template <class T>
constexpr bool is_result<Result<T>> = true;

template <class Returned>
struct ReturnedValue {
  using type = Returned;
};
template <class T>
struct ReturnedValue<Result<T>> {
  using type = T;
};

/// NULL for an argument that is no optional makes the result NULL.
template <class Returned, class... Arguments>
ProgramFunction user_function(std::string name, std::function<Returned(Arguments...)> call) {
  using Value_ = typename ReturnedValue<Returned>::type;
  const auto run = [call = std::move(call)]<std::size_t... I>(
                       const std::vector<Value>& values,
                       std::index_sequence<I...>) -> Result<Value> {
    std::tuple<std::decay_t<Arguments>...> arguments;
    if (!(row_value::read(values[I], std::get<I>(arguments)) && ...))
      return Value{row_value::type_of(static_cast<const Value_*>(nullptr)), {}};
    if constexpr (is_result<Returned>) {
      auto made = call(std::get<I>(arguments)...);
      if (!made) return std::move(made.error());
      return row_value::made_of(*made);
    } else {
      return row_value::made_of(call(std::get<I>(arguments)...));
    }
  };
  ProgramFunction function;
  function.name = std::move(name);
  function.arguments = {row_value::type_of(static_cast<const std::decay_t<Arguments>*>(nullptr))...};
  function.returns = row_value::type_of(static_cast<const Value_*>(nullptr));
  function.call = [run](const std::vector<Value>& values) {
    return run(values, std::index_sequence_for<Arguments...>());
  };
  return function;
}

}  // namespace detail

/// A function from a lambda: `make_user_function("twice", [](std::int64_t n) { return 2 * n; })`. Types:
/// those of `Row::get`, and `Result` of them to fail with an error.
template <class F>
ProgramFunction make_user_function(std::string name, F call) {
  return detail::user_function(std::move(name), std::function(std::move(call)));
}

}  // namespace millrace
