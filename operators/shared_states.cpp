#include "operators/shared_states.hpp"

#include "expressions/shared_function.hpp"

#include <algorithm>
#include <typeinfo>

namespace millrace {

namespace {

bool is_same(const BoundExpressionPtr& a, const BoundExpressionPtr& b) {
  return a == b || (a->column_index() >= 0 && a->column_index() == b->column_index());
}

bool may_share(const BoundAggregate& a, const BoundAggregate& b) {
  const AggregateFunction& of_a = *a.function;
  const AggregateFunction& of_b = *b.function;
  return typeid(of_a) == typeid(of_b) && dynamic_cast<const SharedFunction*>(&of_a) != nullptr &&
         std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    is_same);
}

}  // namespace

std::vector<std::size_t> state_owners(const std::vector<BoundAggregate>& calls) {
  std::vector<std::size_t> owners;
  std::vector<std::uint32_t> num_calls(calls.size(), 0);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    std::size_t owner = 0;
    while (owner < i && !(owners[owner] == owner && num_calls[owner] < SharedFunction::kMostCalls &&
                          may_share(calls[owner], calls[i])))
      ++owner;
    owners.push_back(owner);
    ++num_calls[owner];
  }
  return owners;
}

}  // namespace millrace
