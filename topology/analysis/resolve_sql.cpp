#include "expressions/parser.hpp"
#include "topology/analysis/resolver.hpp"

namespace millrace {

Resolver::Resolved Resolver::resolve_kind(const plan::SqlQuery&, const plan::Node& node) {
  fail(make_error(ErrorKind::Internal, "topology: sql: not implemented"), node.origin);
  return std::nullopt;
}

}  // namespace millrace
