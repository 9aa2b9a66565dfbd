#pragma once

#include "sources/source.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// The next record of each client by the client's name: the offset of a socket source that
/// acknowledges.
using ClientPositions = std::map<std::string, std::int64_t, std::less<>>;

/// `{"clients":{"terminals":120}}`
Offset to_offset(const ClientPositions& positions);
/// Empty when the offset belongs to another kind of source.
std::optional<ClientPositions> client_positions(const Offset& offset);

/// What a client says first: who it is and the number of the record that follows.
struct ClientGreeting {
  std::string client;
  std::int64_t next = 0;
};
/// Reads `{"client": "terminals", "next": 120}`; empty when `line` is something else.
std::optional<ClientGreeting> parse_greeting(std::string_view line);

}  // namespace millrace
