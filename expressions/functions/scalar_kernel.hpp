#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "expressions/binder.hpp"
#include "expressions/function_registry.hpp"

namespace millrace {

/// Types in the signature of a function: `add<Int(String, String)>`. `Stored` lies in the column,
/// `Passed` goes through the lambda.
namespace sql {
template <TypeKind Kind, class StoredType, class PassedType = StoredType>
struct Tag {
  using Stored = StoredType;
  using Passed = PassedType;
  static DataType type() { return DataType(Kind); }
};
using Boolean = Tag<TypeKind::Boolean, std::uint8_t, bool>;
using Int = Tag<TypeKind::Int, std::int32_t>;
using Long = Tag<TypeKind::Long, std::int64_t>;
using Double = Tag<TypeKind::Double, double>;
using String = Tag<TypeKind::String, std::string_view>;
using Binary = Tag<TypeKind::Binary, std::string_view>;
using Date = Tag<TypeKind::Date, std::int32_t>;
using Timestamp = Tag<TypeKind::Timestamp, std::int64_t>;
using TimestampNtz = Tag<TypeKind::TimestampNtz, std::int64_t>;
}  // namespace sql

/// What a lambda returns that gives NULL only where it failed: unlike with std::optional, the call is
/// nullable no more than its arguments.
template <class T>
struct OrError : std::optional<T> {
  using std::optional<T>::optional;
};

/// The row a lambda works on, for results that need memory or may fail.
class CallRow {
 public:
  CallRow(EvalContext& context, Column& out) : context_(context), out_(out) {}

  std::uint32_t row = 0;
  /// Where the bytes of a text result are written; views of the arguments may be returned too.
  Arena& arena() { return out_.arena(); }
  EvalContext& context() { return context_; }
  std::string_view copy(std::string_view text) { return out_.arena().copy(text); }
  /// `return row.fail(error)` from a lambda that returns an optional.
  std::nullopt_t fail(Error error) {
    context_.fail(row, std::move(error));
    return std::nullopt;
  }

 private:
  EvalContext& context_;
  Column& out_;
};

enum class NullRule {
  Propagate,  // a NULL argument makes a NULL result; `run` must skip rows that are NULL already
  Own,        // `run` looks at NULLs itself
};

/// A call on evaluated columns: does what all calls share (constants, NULLs, errors of constants)
/// and leaves the values to `run`, once a batch.
class CallExpression : public BoundExpression {
 public:
  CallExpression(DataType type, bool nullable, std::vector<BoundExpressionPtr> arguments,
                 NullRule null_rule = NullRule::Propagate)
      : BoundExpression(std::move(type), nullable),
        arguments_(std::move(arguments)),
        null_rule_(null_rule) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const final;
  bool is_constant() const override;

 protected:
  /// `out` has a row for each of `rows`; nested results append to its children.
  virtual void run(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                   Column& out) const = 0;

 private:
  ColumnRef evaluate_constant(EvalContext& context, const std::vector<ColumnRef>& columns,
                              Rows rows) const;

  std::vector<BoundExpressionPtr> arguments_;
  NullRule null_rule_;
};

namespace detail {

template <class Tag>
struct Reader {
  explicit Reader(const Column& column)
      : values(column.values<typename Tag::Stored>()), mask(column.index_mask()) {}
  typename Tag::Passed operator[](std::uint32_t row) const {
    return static_cast<typename Tag::Passed>(values[row & mask]);
  }
  const typename Tag::Stored* values;
  std::uint32_t mask;
};

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_or_error = false;
template <class T>
constexpr bool is_or_error<OrError<T>> = true;

template <class F, class... Arguments>
auto call(const F& f, CallRow& row, Arguments... arguments) {
  if constexpr (std::invocable<const F&, CallRow&, Arguments...>)
    return f(row, arguments...);
  else
    return f(arguments...);
}

template <class Signature, class F>
class ScalarKernel;

template <class Out, class... In, class F>
class ScalarKernel<Out(In...), F> final : public CallExpression {
 public:
  using Returned = decltype(call(std::declval<const F&>(), std::declval<CallRow&>(),
                                 std::declval<typename In::Passed>()...));
  static constexpr bool kMayBeNull = is_optional<Returned>;

  ScalarKernel(bool nullable, std::vector<BoundExpressionPtr> arguments, F f)
      : CallExpression(Out::type(), nullable || kMayBeNull, std::move(arguments)),
        f_(std::move(f)) {}

 protected:
  void run(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
           Column& out) const override {
    run_with(context, columns, rows, out, std::index_sequence_for<In...>());
  }

 private:
  template <std::size_t... I>
  void run_with(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                Column& out, std::index_sequence<I...>) const {
    (void)columns;  // unused when there are no arguments
    const std::tuple<Reader<In>...> readers{Reader<In>(*columns[I])...};
    auto* const values = out.mutable_values<typename Out::Stored>();
    const bool skip_nulls = out.has_nulls();
    CallRow at(context, out);
    rows.for_each([&](std::uint32_t row) {
      if (skip_nulls && out.is_null(row)) return;
      at.row = row;
      auto value = call(f_, at, std::get<I>(readers)[row]...);
      if constexpr (kMayBeNull || detail::is_or_error<Returned>) {
        if (!value) return out.set_null(row);
        values[row] = static_cast<typename Out::Stored>(*value);
      } else {
        values[row] = static_cast<typename Out::Stored>(value);
      }
    });
  }

