#include "expressions/functions/scalar_kernel.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "expressions/bind/type_coercion.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/null_order.hpp"

namespace millrace {

namespace {

ColumnRef constant_null(RecordPool& pool, const DataType& type) {
  ColumnRef column = pool.make_column(type);
  column->append_null();
  column->make_constant();
  return column;
}

bool all_constant(const std::vector<ColumnRef>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [](const ColumnRef& column) { return column->is_constant(); });
}

/// Every NULL of `from` below `rows` becomes one of `to`: 64 rows at a time.
void copy_nulls(const Column& from, std::size_t rows, Column& to) {
  if (!from.has_nulls() || from.is_constant()) return;
  const std::uint64_t* words = from.validity_words();
  for (std::size_t start = 0; start < rows; start += 64) {
    std::uint64_t nulls = ~words[start / 64];
    if (rows - start < 64) nulls &= (std::uint64_t{1} << (rows - start)) - 1;
    for (; nulls != 0; nulls &= nulls - 1)
      to.set_null(start + static_cast<std::size_t>(std::countr_zero(nulls)));
  }
}

/// Results may be views into the arguments.
void keep_bytes(const std::vector<ColumnRef>& columns, Column& out) {
  for (const ColumnRef& column : columns)
    if (column->type().is_bytes()) out.keep(column);
}

class BatchCall final : public CallExpression {
 public:
  BatchCall(DataType type, bool nullable, Arguments arguments, BatchFunction function,
            NullRule null_rule)
      : CallExpression(std::move(type), nullable, std::move(arguments), null_rule),
        function_(std::move(function)) {}

 protected:
  void run(EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
           Column& out) const override {
    function_(context, columns, rows, out);
  }

 private:
  BatchFunction function_;
};

std::string expected_arguments(std::size_t min, std::size_t max) {
  if (min == max) return std::to_string(min);
  if (max > 1000) return fmt::format("> {}", min == 0 ? 0 : min - 1);
  std::string text = "[";
  for (std::size_t n = min; n <= max; ++n) text += (n == min ? "" : ", ") + std::to_string(n);
  return text + "]";
}

}  // namespace

bool CallExpression::is_constant() const {
  return std::all_of(arguments_.begin(), arguments_.end(),
                     [](const BoundExpressionPtr& argument) { return argument->is_constant(); });
}

ColumnRef CallExpression::evaluate(EvalContext& context, const RecordBatch& batch,
                                   Rows rows) const {
  std::vector<ColumnRef> columns;
  columns.reserve(arguments_.size());
  const std::size_t first_error = context.errors.size();
  for (const BoundExpressionPtr& argument : arguments_) {
    const std::size_t num_errors = context.errors.size();
    columns.push_back(argument->evaluate(context, batch, rows));
    if (null_rule_ == NullRule::Propagate && context.errors.size() > num_errors)
      for (std::size_t i = 0; i + 1 < columns.size(); ++i)
        kernels::forgive_behind_null(context, num_errors, *columns[i], *argument);
  }
  if (null_rule_ == NullRule::Propagate)
    for (const ColumnRef& column : columns)
      if (column->is_constant() && column->is_null(0)) {
        if (context.errors.size() > first_error) kernels::forgive_before_null(context, first_error, arguments_);
        return constant_null(context.pool, type());
      }
  if (all_constant(columns)) return evaluate_constant(context, columns, rows);

  ColumnRef out = context.pool.make_column(type());
  out->resize(rows.end());
  if (null_rule_ == NullRule::Propagate)
    for (const ColumnRef& column : columns) copy_nulls(*column, rows.end(), *out);
  if (type().is_bytes()) keep_bytes(columns, *out);
  run(context, columns, rows, *out);
  return out;
}

ColumnRef CallExpression::evaluate_constant(EvalContext& context,
                                            const std::vector<ColumnRef>& columns,
                                            Rows rows) const {
  ColumnRef out = context.pool.make_column(type());
  out->resize(1);
  if (type().is_bytes()) keep_bytes(columns, *out);
  const std::size_t first_error = context.errors.size();
  run(context, columns, Rows::all(1), *out);
  out->make_constant();
  if (context.errors.size() > first_error) {
    const Error error = context.errors[first_error].error;
    context.errors.resize(first_error, RowError{0, error});
    rows.for_each([&](std::uint32_t row) { context.fail(row, error); });
  }
  return out;
}

