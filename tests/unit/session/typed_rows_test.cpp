#include "session/session.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace shop {

struct Purchase {
  std::string district;
  std::int64_t amount = 0;
  std::optional<double> discount;
  bool operator==(const Purchase&) const = default;
};
MILLRACE_ROW(Purchase, district, amount, discount)

}  // namespace shop

using shop::Purchase;

TEST_CASE("structs go into a frame and come out again") {
  const Session session;
  const std::vector<Purchase> purchases{{"north", 3, 0.5}, {"south", 4, std::nullopt}};

  auto out = session.create_data_frame(purchases).where("amount > 3").collect_as<Purchase>();

  REQUIRE(out.ok());
  CHECK(*out == std::vector<Purchase>{{"south", 4, std::nullopt}});
}

TEST_CASE("a row is read by name, as the type it has") {
  const Session session;
  auto rows = session.create_data_frame(std::vector<Purchase>{{"north", 300, std::nullopt}}).rows();
  REQUIRE(rows.ok());
  const Row& row = rows->front();

  CHECK(*row.get<std::string>("District") == "north");
  CHECK(*row.get<int>("amount") == 300);
  CHECK(row.is_null(2));
  CHECK(row.get<std::int8_t>("amount").error().message ==
        "row: column 'amount' is read as another type than it has: BIGINT");
  CHECK(row.get<double>("discount").error().message ==
        "row: column 'discount' is read as another type than it has: NULL");
  CHECK(row.get<int>("amont").error().fix == "write 'amount'");
}

TEST_CASE("a struct whose member has another type than the column is an error") {
  const Session session;
  auto frame = session.create_data_frame(std::vector<Purchase>{{"north", 1, 1.0}})
                   .with_column("amount", lit("many"));

  CHECK_FALSE(frame.collect_as<Purchase>().ok());
}

TEST_CASE("a view is made once, or replaced on purpose") {
  const Session session;
  const DataFrame frame = session.create_data_frame(std::vector<Purchase>{{"north", 1, 1.0}});

  CHECK(frame.create_temp_view("shop").ok());
  CHECK(frame.create_temp_view("SHOP").error().error_class ==
        "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
  frame.create_or_replace_temp_view("shop");
  CHECK(session.sql("SELECT * FROM shop")->collect()->size() == 1);
}