  F f_;
};

}  // namespace detail

/// Work on whole columns, for results and arguments that the signature tags do not cover.
using BatchFunction = std::function<void(EvalContext&, const std::vector<ColumnRef>&, Rows, Column&)>;
/// A call that runs `function` once a batch.
BoundExpressionPtr make_call(DataType type, bool nullable, std::vector<BoundExpressionPtr> arguments,
                             BatchFunction function, NullRule null_rule = NullRule::Propagate);
/// The same, nullable when one of the arguments is.
BoundExpressionPtr make_call(DataType type, std::vector<BoundExpressionPtr> arguments,
                             BatchFunction function, NullRule null_rule = NullRule::Propagate);

using Arguments = std::vector<BoundExpressionPtr>;

/// Checks the number of arguments (WRONG_NUM_ARGS), fills missing trailing ones from `defaults` and
/// casts each to its type (DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE when Spark would not).
Result<Arguments> coerce_arguments(const FunctionCall& call, const std::vector<DataType>& types,
                                   const std::vector<Value>& defaults = {});
/// Casts one argument the same way.
Result<BoundExpressionPtr> coerce_argument(const FunctionCall& call, std::size_t index,
                                           const DataType& type);
/// Fails unless there are `min` to `max` arguments.
Status check_num_arguments(const FunctionCall& call, std::size_t min, std::size_t max);
/// Binds another function of the registry to arguments that are bound already.
Result<BoundExpressionPtr> call_function(const char* name, Arguments arguments,
                                         const FunctionCall& from);
bool any_nullable(const Arguments& arguments);
/// The value of a constant expression; empty when it is not constant or its evaluation fails.
std::optional<Value> constant_value(const BoundExpression& expression);
/// Text of a constant, non-null String or Binary expression.
std::optional<std::string> constant_text(const BoundExpression& expression);

Value text_value(std::string text);
Value int_value(std::int32_t number);
Value null_value(DataType type);

/// A `make` for `binder` and `add_bound` that needs nothing from the call.
template <class F>
auto plain(F f) {
  return [f](const FunctionCall&, const Arguments&) -> Result<F> { return f; };
}

/// Adds functions of one group to the registry; a function's name is its signature up to the
/// parenthesis: `strings.add<Int(String)>("length(text)", "Number of characters.", [](auto text) {...})`.
/// A lambda takes the values, or a `CallRow&` and the values, and returns the value, an optional (the
/// call is nullable) or an OrError (as nullable as its arguments).
class FunctionGroup {
 public:
  FunctionGroup(FunctionRegistry& registry, std::string name)
      : registry_(registry), name_(std::move(name)) {}

  template <class Signature, class F>
  FunctionGroup& add(const char* signature, const char* summary, F f,
                     std::vector<Value> defaults = {}) {
    return add_bound<Signature>(signature, summary, plain(f), std::move(defaults));
  }

  /// As `add`, for lambdas with something made once when the call is bound (settings, a compiled
  /// pattern): `make(call, arguments)` returns a Result of the lambda.
  template <class Signature, class Make>
  FunctionGroup& add_bound(const char* signature, const char* summary, Make make,
                           std::vector<Value> defaults = {}) {
    return add_custom(signature, summary, binder<Signature>(std::move(make), std::move(defaults)));
  }

  /// The function that `add_bound` would register, for entries that choose among several.
  template <class Signature, class Make>
  static auto binder(Make make, std::vector<Value> defaults = {}) {
    return [make = std::move(make), defaults = std::move(defaults)](
               const FunctionCall& call) -> Result<BoundExpressionPtr> {
      Result<Arguments> arguments = coerce_arguments(call, types_of(Tags<Signature>{}), defaults);
      if (!arguments) return arguments.error();
      auto f = make(call, *arguments);
      if (!f) return f.error();
      using F = std::decay_t<decltype(*f)>;
      const bool nullable = any_nullable(*arguments);
      return BoundExpressionPtr(std::make_shared<detail::ScalarKernel<Signature, F>>(
          nullable, std::move(*arguments), std::move(*f)));
    };
  }

  using Bind = std::function<Result<BoundExpressionPtr>(const FunctionCall&)>;
  FunctionGroup& add_custom(const char* signature, const char* summary, Bind bind);
  /// As add_custom, for functions whose value differs from call to call.
  FunctionGroup& add_random(const char* signature, const char* summary, Bind bind);
  /// A second name for the function added last.
  FunctionGroup& alias(const char* name);

 private:
  template <class Signature>
  struct Tags {};
  template <class Out, class... In>
  static std::vector<DataType> types_of(Tags<Out(In...)>) {
    return {In::type()...};
  }

  FunctionGroup& add_entry(const char* signature, const char* summary, bool deterministic, Bind bind);

  FunctionRegistry& registry_;
  std::string name_;
  std::string last_;
};

}  // namespace millrace
