#include "records/time_zone.hpp"
#include "session/data_frame.hpp"
#include "session/session_state.hpp"
#include "sinks/console_table.hpp"

#include <algorithm>

namespace millrace {

Result<std::string> DataFrame::show_text(int num_rows, bool truncate) const {
  auto columns = schema();
  if (!columns) return std::move(columns.error());
  auto values = collect();
  if (!values) return std::move(values.error());
  const auto zone = TimeZone::find(session_->chosen_settings.time_zone);
  if (!zone) return zone.error();
  const auto shared = std::make_shared<const Schema>(std::move(*columns));
  const auto pool = RecordPool::create();
  RecordBatch batch = pool->make_batch(shared);
  for (const auto& row : *values)
    for (std::size_t c = 0; c < row.size(); ++c) append_value(*batch.columns()[c], row[c]);
  const std::size_t max_rows = static_cast<std::size_t>(std::max(num_rows, 0));
  ConsoleTable table(shared, {max_rows, truncate ? std::size_t{20} : 0, *zone});
  for (std::size_t row = 0; row < values->size(); ++row) table.add(batch, row);
  std::string text;
  table.draw(text);
  return text;
}

}  // namespace millrace
