#pragma once

#include "sources/file_listing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// Folder in which a file sink (Spark's or ours) lists the files of its committed epochs.
std::string manifest_folder(const std::string& folder);

/// The files of `folder` by its manifest, so that files of epochs that were given up are not read.
/// Empty when the folder has no manifest. Error: the manifest is damaged.
Result<std::optional<std::vector<FoundFile>>> list_by_manifest(const std::string& folder);

}  // namespace millrace
