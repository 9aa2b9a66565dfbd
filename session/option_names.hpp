#pragma once

#include "records/secrets.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/plan/node.hpp"

namespace millrace {

/// An option that no source or sink of the query knows is an error with the nearest name, as in a
/// topology file. Types that do not exist are left to the analyzer.
Status check_option_names(const plan::WriteStream& output, const Catalog& catalog);
/// The same for what a frame without a sink reads.
Status check_option_names(const plan::NodePtr& plan, const Catalog& catalog);

/// The texts of the options of the query that are declared secret.
Secrets secrets_of(const plan::WriteStream& output, const Catalog& catalog);

}  // namespace millrace
