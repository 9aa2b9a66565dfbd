#pragma once

#include "tests/support/operator_harness.hpp"

namespace millrace::test {

/// A literal.
inline BoundExpressionPtr constant_long(std::int64_t value) {
  class Constant final : public BoundExpression {
   public:
    explicit Constant(std::int64_t value) : BoundExpression(TypeKind::Long, false), value_(value) {}
    ColumnRef evaluate(EvalContext& context, const RecordBatch&, Rows) const override {
      ColumnRef column = context.pool.make_column(TypeKind::Long);
      column->append(value_);
      column->make_constant();
      return column;
    }
    bool is_constant() const override { return true; }

   private:
    const std::int64_t value_;
  };
  return std::make_shared<Constant>(value);
}

/// A column of the input; rows in which it is NULL fail with "no value".
inline BoundExpressionPtr failing_where_null(const SchemaPtr& schema, int index) {
  class Failing final : public BoundExpression {
   public:
    Failing(int index, DataType type) : BoundExpression(std::move(type), true), index_(index) {}
    ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
      const ColumnRef& column = batch.column_ref(static_cast<std::size_t>(index_));
      rows.for_each([&](std::uint32_t row) {
        if (column->is_null(row)) context.fail(row, make_error(ErrorKind::BadData, "no value"));
      });
      return column;
    }

   private:
    const int index_;
  };
  return std::make_shared<Failing>(index, (*schema)[static_cast<std::size_t>(index)].type);
}

}  // namespace millrace::test
