#pragma once

#include "expressions/binder.hpp"

#include <cstddef>
#include <vector>

namespace millrace {

/// For each call the number of the one that has its state: itself, or an earlier call of the same
/// SharedFunction with the same arguments.
std::vector<std::size_t> state_owners(const std::vector<BoundAggregate>& calls);

}  // namespace millrace
