#include "tools/fraud/population_csv.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <iterator>

namespace millrace::fraud {

namespace {

std::string file(const std::string& path) {
  std::ifstream in(path);
  REQUIRE(in.is_open());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("customers and terminals are lines of CSV under a header") {
  Population population;
  population.customers.resize(1);
  population.customers[0].home = {-12.34, 5};
  population.customers[0].country = 1;
  population.customers[0].mean_amount = 20.5;
  population.terminals = {{{1, 2}, 0, true, "online"}};

  CHECK(customers_csv(population) ==
        "card,home_country,home_x,home_y,usual_amount\n0,FR,-12.3,5.0,20.50\n");
  CHECK(terminals_csv(population) ==
        "terminal,country,category,online,x,y\n0,DE,online,true,1.0,2.0\n");
}

TEST_CASE("the tables beside the example are those of the simulator's own population") {
  const Population population = make_population({});

  CHECK(file("examples/data/fraud/customers.csv") == customers_csv(population));
  CHECK(file("examples/data/fraud/terminals.csv") == terminals_csv(population));
}

}  // namespace millrace::fraud
