#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/record_text.hpp"
#include "expressions/functions/value_access.hpp"

#include <memory>

namespace millrace {

namespace {

using std::string_view;
using Columns = std::vector<ColumnRef>;

Result<BoundExpressionPtr> bind_from_csv(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  Result<BoundExpressionPtr> text = coerce_argument(call, 0, DataType(TypeKind::String));
  if (!text) return text.error();
  Result<DataType> type = schema_argument(call);
  if (!type) return type.error();
  if (type->kind() != TypeKind::Struct)
    return type_mismatch(call, "INVALID_CSV_SCHEMA",
                         "Input schema \"" + type->to_sql() + "\" must be a struct");
  Result<Options> options = options_argument(call, 2);
  if (!options) return options.error();
  const RecordTextReader reader("csv", *type, *options, call.settings.time_zone);
  if (const auto decoder = reader.make(); !decoder) return decoder.error();
  return make_call(*type, true, {*text},
                   [reader](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
                     read_column(reader, context, columns, rows, out);
                   });
}

/// The fields of one struct as a line of CSV.
class CsvWriter {
 public:
  CsvWriter(const DataType& type, Options options, std::string zone)
      : schema_(std::make_shared<const Schema>(Schema{type.fields()})) {
    settings_.options = std::move(options);
    settings_.time_zone = std::move(zone);
  }
  Result<std::unique_ptr<RecordEncoder>> make() const {
    return make_encoder("csv", schema_, settings_);
  }

  void write(EvalContext& context, const Column& structs, Rows rows, Column& out) const {
    const auto encoder = make();
    RecordBatch batch = context.pool.make_batch_without_columns(schema_);
    for (std::size_t c = 0; c < structs.num_children(); ++c)
      batch.columns().push_back(structs.child(c));
    batch.set_num_physical_rows(static_cast<std::uint32_t>(structs.size()));
    std::string line;
    rows.for_each([&](std::uint32_t row) {
      if (out.is_null(row)) return;
      line.clear();
      batch.start_selection() = {static_cast<std::uint32_t>(row_of(structs, row))};
      (*encoder)->encode(batch, line);
      line.pop_back();  // the newline
      out.mutable_values<string_view>()[row] = out.arena().copy(line);
    });
  }

 private:
  SchemaPtr schema_;
  FormatSettings settings_;
};

Result<BoundExpressionPtr> bind_to_csv(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
  if (!call.arguments[0] || call.arguments[0]->type().kind() != TypeKind::Struct)
    return unexpected_input_type(call, 0, "\"STRUCT\"");
  Result<Options> options = options_argument(call, 1);
  if (!options) return options.error();
  const CsvWriter writer(call.arguments[0]->type(), std::move(*options), call.settings.time_zone);
  if (const auto encoder = writer.make(); !encoder) return encoder.error();
  return make_call(DataType(TypeKind::String), true, {call.arguments[0]},
                   [writer](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
                     writer.write(context, *columns[0], rows, out);
                   });
}

}  // namespace

void register_csv_functions(FunctionRegistry& registry) {
  FunctionGroup csv(registry, "csv");
  csv.add_custom("from_csv(csv, schema[, options])", "A struct of a schema from a line of CSV.",
                 bind_from_csv);
  csv.add_custom("to_csv(struct[, options])", "A struct as a line of CSV.", bind_to_csv);
}

}  // namespace millrace
