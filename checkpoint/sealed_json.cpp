#include "checkpoint/sealed_json.hpp"

#include "checkpoint/journal_checksum.hpp"

namespace millrace {
namespace {

constexpr std::string_view kChecksum = ",\"checksum\":\"";

}  // namespace

std::string seal(std::string text) {
  const std::string checksum = hex(checksum_of(text));
  text += kChecksum;
  return text + checksum + "\"}\n";
}

Status check_seal(std::string_view text) {
  const std::size_t at = text.rfind(kChecksum);
  if (at == std::string_view::npos)
    return make_error(ErrorKind::BadData, "no checksum: not written by Millrace, or cut");
  if (seal(std::string(text.substr(0, at))) != text)
    return make_error(ErrorKind::BadData,
                      "checksum mismatch: the text gives " + hex(checksum_of(text.substr(0, at))));
  return {};
}

}  // namespace millrace
