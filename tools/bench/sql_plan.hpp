#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/bench/in_process.hpp"
#include "topology/plan/node.hpp"

namespace millrace::bench {

/// A name that queries read: a stream whose watermark is its column `ts`, without delay, or a table.
struct SqlInput {
  std::string name;
  SchemaPtr schema;
  std::function<std::unique_ptr<Source>()> make;
  bool streaming = true;

  SqlInput as_table() const {
    SqlInput table = *this;
    table.streaming = false;
    return table;
  }
};

/// A query in append mode and what reads its results.
struct SqlOutput {
  plan::NodePtr query;
  std::function<std::unique_ptr<Sink>()> make;
};

plan::NodePtr sql(const std::string& text);

/// What a job that runs these queries continuously would be, with epochs of one second. Requires: the
/// queries are legal.
ExecutionPlan sql_plan(const std::vector<SqlInput>& inputs, const std::vector<SqlOutput>& outputs);

}  // namespace millrace::bench
