#pragma once

#include <functional>

#include "tools/bench/in_process.hpp"

namespace millrace::bench {

/// source -> operators -> sink, each with one subtask, on forward edges.
ExecutionPlan chain(SchemaPtr schema, std::function<std::unique_ptr<Source>()> source,
                    std::vector<std::function<std::unique_ptr<Operator>()>> operators,
                    std::function<std::unique_ptr<Sink>()> sink);

/// amount > 10, over flood_schema().
std::unique_ptr<Operator> make_amount_filter();
/// id, amount * 2, over flood_schema().
std::unique_ptr<Operator> make_amount_project();
/// due, unchanged, over due_schema().
std::unique_ptr<Operator> make_due_project();

}  // namespace millrace::bench
