#include "sources/kafka_offsets.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

const TopicPartition kFirst{"t", 0};
const TopicPartition kSecond{"t", 1};
const TopicPartition kThird{"t", 2};

}  // namespace

TEST_CASE("offsets are written as Spark writes them, and read back") {
  const PartitionOffsets offsets{{{"b", 1}, 5}, {{"b", 0}, -2}, {{"a\"", 10}, 7}};
  const Offset text = to_offset(offsets);

  CHECK(text.json == R"({"a\"":{"10":7},"b":{"0":-2,"1":5}})");
  CHECK(parse_partition_offsets(text.json) == offsets);
  CHECK(to_offset({}).json == "{}");
}

TEST_CASE("text that is no offsets is refused") {
  for (const char* text : {"", "[]", "{", R"({"t":3})", R"({"t":{"x":1}})", R"({"t":{"0":"1"}})",
                           R"({"t":{"-1":1}})", R"({"t":{"0":1e300}})"})
    CHECK_FALSE(parse_partition_offsets(text));
}

TEST_CASE("progress tells how far an epoch stayed behind the ends, in Spark's texts") {
  const PartitionOffsets end{{kFirst, 29}, {kSecond, 1}};
  const PartitionOffsets latest{{kFirst, 100}, {kSecond, 1}, {kThird, 5}};

  CHECK(offsets_behind(end, latest) ==
        std::map<std::string, std::string>{{"avgOffsetsBehindLatest", "35.5"},
                                           {"maxOffsetsBehindLatest", "71"},
                                           {"minOffsetsBehindLatest", "0"}});
  CHECK(offsets_behind({}, latest).empty());
}

TEST_CASE("a rate limit is shared out by what waits, at least one record each") {
  const PartitionOffsets begin{{kFirst, 0}, {kSecond, 100}, {kThird, 7}};
  const PartitionOffsets end{{kFirst, 300}, {kSecond, 200}, {kThird, 7}};

  CHECK(num_waiting(begin, end) == 400);
  CHECK(limit_rate(begin, end, 40) == PartitionOffsets{{kFirst, 30}, {kSecond, 110}, {kThird, 7}});
  CHECK(limit_rate(begin, end, 1) == PartitionOffsets{{kFirst, 1}, {kSecond, 101}, {kThird, 7}});
  CHECK(limit_rate(begin, end, 1000) == end);
}
