#include "expressions/bound_expression.hpp"

#include "expressions/binder.hpp"
#include "records/value.hpp"

namespace millrace {

namespace {

class BoundColumn final : public BoundExpression {
 public:
  BoundColumn(int index, DataType type, bool nullable)
      : BoundExpression(std::move(type), nullable), index_(index) {}

  ColumnRef evaluate(EvalContext&, const RecordBatch& batch, Rows) const override {
    return batch.column_ref(static_cast<std::size_t>(index_));
  }
  bool is_cheap() const override { return true; }
  int column_index() const override { return index_; }

 private:
  const int index_;
};

/// Holds its value as a column made once; copies of the reference are what evaluation costs.
class BoundLiteral final : public BoundExpression {
 public:
  explicit BoundLiteral(const Value& value)
      : BoundExpression(value.type, value.is_null()), pool_(RecordPool::create()) {
    column_ = pool_->make_column(value.type);
    if (value.is_null()) column_->append_null();
    else append_value(*column_, value);
    column_->make_constant();
  }

  ColumnRef evaluate(EvalContext&, const RecordBatch&, Rows) const override { return column_; }
  bool is_constant() const override { return true; }
  bool is_cheap() const override { return true; }

 private:
  RecordPool::Owner pool_;
  ColumnRef column_;
};

template <class T>
void repeat(Column& out, const T& value, std::uint32_t rows) {
  out.resize(rows);
  T* values = out.mutable_values<T>();
  for (std::uint32_t i = 0; i < rows; ++i) values[i] = value;
}

void repeat_value(Column& out, const Column& constant, std::uint32_t rows) {
  switch (constant.type().width()) {
    case 1: return repeat(out, constant.at<std::uint8_t>(0), rows);
    case 2: return repeat(out, constant.at<std::uint16_t>(0), rows);
    case 4: return repeat(out, constant.at<std::uint32_t>(0), rows);
    case 8:
      if (constant.type().is_nested()) return repeat(out, constant.at<ListSlot>(0), rows);
      return repeat(out, constant.at<std::uint64_t>(0), rows);
    default: break;
  }
  if (constant.type().kind() == TypeKind::CalendarInterval)
    return repeat(out, constant.at<CalendarInterval>(0), rows);
  return repeat(out, constant.at<Int128>(0), rows);
}

}  // namespace

BoundExpressionPtr bound_column(int index, DataType type, bool nullable) {
  return std::make_shared<BoundColumn>(index, std::move(type), nullable);
}

BoundExpressionPtr bound_literal(Value value) { return std::make_shared<BoundLiteral>(value); }

ColumnRef flatten(RecordPool& pool, ColumnRef column, std::uint32_t rows) {
  if (!column->is_constant()) return column;
  ColumnRef out = pool.make_column(column->type());
  const TypeKind kind = column->type().kind();
  if (column->is_null(0) || kind == TypeKind::Null) {
    for (std::uint32_t i = 0; i < rows; ++i) out->append_null();
  } else if (kind == TypeKind::Struct) {
    for (std::size_t c = 0; c < column->num_children(); ++c) {
      ColumnRef child = column->child(c);
      if (!child->is_constant()) {
        ColumnRef first = pool.make_column(child->type());
        first->append_from(*child, 0);
        first->make_constant();
        child = std::move(first);
      }
      out->set_child(c, flatten(pool, std::move(child), rows));
    }
    for (std::uint32_t i = 0; i < rows; ++i) out->append_struct();
  } else if (kind == TypeKind::String || kind == TypeKind::Binary) {
    out->keep(column);
    repeat(*out, column->at<std::string_view>(0), rows);
  } else {
    for (std::size_t c = 0; c < column->num_children(); ++c) out->set_child(c, column->child(c));
    repeat_value(*out, *column, rows);
  }
  return out;
}

}  // namespace millrace
