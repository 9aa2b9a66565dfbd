#include "records/dead_letter.hpp"

namespace millrace {

const SchemaPtr& dead_letter_schema() {
  static const SchemaPtr schema = std::make_shared<const Schema>(
      Schema{{{"raw", TypeKind::Binary, false},
              {"source", TypeKind::String, false},
              {"position", TypeKind::String, true},
              {"errorClass", TypeKind::String, true},
              {"message", TypeKind::String, false},
              {"time", TypeKind::Timestamp, false}}});
  return schema;
}

namespace {
void append_or_null(Column& column, std::string_view text) {
  if (text.empty())
    column.append_null();
  else
    column.append_bytes(text);
}
}  // namespace

void append_dead_letter(RecordBatch& batch, const DeadLetter& letter, std::string_view source,
                        std::int64_t now_micros) {
  std::vector<ColumnRef>& columns = batch.columns();
  columns[0]->append_bytes(letter.raw);
  columns[1]->append_bytes(source);
  append_or_null(*columns[2], letter.position);
  append_or_null(*columns[3], letter.error.error_class);
  columns[4]->append_bytes(letter.error.message);
  columns[5]->append<std::int64_t>(now_micros);
  batch.set_num_physical_rows(batch.num_physical_rows() + 1);
}

}  // namespace millrace
