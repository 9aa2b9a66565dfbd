#include "operators/table_reload.hpp"

namespace millrace {

void TableReload::open(OperatorContext& context) {
  if (!options_.make) return;
  context_ = &context;
  reader_ = options_.make();
  next_ = context.services.now_micros() + options_.period;
}

bool TableReload::is_due() {
  if (reader_ == nullptr || !is_first_of_epoch_) return false;
  is_first_of_epoch_ = false;
  const std::int64_t now = context_->services.now_micros();
  if (now < next_) return false;
  next_ = now + options_.period;
  return !options_.only_when_changed || reader_->has_changed();
}

}  // namespace millrace
