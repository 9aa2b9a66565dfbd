#pragma once

#include "sources/source.hpp"

namespace millrace {

/// A source whose `latest_offset` may be asked while rows up to the last limit are still being read; the
/// answer then goes on from that limit. Micro-batches of such sources are planned while the one before is
/// read.
class AheadSource : public Source {};

}  // namespace millrace
