#include "operators/row_errors.hpp"

#include <algorithm>
#include <string>

#include "records/formats/format.hpp"

namespace millrace {

namespace {

void deselect(RecordBatch& batch, const std::vector<std::uint32_t>& failed) {
  std::vector<std::uint32_t> kept;
  kept.reserve(batch.num_rows());
  batch.rows().for_each([&](std::uint32_t row) {
    if (!std::binary_search(failed.begin(), failed.end(), row)) kept.push_back(row);
  });
  batch.start_selection() = std::move(kept);
}

std::vector<std::uint32_t> failed_rows(const std::vector<RowError>& errors) {
  std::vector<std::uint32_t> rows;
  for (const RowError& error : errors) rows.push_back(error.row);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

/// One letter for each row, with its first error.
void bury(OperatorContext& context, const RecordBatch& input,
          const std::vector<std::uint32_t>& failed) {
  FormatSettings settings;
  settings.options.set("ignoreNullFields", "false");
  const auto encoder = make_encoder("json", input.schema_ptr(), settings);
  if (!encoder) return;
  RecordBatch one = context.pool.share(input);
  std::string text;
  for (const std::uint32_t row : failed) {
    text.clear();
    one.start_selection().assign(1, row);
    (*encoder)->encode(one, text);
    if (!text.empty()) text.pop_back();  // the newline
    const auto error = std::find_if(context.eval.errors.begin(), context.eval.errors.end(),
                                    [&](const RowError& e) { return e.row == row; });
    context.dead_letter({text, "", error->error});
  }
}

}  // namespace

bool settle_errors(OperatorContext& context, OnError policy, RecordBatch& batch) {
  return settle_errors(context, policy, batch, batch);
}

bool settle_errors(OperatorContext& context, OnError policy, RecordBatch& batch,
                   const RecordBatch& input) {
  std::vector<RowError>& errors = context.eval.errors;
  if (errors.empty()) [[likely]]
    return true;
  const auto fatal =
      std::find_if(errors.begin(), errors.end(), [](const RowError& e) { return e.row == ~0u; });
  if (policy == OnError::Fail || fatal != errors.end()) {
    if (fatal != errors.end()) std::iter_swap(errors.begin(), fatal);
    errors.erase(errors.begin() + 1, errors.end());
    errors[0].row = ~0u;
    return false;
  }
  const std::vector<std::uint32_t> failed = failed_rows(errors);
  if (policy == OnError::DeadLetter && context.dead_letter) bury(context, input, failed);
  deselect(batch, failed);
  context.counters.errors.add(static_cast<std::int64_t>(errors.size()));
  context.counters.dropped_records.add(static_cast<std::int64_t>(failed.size()));
  errors.clear();
  return true;
}

}  // namespace millrace
