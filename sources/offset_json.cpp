#include "sources/offset_json.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace millrace {

std::optional<std::int64_t> offset_field(const Offset& offset, std::string_view name) {
  const auto json = nlohmann::json::parse(offset.json, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto field = json.find(std::string(name));
  if (field == json.end() || !field->is_number_integer()) return std::nullopt;
  return field->get<std::int64_t>();
}

std::optional<std::int64_t> offset_number(const Offset& offset) {
  const auto json = nlohmann::json::parse(offset.json, nullptr, false);
  if (!json.is_number_integer()) return std::nullopt;
  return json.get<std::int64_t>();
}

Error offset_error(std::string_view source, const Offset& offset) {
  return make_error(
      ErrorKind::BadData,
      std::string(source) + " source: offset of another source: '" + offset.json + "'",
      "start with a new checkpoint location");
}

}  // namespace millrace
