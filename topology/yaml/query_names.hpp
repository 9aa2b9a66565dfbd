#pragma once

#include <set>
#include <string>

#include "expressions/parser.hpp"

namespace millrace::yaml {

/// Names of the tables that a query reads, lower case, without those it defines itself by WITH.
std::set<std::string> table_names(const SelectQuery& query);

}  // namespace millrace::yaml
