#include "tools/fraud/transaction_json.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace millrace::fraud {

namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

void append_padded(std::string& out, std::int64_t number, int width) {
  std::array<char, 8> text;
  for (int i = width; i-- > 0; number /= 10)
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  out.append(text.data(), static_cast<std::size_t>(width));
}

void append_amount(std::string& out, std::int32_t cents) {
  out.append(",\"amount\":");
  append_number(out, cents / 100);
  out.push_back('.');
  append_padded(out, cents % 100, 2);
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":\"").append(value).append("\"");
}

/// 2026-01-05T08:15:30.123456Z
void append_time(std::string& out, std::int64_t micros) {
  using namespace std::chrono;
  const auto days = static_cast<int>(micros / kDay);
  const year_month_day date{sys_days{std::chrono::days{days}}};
  append_padded(out, static_cast<int>(date.year()), 4);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  const std::int64_t in_day = micros % kDay;
  append_padded(out, in_day / kHour, 2);
  out.push_back(':');
  append_padded(out, in_day / kMinute % 60, 2);
  out.push_back(':');
  append_padded(out, in_day / kSecond % 60, 2);
  out.push_back('.');
  append_padded(out, in_day % kSecond, 6);
  out.push_back('Z');
}

std::int64_t number_at(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void append_json(std::string& out, std::int64_t id, const Transaction& transaction) {
  out.append("{\"id\":");
  append_number(out, id);
  append_text(out, "kind", transaction.is_payment() ? "payment" : "report");
  out.append(",\"time\":\"");
  append_time(out, transaction.time);
  out.append("\",\"card\":");
  append_number(out, transaction.card);
  out.append(",\"terminal\":");
  append_number(out, transaction.terminal);
  append_amount(out, transaction.cents);
  out.append("}\n");
}

void append_label(std::string& out, std::int64_t id, int day, const Transaction& transaction) {
  out.append("{\"id\":");
  append_number(out, id);
  out.append(",\"day\":");
  append_number(out, day);
  out.append(",\"fraud\":").append(transaction.is_fraud() ? "1" : "0");
  append_text(out, "scenario", kScenarioNames[static_cast<std::size_t>(transaction.scenario)]);
  out.append("}\n");
}

Answer read_answer(std::string_view line) {
  constexpr std::string_view kCommitted = "{\"committed\":";
  constexpr std::string_view kId = "{\"id\":";
  constexpr std::string_view kDecision = "\"decision\":\"";
  Answer answer;
  if (line.starts_with(kCommitted)) {
    answer.kind = Answer::Kind::Committed;
    answer.number = number_at(line.substr(kCommitted.size()));
  } else if (line.starts_with(kId)) {
    answer.number = number_at(line.substr(kId.size()));
    const auto at = line.find(kDecision);
    answer.kind = Answer::Kind::Decision;
    if (at == std::string_view::npos) return answer;
    answer.decision = line.substr(at + kDecision.size());
    answer.decision = answer.decision.substr(0, answer.decision.find('"'));
  }
  return answer;
}

}  // namespace millrace::fraud
