#pragma once

#include "records/time_zone.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/plan/node.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace millrace {

/// Names and the plans that they stand for.
using NamedPlans = std::map<std::string, plan::NodePtr, NameLess>;

/// Nodes of one SELECT, unresolved. Error: PARSE_SYNTAX_ERROR.
Result<plan::NodePtr> plan_of_sql(std::string_view text, const TimeZone& zone);

/// The plan of a table; null when there is none of that name.
using FindTable = std::function<plan::NodePtr(const std::string& name)>;

/// The plan with what `find` gives in place of each table. Tables that it does not know stay. Names
/// inside of what it gives are left alone.
plan::NodePtr with_tables(const plan::NodePtr& plan, const FindTable& find);

/// The same plan without what is notation only: SQL text is parsed, names are replaced by what they
/// stand for, an aggregate is a select list, options are sorted and formats and paths are written
/// out, names of nodes and options that only the front end looks at are gone. Plans that mean the
/// same by construction have equal text, whatever front end built them. Not for running: errors
/// no longer know where they stand. Errors: of the parser.
Result<plan::NodePtr> canonical_plan(const plan::NodePtr& plan, const NamedPlans& names = {});

}  // namespace millrace
