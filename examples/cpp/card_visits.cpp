// Visits of cards: payments of one card with no long pause between them. A stateful processor for
// topology files, built as a shared library; card_visits.yaml runs it.
#include "operators/processor_plugin.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace millrace;

struct Visit {
  std::int64_t payments;
  double amount;
  std::int64_t last_ms;
};

class CardVisits final : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    handle_ = &handle;
    visit_ = handle.value_state<Visit>("visit");
    countries_ = handle.map_state<std::string, std::int64_t>("countries");
    pause_ms_ = std::stoll(handle.option("pauseMinutes").value_or("10")) * 60'000;
  }

  void handle_input_rows(const RowView& card, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (const RowView* row = rows.next()) {
      const std::int64_t time_ms = row->get_long(row->column("time")) / 1000;
      // A visit that is over need not wait for the watermark to say so.
      if (visit_.exists() && time_ms > visit_.get()->last_ms + pause_ms_) end_visit(card, out);
      add_payment(*row, time_ms);
    }
  }

  void handle_expired_timer(const RowView& card, std::int64_t, const TimerValues&,
                            OutputRows& out) override {
    end_visit(card, out);
  }

 private:
  void add_payment(const RowView& payment, std::int64_t time_ms) {
    Visit visit = visit_.get().value_or(Visit{});
    handle_->delete_timer(visit.last_ms + pause_ms_);
    ++visit.payments;
    visit.amount += payment.get_double(payment.column("amount"));
    visit.last_ms = std::max(visit.last_ms, time_ms);
    handle_->register_timer(visit.last_ms + pause_ms_);
    visit_.update(visit);
    const std::string country(payment.get_text(payment.column("country")));
    countries_.update(country, countries_.get(country).value_or(0) + 1);
  }

  void end_visit(const RowView& card, OutputRows& out) {
    const Visit visit = *visit_.get();
    out.emit(card.get_text(0), visit.payments, visit.amount, countries_.entries().size(),
             visit.last_ms * 1000);
    handle_->delete_timer(visit.last_ms + pause_ms_);
    visit_.clear();
    countries_.clear();
  }

  StatefulProcessorHandle* handle_ = nullptr;
  ValueState<Visit> visit_;
  MapState<std::string, std::int64_t> countries_;
  std::int64_t pause_ms_ = 0;
};

}  // namespace

MILLRACE_PROCESSORS(
    {"card_visits", "card STRING, payments BIGINT, amount DOUBLE, countries BIGINT, last TIMESTAMP",
     millrace::make<CardVisits>})
