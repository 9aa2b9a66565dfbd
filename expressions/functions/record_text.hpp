#pragma once

#include "expressions/functions/scalar_kernel.hpp"
#include "records/formats/format.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace millrace {

/// Options of a constant map argument; none where the call has no such argument.
Result<Options> options_argument(const FunctionCall& call, std::size_t index);
/// The type that the second argument, a constant text, names: a struct for a list of columns.
Result<DataType> schema_argument(const FunctionCall& call);

/// Decodes texts one by one with a format of files. JSON: an array or map is decoded as a field of
/// an object.
class RecordTextReader {
 public:
  RecordTextReader(const char* format, const DataType& type, const Options& options,
                   std::string zone)
      : format_(format), wrapped_(type.kind() != TypeKind::Struct) {
    Schema schema;
    schema.fields = wrapped_ ? std::vector<Field>{{"value", type, true}} : type.fields();
    for (Field& field : schema.fields) field.nullable = true;
    schema_ = std::make_shared<const Schema>(std::move(schema));
    settings_.options = options;
    settings_.time_zone = std::move(zone);
  }

  const SchemaPtr& schema() const { return schema_; }
  bool is_wrapped() const { return wrapped_; }
  Result<std::unique_ptr<RecordDecoder>> make() const {
    return make_decoder(format_, schema_, settings_);
  }

  /// Appends exactly one row to `batch`; NULLs where the text is malformed.
  Status read(RecordDecoder& decoder, std::string_view text, std::string& buffer,
              RecordBatch& batch) const;

 private:
  bool is_array_of_objects(std::string_view text) const;

  const char* format_;
  bool wrapped_;
  SchemaPtr schema_;
  FormatSettings settings_;
};

/// Reads the texts of the first column into `out`, whose type is the reader's.
void read_column(const RecordTextReader& reader, EvalContext& context,
                 const std::vector<ColumnRef>& columns, Rows rows, Column& out);

}  // namespace millrace
