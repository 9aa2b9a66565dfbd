#pragma once

#include "checkpoint/checkpoint_store.hpp"

#include <optional>
#include <string>

namespace millrace {

/// The file `metadata`: Spark's {"id": ...} and what must not change.
struct StoreMetadata {
  std::string query_id;
  /// None: the file was made anew by `millrace checkpoint repair`; the next start says.
  std::optional<TopologyFingerprint> fingerprint;
};

std::string encode(const StoreMetadata& metadata);
/// Error: what is wrong with the text, without the name of the file.
Result<StoreMetadata> decode_metadata(std::string_view text);

/// What differs, one note for each node; empty when nothing does.
std::vector<std::string> differences(const TopologyFingerprint& before,
                                     const TopologyFingerprint& now);

}  // namespace millrace
