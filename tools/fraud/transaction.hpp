#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace::fraud {

constexpr std::int64_t kSecond = 1'000'000;  // times are microseconds
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

/// Why a payment is fraud; the label that the detector never sees.
enum class Scenario : std::uint8_t {
  None,                 // the customer's own payment
  CompromisedTerminal,  // cards copied at a terminal are used there
  StolenCard,           // a spree with a stolen card near where it was stolen
  CardNotPresent,       // a burst of online payments with stolen card data
  AccountTakeOver,      // for days, some larger payments in the customer's name
  CardTesting,          // tiny amounts with many cards at one merchant, then large ones
  ImpossibleTravel,     // a copied card far away from where its owner pays
};
constexpr std::array<std::string_view, 7> kScenarioNames = {
    "none",         "compromised terminal", "stolen card", "card not present", "account take-over",
    "card testing", "impossible travel"};

/// Payment: asks for a decision. Report: a customer tells, days later, that a payment was fraud.
enum class TransactionKind : std::uint8_t { Payment, Report };

/// One message from a terminal or from the back office. Cards and terminals are indices of the
/// population.
struct Transaction {
  std::int64_t time = 0;  // microseconds since 1970 UTC
  std::int32_t card = 0;
  std::int32_t terminal = 0;
  std::int32_t cents = 0;
  TransactionKind kind = TransactionKind::Payment;
  Scenario scenario = Scenario::None;

  bool is_fraud() const { return scenario != Scenario::None; }
  bool is_payment() const { return kind == TransactionKind::Payment; }
};

}  // namespace millrace::fraud
