#include "checkpoint/base_image_manifest.hpp"

#include "checkpoint/sealed_json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

namespace millrace {

std::string base_name(Epoch epoch) { return fmt::format("base/{:020}.img", number(epoch)); }

std::string encode(const BaseManifest& manifest) {
  return seal(fmt::format(R"({{"epoch":{},"bytes":{},"xxh3":"{}","firstSegment":{})",
                          number(manifest.epoch), manifest.num_bytes, manifest.hash,
                          manifest.first_segment));
}

Result<BaseManifest> decode_manifest(std::string_view text) {
  if (Status whole = check_seal(text); !whole) return whole.error();
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  BaseManifest manifest;
  std::int64_t epoch = 0;
  std::string_view hash;
  if (parser.parse(simdjson::padded_string(text)).get(members) != simdjson::SUCCESS ||
      members["epoch"].get(epoch) != simdjson::SUCCESS ||
      members["bytes"].get(manifest.num_bytes) != simdjson::SUCCESS ||
      members["xxh3"].get(hash) != simdjson::SUCCESS ||
      members["firstSegment"].get(manifest.first_segment) != simdjson::SUCCESS)
    return make_error(ErrorKind::BadData, "a member is missing");
  manifest.epoch = Epoch{epoch};
  manifest.hash = hash;
  return manifest;
}

}  // namespace millrace
