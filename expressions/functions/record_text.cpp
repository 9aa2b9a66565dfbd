#include "expressions/functions/record_text.hpp"

#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/json_path.hpp"
#include "records/schema_text.hpp"

#include <algorithm>

namespace millrace {

/// Options of a constant map argument.
Result<Options> options_argument(const FunctionCall& call, std::size_t index) {
  Options options;
  if (call.arguments.size() <= index) return options;
  const std::optional<Value> value =
      is_kind(call, index, TypeKind::Map) ? constant_value(*call.arguments[index]) : std::nullopt;
  const auto* entries = value ? std::get_if<std::vector<Value>>(&value->storage) : nullptr;
  if (!entries)
    return row_error("INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06",
                     "Invalid options: Must use the `map()` function for options.");
  for (std::size_t i = 0; i + 1 < entries->size(); i += 2) {
    const auto* name = std::get_if<std::string>(&(*entries)[i].storage);
    const auto* text = std::get_if<std::string>(&(*entries)[i + 1].storage);
    if (!name || !text)
      return row_error("INVALID_OPTIONS.NON_STRING_TYPE", "42K06",
                       "Invalid options: A type of keys and values in `map()` must be string.");
    options.set(*name, *text);
  }
  return options;
}

Result<DataType> schema_argument(const FunctionCall& call) {
  const std::optional<std::string> text =
      call.arguments[1] ? constant_text(*call.arguments[1]) : std::nullopt;
  if (!text)
    return row_error("INVALID_SCHEMA.NON_STRING_LITERAL", "42K07",
                     "The input schema \"" + column_name(*call.syntax[1]) +
                         "\" is not a valid schema string. The input expression must be string "
                         "literal and not null.");
  Result<Schema> schema = parse_schema(*text);
  if (schema) return DataType::structure(schema->fields);
  Result<DataType> type = parse_type(*text);
  if (type) return *type;
  return schema.error();
}

/// An array where one JSON object is wanted: Spark makes NULLs of its fields.
bool RecordTextReader::is_array_of_objects(std::string_view text) const {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (wrapped_ || format_ != std::string_view("json") || begin == text.npos || text[begin] != '[') return false;
  return text.find_first_not_of(" \t\r\n", begin + 1) != text.find(']', begin);
}

Status RecordTextReader::read(RecordDecoder& decoder, std::string_view text, std::string& buffer,
                              RecordBatch& batch) const {
  if (wrapped_) text = first_json_value(text);
  buffer.assign(wrapped_ ? "{\"value\":" : "");
  for (char c : text) buffer += c == '\n' || c == '\r' ? ' ' : c;
  buffer += wrapped_ ? "}\n" : "\n";
  const std::size_t size = buffer.size();
  buffer.append(kDecodePadding, ' ');
  const std::uint32_t row = batch.num_physical_rows();
  if (is_array_of_objects(text)) {
    for (ColumnRef& column : batch.columns()) column->append_null();
    batch.set_num_physical_rows(row + 1);
    return {};
  }
  const Result<std::size_t> used =
      decoder.decode(std::string_view(buffer).substr(0, size), true, row + 1, batch, ColumnRef());
  if (batch.num_physical_rows() == row) {
    for (ColumnRef& column : batch.columns()) column->append_null();
    batch.set_num_physical_rows(row + 1);
  }
  return used ? Status() : Status(used.error());
}

namespace {

void pad_to(RecordBatch& batch, std::uint32_t row) {
  for (std::uint32_t n = batch.num_physical_rows(); n < row; ++n)
    for (ColumnRef& column : batch.columns()) column->append_null();
  batch.set_num_physical_rows(std::max(batch.num_physical_rows(), row));
}

}  // namespace

void read_column(const RecordTextReader& reader, EvalContext& context,
                 const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  Result<std::unique_ptr<RecordDecoder>> decoder = reader.make();
  RecordBatch batch = context.pool.make_batch(reader.schema());
  std::string buffer;
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const std::string_view text = columns[0]->at<std::string_view>(row);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return out.set_null(row);
    pad_to(batch, row);
    const Status status =
        decoder ? reader.read(**decoder, text, buffer, batch) : Status(decoder.error());
    if (status) return;
    out.set_null(row);
    context.fail(row, status.error());
  });
  pad_to(batch, rows.end());
  if (!reader.is_wrapped()) {
    for (std::size_t c = 0; c < batch.num_columns(); ++c) out.set_child(c, batch.column_ref(c));
    return;
  }
  const Column& values = batch.column(0);
  for (std::size_t c = 0; c < values.num_children(); ++c) out.set_child(c, values.child(c));
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    out.mutable_values<ListSlot>()[row] = values.at<ListSlot>(row);
    if (values.is_null(row)) out.set_null(row);
  });
}

}  // namespace millrace
