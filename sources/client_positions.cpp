#include "sources/client_positions.hpp"

#include <nlohmann/json.hpp>

namespace millrace {

namespace {

bool is_position(const nlohmann::json& value) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 0;
}

}  // namespace

Offset to_offset(const ClientPositions& positions) {
  nlohmann::json clients = nlohmann::json::object();
  for (const auto& [client, next] : positions) clients[client] = next;
  return Offset{nlohmann::json{{"clients", std::move(clients)}}.dump()};
}

std::optional<ClientPositions> client_positions(const Offset& offset) {
  const auto json = nlohmann::json::parse(offset.json, nullptr, false);
  if (!json.is_object() || !json.contains("clients") || !json["clients"].is_object())
    return std::nullopt;
  ClientPositions positions;
  for (const auto& [client, next] : json["clients"].items()) {
    if (!is_position(next)) return std::nullopt;
    positions[client] = next.get<std::int64_t>();
  }
  return positions;
}

std::optional<ClientGreeting> parse_greeting(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("client") || !json.contains("next")) return std::nullopt;
  if (!json["client"].is_string() || !is_position(json["next"])) return std::nullopt;
  ClientGreeting greeting{json["client"].get<std::string>(), json["next"].get<std::int64_t>()};
  if (greeting.client.empty()) return std::nullopt;
  return greeting;
}

}  // namespace millrace
