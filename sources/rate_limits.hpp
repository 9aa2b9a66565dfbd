#pragma once

#include "records/options.hpp"

namespace millrace {

/// The options without those that limit what one trigger reads. Trigger `once` reads all there is in
/// one micro-batch; Spark leaves the limits out of account then, though bad values are refused.
Options without_rate_limits(const Options& options);

}  // namespace millrace
