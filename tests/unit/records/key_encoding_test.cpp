#include "records/key_encoding.hpp"

#include "records/record_batch.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace millrace;

namespace {

ColumnRef strings(RecordPool& pool, std::vector<const char*> values) {
  ColumnRef column = pool.make_column(TypeKind::String);
  for (const char* value : values) value ? column->append_bytes(value) : column->append_null();
  return column;
}

template <class T>
ColumnRef numbers(RecordPool& pool, TypeKind kind, std::vector<T> values) {
  ColumnRef column = pool.make_column(kind);
  for (T value : values) column->append(value);
  return column;
}

/// `a` for the first key seen, `b` for the second, ...: rows with the same letter are one group.
std::string groups(KeyEncoder& encoder, const std::vector<ColumnRef>& columns, Rows rows) {
  encoder.encode(columns, rows);
  std::vector<std::string_view> seen;
  std::string letters;
  for (std::uint32_t k = 0; k < encoder.size(); ++k) {
    std::size_t g = 0;
    while (g < seen.size() && seen[g] != encoder.key(k)) ++g;
    if (g == seen.size()) seen.push_back(encoder.key(k));
    letters += static_cast<char>('a' + g);
  }
  return letters;
}

}  // namespace

TEST_CASE("a single string key groups NULL apart from every text") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::String});
  ColumnRef column = strings(*pool, {"x", nullptr, "", "x", nullptr, "\xff", "\xff\xff", ""});

  CHECK(groups(encoder, {column}, Rows::all(8)) == "abcabdec");
}

TEST_CASE("a single string key is not copied") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::String});
  ColumnRef column = strings(*pool, {"word"});

  encoder.encode({column}, Rows::all(1));

  CHECK(encoder.key(0).data() == column->at<std::string_view>(0).data());
}

TEST_CASE("a double key has one NaN and one zero") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::Double});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ColumnRef column = numbers<double>(*pool, TypeKind::Double, {0.0, -0.0, nan, -nan, 1.0});

  CHECK(groups(encoder, {column}, Rows::all(5)) == "aabbc");
}

TEST_CASE("several keys do not run into each other") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::String, TypeKind::String});
  ColumnRef left = strings(*pool, {"a", "ab", nullptr, "", nullptr});
  ColumnRef right = strings(*pool, {"bc", "c", "", nullptr, ""});

  CHECK(groups(encoder, {left, right}, Rows::all(5)) == "abcdc");
}

TEST_CASE("only the rows asked for are encoded, by position") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::Long});
  ColumnRef column = numbers<std::int64_t>(*pool, TypeKind::Long, {1, 2, 3, 2});
  const std::uint32_t chosen[] = {1, 3};

  CHECK(groups(encoder, {column}, Rows::listed(chosen, 2)) == "aa");
}

TEST_CASE("equal maps are one group whatever the order of their entries") {
  auto pool = RecordPool::create();
  const DataType type = DataType::map(TypeKind::String, TypeKind::Int);
  KeyEncoder encoder({type});
  ColumnRef column = pool->make_column(type);
  for (std::vector<std::pair<const char*, int>> entries :
       {std::vector<std::pair<const char*, int>>{{"a", 1}, {"b", 2}},
        {{"b", 2}, {"a", 1}},
        {{"a", 2}}}) {
    for (auto [key, value] : entries) {
      column->child(0)->append_bytes(key);
      column->child(1)->append<std::int32_t>(value);
    }
    column->append_list(static_cast<std::uint32_t>(entries.size()));
  }

  CHECK(groups(encoder, {column}, Rows::all(3)) == "aab");
}

TEST_CASE("decoding gives the values of nested keys back") {
  auto pool = RecordPool::create();
  const DataType window =
      DataType::structure({{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}});
  const DataType list = DataType::array(TypeKind::String);
  KeyEncoder encoder({window, list});
  ColumnRef windows = pool->make_column(window);
  ColumnRef lists = pool->make_column(list);
  windows->child(0)->append<std::int64_t>(10);
  windows->child(1)->append_null();
  windows->append_struct();
  lists->child(0)->append_bytes("x");
  lists->child(0)->append_null();
  lists->append_list(2);
  windows->append_null();
  lists->append_list(0);

  std::vector<ColumnRef> decoded = {pool->make_column(window), pool->make_column(list)};
  encoder.encode({windows, lists}, Rows::all(2));
  for (std::uint32_t k = 0; k < 2; ++k) encoder.decode(encoder.key(k), decoded);

  CHECK(decoded[0]->child(0)->at<std::int64_t>(0) == 10);
  CHECK(decoded[0]->child(1)->is_null(0));
  CHECK_FALSE(decoded[0]->is_null(0));
  CHECK(decoded[0]->is_null(1));
  CHECK(decoded[1]->child(0)->at<std::string_view>(0) == "x");
  CHECK(decoded[1]->child(0)->is_null(1));
  CHECK(decoded[1]->at<ListSlot>(1).size == 0);
}

TEST_CASE("decoding a single string key takes the mark off") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::String});
  ColumnRef column = strings(*pool, {"\xff", nullptr, ""});

  std::vector<ColumnRef> decoded = {pool->make_column(TypeKind::String)};
  encoder.encode({column}, Rows::all(3));
  for (std::uint32_t k = 0; k < 3; ++k) encoder.decode(encoder.key(k), decoded);

  CHECK(decoded[0]->at<std::string_view>(0) == "\xff");
  CHECK(decoded[0]->is_null(1));
  CHECK(decoded[0]->at<std::string_view>(2).empty());
}

TEST_CASE("decoding gives texts of any length back that stand beside a number") {
  auto pool = RecordPool::create();
  KeyEncoder encoder({TypeKind::Long, TypeKind::String});
  ColumnRef lengths = pool->make_column(TypeKind::Long);
  ColumnRef texts = pool->make_column(TypeKind::String);
  std::string text;
  for (std::int64_t length = 0; length < 40; ++length) {
    lengths->append(length);
    texts->append_bytes(text);
    text += static_cast<char>('a' + length % 26);
  }

  std::vector<ColumnRef> decoded = {pool->make_column(TypeKind::Long), pool->make_column(TypeKind::String)};
  encoder.encode({lengths, texts}, Rows::all(40));
  for (std::uint32_t k = 0; k < 40; ++k) encoder.decode(encoder.key(k), decoded);

  for (std::uint32_t k = 0; k < 40; ++k) {
    CHECK(decoded[0]->at<std::int64_t>(k) == k);
    CHECK(decoded[1]->at<std::string_view>(k) == texts->at<std::string_view>(k));
  }
}
