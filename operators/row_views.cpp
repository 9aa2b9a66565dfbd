#include "operators/row_views.hpp"

#include "operators/frame_rows.hpp"
#include "records/decimal.hpp"

#include <stdexcept>

namespace millrace {

namespace {

[[noreturn]] void wrong_kind(const char* wanted, const DataType& type) {
  throw std::invalid_argument(std::string("column of type ") + type.to_string() + " is no " +
                              wanted);
}

bool is_whole(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Boolean:
    case TypeKind::Date:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return true;
    default: return type.is_integral();
  }
}

}  // namespace

int ColumnRowView::column(std::string_view name) const { return schema_.find(name); }

const Column& ColumnRowView::at(int column) const {
  if (column < 0 || static_cast<std::size_t>(column) >= columns_->size())
    throw std::out_of_range("no column " + std::to_string(column));
  return *(*columns_)[static_cast<std::size_t>(column)];
}

std::int64_t ColumnRowView::get_long(int column) const {
  const Column& values = at(column);
  if (!is_whole(values.type())) wrong_kind("whole number", values.type());
  return long_value(values, row_);
}

double ColumnRowView::get_double(int column) const {
  const Column& values = at(column);
  if (is_whole(values.type())) return static_cast<double>(long_value(values, row_));
  switch (values.type().kind()) {
    case TypeKind::Double: return values.at<double>(row_);
    case TypeKind::Float: return static_cast<double>(values.at<float>(row_));
    case TypeKind::Decimal:
      return decimal_to_double(values.at<Int128>(row_), values.type().scale());
    default: wrong_kind("number", values.type());
  }
}

std::string_view ColumnRowView::get_text(int column) const {
  const Column& values = at(column);
  if (!values.type().is_bytes()) wrong_kind("text", values.type());
  return values.at<std::string_view>(row_);
}

const RowView* BatchRows::next() {
  if (next_ == end_) return nullptr;
  view_.set(*columns_, *next_++);
  return &view_;
}

void BatchOutput::flush(std::int64_t ingest_ns, Output& out) {
  if (num_rows_ == 0) return;
  batch_.set_num_physical_rows(std::exchange(num_rows_, 0));
  batch_.set_ingest_ns(ingest_ns);
  out.emit(std::move(batch_));
}

void BatchOutput::begin_row(std::size_t num_columns) {
  if (num_columns != schema_->size())
    throw std::invalid_argument("row of " + std::to_string(num_columns) + " values for " +
                                std::to_string(schema_->size()) + " columns");
  if (!batch_) batch_ = pool_->make_batch(schema_);
  ++num_rows_;
}

void BatchOutput::put_null(int column) { at(column).append_null(); }

void BatchOutput::put_long(int column, std::int64_t value) {
  Column& to = at(column);
  if (!is_whole(to.type()) && !to.type().is_fractional()) wrong_kind("whole number", to.type());
  if (to.type().is_fractional()) return put_double(column, static_cast<double>(value));
  switch (to.type().width()) {
    case 1: return to.append(static_cast<std::int8_t>(value));
    case 2: return to.append(static_cast<std::int16_t>(value));
    case 4: return to.append(static_cast<std::int32_t>(value));
    default: return to.append(value);
  }
}

void BatchOutput::put_double(int column, double value) {
  Column& to = at(column);
  switch (to.type().kind()) {
    case TypeKind::Double: return to.append(value);
    case TypeKind::Float: return to.append(static_cast<float>(value));
    default: wrong_kind("number with a fraction", to.type());
  }
}

void BatchOutput::put_text(int column, std::string_view value) {
  Column& to = at(column);
  if (!to.type().is_bytes()) wrong_kind("text", to.type());
  to.append_bytes(value);
}

}  // namespace millrace
