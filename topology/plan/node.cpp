#include "topology/plan/node.hpp"

#include <atomic>

namespace millrace::plan {

std::int64_t next_node_id() {
  // Only uniqueness matters, so no order between threads is needed.
  static std::atomic<std::int64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

NodePtr make_node(Node::Kind kind, std::vector<NodePtr> inputs, Origin origin) {
  Node node;
  node.kind = std::move(kind);
  node.id = next_node_id();
  node.inputs = std::move(inputs);
  node.origin = std::move(origin);
  return std::make_shared<const Node>(std::move(node));
}

}  // namespace millrace::plan
