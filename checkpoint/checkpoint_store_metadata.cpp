#include "checkpoint/checkpoint_store_metadata.hpp"

#include "checkpoint/journal_format.hpp"
#include "checkpoint/key_groups.hpp"
#include "checkpoint/sealed_json.hpp"
#include "records/value_text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

namespace millrace {
namespace {

StoreMetadata read_members(simdjson::dom::object members) {
  StoreMetadata metadata;
  metadata.query_id = std::string(members["id"].get_string().value());
  simdjson::dom::object nodes;
  if (members["nodes"].get(nodes) != simdjson::SUCCESS) return metadata;
  metadata.fingerprint.emplace();
  for (const auto node : nodes)
    metadata.fingerprint->nodes[std::string(node.key)] =
        std::string(node.value.get_string().value());
  return metadata;
}

}  // namespace

std::string encode(const StoreMetadata& metadata) {
  std::string text = "{\"id\":";
  append_json_string(text, metadata.query_id);
  text += fmt::format(",\"formatVersion\":{},\"keyGroups\":{}", kFormatVersion, kKeyGroups);
  if (metadata.fingerprint) {
    text += ",\"nodes\":{";
    for (const auto& [name, description] : metadata.fingerprint->nodes) {
      if (text.back() != '{') text += ',';
      append_json_string(text, name);
      text += ':';
      append_json_string(text, description);
    }
    text += '}';
  }
  return seal(std::move(text));
}

Result<StoreMetadata> decode_metadata(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(simdjson::padded_string(text)).get(members) != simdjson::SUCCESS)
    return make_error(ErrorKind::BadData, "not a JSON object");
  std::uint64_t version = 0;
  if (members["formatVersion"].get(version) == simdjson::SUCCESS && version != kFormatVersion)
    return make_error(
        ErrorKind::BadData,
        fmt::format("format version {}, but this program reads {}", version, kFormatVersion));
  if (Status whole = check_seal(text); !whole) return whole.error();
  return read_members(members);
}

std::vector<std::string> differences(const TopologyFingerprint& before,
                                     const TopologyFingerprint& now) {
  std::vector<std::string> notes;
  for (const auto& [name, text] : before.nodes) {
    const auto found = now.nodes.find(name);
    if (found == now.nodes.end())
      notes.push_back(fmt::format("node `{}` is gone: it was {}", name, text));
    else if (found->second != text)
      notes.push_back(fmt::format("node `{}` was {} and is now {}", name, text, found->second));
  }
  for (const auto& [name, text] : now.nodes)
    if (!before.nodes.contains(name))
      notes.push_back(fmt::format("node `{}` is new: {}", name, text));
  return notes;
}

}  // namespace millrace
