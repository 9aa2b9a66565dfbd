#pragma once

#include "expressions/aggregate_function.hpp"

#include <vector>

namespace millrace {

/// An aggregate over the distinct combinations of its arguments, exact: the state is the set of them. Rows
/// where an argument is NULL are left out, as count, sum, avg, min and max do. `types` are those of the
/// arguments.
AggregateFunctionPtr make_distinct(AggregateFunctionPtr function, std::vector<DataType> types);

/// The same for `count`, whose result is the size of the set and costs nothing to give. Over one argument of at
/// most eight bytes it is a SharedFunction.
AggregateFunctionPtr make_count_distinct(AggregateFunctionPtr count, std::vector<DataType> types);

/// `count` over one distinct argument of a fixed width of at most eight bytes.
AggregateFunctionPtr make_count_distinct_numbers();

}  // namespace millrace
