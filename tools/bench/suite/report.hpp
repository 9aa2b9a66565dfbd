#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace millrace::bench {

// All take results as `to_json` in results.hpp makes them.

/// A table of all figures with their targets, and the loads behind them.
std::string markdown_report(const nlohmann::json& results);
/// One page that needs nothing else: tables, percentile curves, latency over time, the rate sweep, NEXMark.
std::string html_report(const nlohmann::json& results);
/// Figures whose medians are further apart than noise: the spreads (quartiles) of both runs together, for an absolute latency
/// as much as its floor moved, and at least 5 %.
std::string comparison(const nlohmann::json& before, const nlohmann::json& after);

/// The page around the results, which stand in for `RESULTS`.
const char* report_page();

}  // namespace millrace::bench
