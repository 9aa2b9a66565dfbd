#pragma once

#include <nlohmann/json_fwd.hpp>

namespace millrace::bench {

/// Where a run took place: processor, cores, kernel, clock, compiler, commit, load before the run; `line` has
/// all of it in one line.
nlohmann::json environment();

}  // namespace millrace::bench
