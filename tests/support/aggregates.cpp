#include "tests/support/aggregates.hpp"

#include "expressions/aggregates/distinct.hpp"

namespace millrace::test {

namespace {

const FunctionRegistry& registry() {
  static const FunctionRegistry made = [] {
    FunctionRegistry functions;
    register_aggregate_functions(functions);
    return functions;
  }();
  return made;
}

Result<AggregateFunctionPtr> bound(const char* name,
                                   const std::vector<BoundExpressionPtr>& arguments,
                                   const ExpressionSettings& settings) {
  const std::vector<ExpressionPtr> syntax(arguments.size(), make_expression(Attribute{{"a"}, {}}));
  const FunctionEntry* entry = registry().find(name);
  REQUIRE(entry != nullptr);
  return entry->bind_aggregate({name, arguments, false, settings, {}, syntax});
}

SchemaPtr columns_of(const std::vector<DataType>& types) {
  std::vector<Field> fields;
  for (const DataType& type : types) fields.push_back({"a", type});
  return schema_of(fields);
}

std::vector<BoundExpressionPtr> column_expressions(const SchemaPtr& schema) {
  std::vector<BoundExpressionPtr> columns;
  for (std::size_t i = 0; i < schema->size(); ++i)
    columns.push_back(column_of(schema, static_cast<int>(i)));
  return columns;
}

/// One state of either kind.
class OneState {
 public:
  explicit OneState(const AggregateFunction& function)
      : function_(function), fixed_(function.state_size() / 16 + 1) {}

  void update(EvalContext& context, const RecordBatch& batch) {
    const Rows rows = batch.rows();
    const std::vector<std::byte*> fixed(rows.size(), bytes());
    const std::vector<StateBytes*> growing(rows.size(), &growing_);
    if (is_growing())
      function_.update(context, growing.data(), batch.columns(), rows);
    else
      function_.update(context, fixed.data(), batch.columns(), rows);
  }
  void merge(OneState& from) {
    if (is_growing())
      function_.merge(growing_, from.growing_);
    else
      function_.merge(bytes(), from.bytes());
  }
  std::string finish(EvalContext& context) {
    ColumnRef out = context.pool.make_column(function_.result_type());
    if (is_growing())
      function_.finish(context, growing_, *out);
    else
      function_.finish(context, bytes(), *out);
    REQUIRE(out->size() == 1);
    if (context.errors.empty()) return text_of(value_at(*out, 0));
    return "error: " + context.errors[0].error.error_class;
  }

 private:
  bool is_growing() const { return function_.state_size() == 0; }
  std::byte* bytes() { return reinterpret_cast<std::byte*>(fixed_.data()); }

  const AggregateFunction& function_;
  std::vector<Int128> fixed_;
  StateBytes growing_;
};

}  // namespace

BoundAggregate aggregate(const char* name, std::vector<BoundExpressionPtr> arguments,
                         ExpressionSettings settings) {
  auto function = bound(name, arguments, settings);
  INFO((function ? std::string() : function.error().message));
  REQUIRE(function.ok());
  return {*function, std::move(arguments), nullptr, registry().find(name)->order_sensitive};
}

Error aggregate_error(const char* name, const std::vector<DataType>& types) {
  auto function = bound(name, column_expressions(columns_of(types)), {});
  REQUIRE_FALSE(function.ok());
  return function.error();
}

std::string aggregate_of(const char* name, const std::vector<DataType>& types,
                         const std::vector<Row>& rows, ExpressionSettings settings) {
  return aggregate_of(aggregate(name, column_expressions(columns_of(types)), settings).function,
                      types, rows);
}

std::string distinct_aggregate_of(const char* name, const std::vector<DataType>& types,
                                  const std::vector<Row>& rows) {
  AggregateFunctionPtr plain = aggregate(name, column_expressions(columns_of(types))).function;
  const auto make = std::string_view(name) == "count" ? make_count_distinct : make_distinct;
  return aggregate_of(make(std::move(plain), types), types, rows);
}

std::string aggregate_of(const AggregateFunctionPtr& function, const std::vector<DataType>& types,
                         const std::vector<Row>& rows) {
  const SchemaPtr schema = columns_of(types);
  auto pool = RecordPool::create();
  auto run = [&](std::size_t rows_per_batch, std::size_t merged_from) {
    EvalContext context{*pool, 0, {}};
    OneState first(*function), second(*function);
    for (std::size_t start = 0; start < rows.size(); start += rows_per_batch) {
      const std::size_t end = std::min(rows.size(), start + rows_per_batch);
      const std::vector<Row> part(rows.begin() + static_cast<std::ptrdiff_t>(start),
                                  rows.begin() + static_cast<std::ptrdiff_t>(end));
      (start < merged_from ? first : second).update(context, batch_of(*pool, schema, part));
    }
    first.merge(second);
    return first.finish(context);
  };
  const std::string at_once = run(rows.size() + 1, rows.size() + 1);
  CHECK(run(1, rows.size() + 1) == at_once);
  CHECK(run(1, rows.size() / 2) == at_once);
  return at_once;
}

}  // namespace millrace::test
