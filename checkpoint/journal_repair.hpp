#pragma once

#include "checkpoint/file_system.hpp"
#include "checkpoint/journal_recovery.hpp"

#include <string>
#include <vector>

namespace millrace {

enum class RepairPermission { LoseNothing, LoseEpochs };

/// Reads a location without changing it, also while a job writes there.
Result<JournalContents> inspect_location(FileSystem& files, const std::string& location);

/// Mends a location so that it opens again, and says line by line what was done. Without permission
/// to lose epochs an error says which ones would be lost. Damaged files are kept as `NAME.damaged`.
Result<std::vector<std::string>> repair_location(FileSystem& files, const std::string& location,
                                                 RepairPermission permission);

}  // namespace millrace
