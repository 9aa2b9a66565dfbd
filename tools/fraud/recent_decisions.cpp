#include "tools/fraud/recent_decisions.hpp"

#include <utility>

#include "metrics/progress.hpp"
#include "tools/fraud/transaction_json.hpp"

namespace millrace::fraud {

namespace {

constexpr std::size_t kShown = 20;
constexpr std::size_t kKeptAlerts = 5'000;
constexpr std::chrono::milliseconds kShowEvery{150};

}  // namespace

void RecentDecisions::add(const Transaction& payment, std::string_view line) {
  const auto now = Clock::now();
  const bool is_alert = line.find("\"decision\":\"approve\"") == std::string_view::npos;
  if (now - last_shown_ < (is_alert ? kShowEvery / 3 : kShowEvery)) return;
  last_shown_ = now;
  std::string entry =
      "{\"card\":" + std::to_string(payment.card) + ",\"cents\":" + std::to_string(payment.cents) +
      ",\"scenario\":" + json_string(kScenarioNames[static_cast<std::size_t>(payment.scenario)]) +
      "," + std::string(line.substr(1));
  const std::lock_guard lock(mutex_);
  entries_.push_front(std::move(entry));
  if (entries_.size() > kShown) entries_.pop_back();
}

std::string RecentDecisions::json() const {
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const std::string& entry : entries_) all += (all.empty() ? "" : ",") + entry;
  return "[" + all + "]";
}

void AlertBook::add(std::string_view line) {
  const Answer alert = read_answer(line);
  if (alert.kind != Answer::Kind::Decision) return;
  const std::lock_guard lock(mutex_);
  alerts_[alert.number] = line;
  if (alerts_.size() > kKeptAlerts) alerts_.erase(alerts_.begin());
}

std::optional<std::string> AlertBook::find(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = alerts_.find(id);
  return found == alerts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace millrace::fraud
