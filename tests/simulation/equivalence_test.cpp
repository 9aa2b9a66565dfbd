// The equivalence law: a job gives one final result, however it is run. Random topologies over random
// input, against each other and against loops over the whole input (naive_model.hpp). A failure prints
// the topology, the input and what to set RC_PARAMS to; RC_PARAMS="max_success=20000 seed=1" makes a
// long run.
#include "tests/simulation/naive_model.hpp"
#include "tests/simulation/topology_run.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <sstream>

using namespace millrace;
using namespace millrace::testing;

namespace {

const std::vector<Way> kWays{
    {Trigger::Kind::AvailableNow, 1, true, 0},    {Trigger::Kind::ProcessingTime, 1, false, 0},
    {Trigger::Kind::AvailableNow, 1, false, 0},   {Trigger::Kind::AvailableNow, 3, false, 0},
    {Trigger::Kind::Continuous, 1, false, 0},     {Trigger::Kind::Continuous, 3, false, 0},
    {Trigger::Kind::ProcessingTime, 1, false, 2}, {Trigger::Kind::Continuous, 3, false, 2},
};

std::string text_of(const TestRows& rows) {
  const auto text = [](const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : std::string("null");
  };
  std::ostringstream out;
  for (const TestRow& row : rows)
    out << "(" << static_cast<double>(row.micros) / 1e6 << "," << text(row.k) << "," << text(row.v)
        << ") ";
  return out.str();
}

}  // namespace

TEST_CASE("random topologies come to one result in every mode, and with crashes") {
  CHECK(rc::check([] {
    const RandomTopology topology = *random_topology();
    const auto seed = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
    const std::string expected = text_of(naive_result(topology));
    for (const Way& way : kWays) {
      const std::string given = text_of(result_of(topology, way, seed));
      if (given != expected)
        RC_FAIL(to_text(way) + " gives " + given + "\nbut a model gives " + expected);
    }
  }));
}
