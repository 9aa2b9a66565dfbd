#pragma once

#include "session/active_queries.hpp"
#include "session/listener_bus.hpp"
#include "session/session_settings.hpp"
#include "session/user_function.hpp"
#include "topology/analysis/analyzer.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace millrace {

/// What the frames, readers, writers and queries of one session share. Safe to call from any
/// thread.
struct SessionState {
  explicit SessionState(SessionSettings chosen) : chosen_settings(std::move(chosen)) {}
  /// Stops the queries that nobody else holds.
  ~SessionState();

  Settings settings() const;
  /// The built-in types and functions, and the functions of the program. Views are not in it: plans
  /// hold what a view was when they were made. Valid as long as the session.
  Catalog catalog() const;
  Status add_function(ProgramFunction function);

  /// False when there is a view of that name; it stays.
  bool add_view(const std::string& name, plan::NodePtr plan);
  void put_view(const std::string& name, plan::NodePtr plan);
  bool drop_view(const std::string& name);
  /// All views as they are now.
  std::map<std::string, plan::NodePtr, NameLess> views() const;

  const SessionSettings chosen_settings;
  const std::shared_ptr<ListenerBus> bus = std::make_shared<ListenerBus>();
  const std::shared_ptr<ActiveQueries> queries = std::make_shared<ActiveQueries>();
  /// Held from the check of a query's name until the query is known. Recursive: a listener that
  /// hears of a start may start a query itself.
  std::recursive_mutex starting;

 private:
  // Programs use one session from several threads.
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, plan::NodePtr, NameLess> views_;
  // The last one counts; catalogs that were given out look into earlier ones.
  std::vector<std::shared_ptr<const FunctionRegistry>> functions_;
};

}  // namespace millrace
