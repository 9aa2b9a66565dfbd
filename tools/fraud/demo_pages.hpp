#pragma once

#include "server/http_server.hpp"
#include "tools/fraud/demo.hpp"

namespace millrace::fraud {

/// Adds the fraud page and what it asks for. What needs the engine (its graph, its metrics) is
/// asked of the engine's own server, so that the page stays when the engine goes. `demo` must
/// outlive the server.
void add_demo_pages(HttpServer& server, Demo& demo);

}  // namespace millrace::fraud
