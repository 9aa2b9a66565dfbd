#pragma once

#include "actors/job.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace::cli {

/// How a job runs as its topology file says; what hears of it is left empty.
JobOptions job_options(const LoadedTopology& loaded);

}  // namespace millrace::cli