BoundExpressionPtr make_call(DataType type, bool nullable, Arguments arguments,
                             BatchFunction function, NullRule null_rule) {
  return std::make_shared<BatchCall>(std::move(type), nullable, std::move(arguments),
                                     std::move(function), null_rule);
}

BoundExpressionPtr make_call(DataType type, Arguments arguments, BatchFunction function,
                             NullRule null_rule) {
  const bool nullable = any_nullable(arguments);
  return make_call(std::move(type), nullable, std::move(arguments), std::move(function), null_rule);
}

Status check_num_arguments(const FunctionCall& call, std::size_t min, std::size_t max) {
  if (call.syntax.size() >= min && call.syntax.size() <= max) return {};
  return wrong_num_arguments(call, expected_arguments(min, max));
}

Result<BoundExpressionPtr> coerce_argument(const FunctionCall& call, std::size_t index,
                                           const DataType& type) {
  const BoundExpressionPtr& argument = call.arguments[index];
  BoundExpressionPtr cast = argument ? implicit_cast(argument, type, call.settings) : nullptr;
  if (!cast) return unexpected_input_type(call, index, "\"" + type.to_sql() + "\"");
  return cast;
}

Result<Arguments> coerce_arguments(const FunctionCall& call, const std::vector<DataType>& types,
                                   const std::vector<Value>& defaults) {
  const std::size_t required = types.size() - defaults.size();
  if (Status status = check_num_arguments(call, required, types.size()); !status)
    return status.error();
  Arguments arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    Result<BoundExpressionPtr> argument = coerce_argument(call, i, types[i]);
    if (!argument) return argument.error();
    arguments.push_back(std::move(*argument));
  }
  for (std::size_t i = arguments.size(); i < types.size(); ++i)
    arguments.push_back(bound_literal(defaults[i - required]));
  return arguments;
}

Result<BoundExpressionPtr> call_function(const char* name, Arguments arguments,
                                         const FunctionCall& from) {
  const FunctionRegistry& functions = from.functions ? *from.functions : FunctionRegistry::builtin();
  const FunctionEntry* entry = functions.find(name);
  MILLRACE_CHECK(entry != nullptr && entry->bind_scalar, "call of a function that does not exist");
  std::vector<ExpressionPtr> syntax = from.syntax;
  syntax.resize(arguments.size(), make_expression(Literal{}));
  return entry->bind_scalar({name, std::move(arguments), false, from.settings, from.origin, syntax,
                             from.scope, from.functions});
}

bool any_nullable(const Arguments& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const BoundExpressionPtr& argument) { return argument->nullable(); });
}

std::optional<Value> constant_value(const BoundExpression& expression) {
  if (!expression.is_constant()) return std::nullopt;
  RecordPool::Owner pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const RecordBatch batch = pool->make_batch(std::make_shared<const Schema>());
  const ColumnRef column = expression.evaluate(context, batch, Rows::all(1));
  if (!context.errors.empty()) return std::nullopt;
  return value_at(*column, 0);
}

std::optional<std::string> constant_text(const BoundExpression& expression) {
  std::optional<Value> value = constant_value(expression);
  if (!value || !std::holds_alternative<std::string>(value->storage)) return std::nullopt;
  return std::get<std::string>(value->storage);
}

Value text_value(std::string text) { return {DataType(TypeKind::String), std::move(text)}; }
Value int_value(std::int32_t number) {
  return {DataType(TypeKind::Int), static_cast<std::int64_t>(number)};
}
Value null_value(DataType type) { return {std::move(type), std::monostate()}; }

FunctionGroup& FunctionGroup::add_custom(const char* signature, const char* summary, Bind bind) {
  return add_entry(signature, summary, true, std::move(bind));
}

FunctionGroup& FunctionGroup::add_random(const char* signature, const char* summary, Bind bind) {
  return add_entry(signature, summary, false, std::move(bind));
}

FunctionGroup& FunctionGroup::add_entry(const char* signature, const char* summary,
                                        bool deterministic, Bind bind) {
  const std::string_view text = signature;
  last_ = text.substr(0, text.find('('));
  FunctionEntry entry;
  entry.name = last_;
  entry.group = name_;
  entry.signature = signature;
  entry.summary = summary;
  entry.deterministic = deterministic;
  entry.bind_scalar = std::move(bind);
  registry_.add(std::move(entry));
  return *this;
}

FunctionGroup& FunctionGroup::alias(const char* name) {
  registry_.add_alias(name, last_);
  return *this;
}

}  // namespace millrace
