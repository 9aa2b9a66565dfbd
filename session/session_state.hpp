#pragma once

#include "session/session_settings.hpp"
#include "topology/analysis/analyzer.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace millrace {

struct QueryRun;

/// What the frames, readers, writers and queries of one session share. Safe to call from any
/// thread.
struct SessionState {
  explicit SessionState(SessionSettings chosen) : chosen_settings(std::move(chosen)) {}

  Settings settings() const;
  /// The built-in types and functions. Views are not in it: plans hold what a view was when they
  /// were made.
  Catalog catalog() const { return Catalog::builtin(); }

  void put_view(const std::string& name, plan::NodePtr plan);
  bool drop_view(const std::string& name);
  /// All views as they are now.
  std::map<std::string, plan::NodePtr, NameLess> views() const;

  /// Keeps the query alive while it runs; forgets those that ended. Requires: the query started.
  void add_query(const std::shared_ptr<QueryRun>& run);
  /// The query of that name that runs, or null.
  std::shared_ptr<QueryRun> find_active(const std::string& name) const;

  const SessionSettings chosen_settings;
  /// Held from the check of a query's name until the query is known.
  std::mutex starting;

 private:
  // Programs use one session from several threads.
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, plan::NodePtr, NameLess> views_;
  std::vector<std::shared_ptr<QueryRun>> queries_;
};

}  // namespace millrace
