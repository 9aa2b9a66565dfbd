#include "memory_sql.hpp"

#include "records/record_batch.hpp"
#include "records/value.hpp"
#include "records/value_text.hpp"
#include "session/session.hpp"

namespace millrace::cli {
namespace {

constexpr int kMaxRows = 1'000;

std::string rows_as_json(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  const RecordPool::Owner pool = RecordPool::create();
  RecordBatch batch = pool->make_batch(std::make_shared<const Schema>(schema));
  for (const std::vector<Value>& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) append_value(*batch.columns()[i], row[i]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
  std::string text = "[";
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (row != 0) text += ",";
    append_json_row(text, batch, row, {TimeZone(), false});
  }
  return text + "]";
}

}  // namespace

Result<std::string> select_as_json(const std::string& query) {
  const Session session;
  const auto frame = session.sql(query);
  if (!frame) return frame.error();
  const DataFrame limited = frame->limit(kMaxRows);
  const auto schema = limited.schema();
  if (!schema) return schema.error();
  const auto rows = limited.collect();
  if (!rows) return rows.error();
  return rows_as_json(*schema, *rows);
}

}  // namespace millrace::cli
