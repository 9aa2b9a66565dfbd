#pragma once

#include <string>
#include <vector>

#include "topology/analysis/analyzer.hpp"
#include "topology/plan/node.hpp"

/// Short ways to write plans in tests, over sources and sinks that never run.
namespace millrace::testing {

/// Sources `file` (schema given, bounded or not), `rate`, `socket` (one column `value`); sinks `noop`,
/// `console` and `memory` (all modes), `file` (append only).
const Catalog& catalog();
/// The same with names: ev(ts, k, v), wm (with a 10 second watermark on ts), l(lt, k, a) and r(rt, rk,
/// b) with lw and rw (the same with watermarks), static(k, sv, st).
const Catalog& catalog_with_names();

plan::NodePtr read(const std::string& format, const std::string& schema, bool streaming = true);
plan::NodePtr table(const std::string& name);
plan::NodePtr alias(plan::NodePtr input, const std::string& name);
plan::NodePtr sql(const std::string& text);

plan::NodePtr select(plan::NodePtr input, const std::vector<std::string>& list);
plan::NodePtr where(plan::NodePtr input, const std::string& condition);
plan::NodePtr group(plan::NodePtr input, const std::vector<std::string>& grouping,
                    const std::vector<std::string>& aggregates = {"count(1) AS count"});
plan::NodePtr watermark(plan::NodePtr input, const std::string& column, const std::string& delay);
plan::NodePtr unique(plan::NodePtr input, const std::vector<std::string>& columns);
plan::NodePtr unique_within_watermark(plan::NodePtr input, const std::vector<std::string>& columns);
plan::NodePtr order(plan::NodePtr input, const std::vector<std::string>& orders);
plan::NodePtr limit(plan::NodePtr input, std::int64_t count);
plan::NodePtr join(plan::NodePtr left, plan::NodePtr right, const std::string& condition,
                   const std::string& type = "inner");
plan::NodePtr join_using(plan::NodePtr left, plan::NodePtr right,
                         const std::vector<std::string>& columns,
                         const std::string& type = "inner");
plan::NodePtr unite(plan::NodePtr first, plan::NodePtr second);

plan::WriteStream write(plan::NodePtr input, const std::string& mode = "append",
                        const std::string& format = "noop", const std::string& name = "out");
Analysis analyzed(plan::NodePtr input, const std::string& mode = "append",
                  const Settings& settings = {});
/// `k:string,n:bigint`, or the errors.
std::string columns_of(plan::NodePtr input);
/// `[CLASS] message SQLSTATE: state`, one a line.
std::string errors_of(const Analysis& analysis);
std::string text_of(const Error& error);

}  // namespace millrace::testing
