#include "sources/kafka_fingerprints.hpp"

#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace millrace;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "millrace-fingerprints-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string file() const { return path_ / "sources/records"; }

 private:
  fs::path path_;
};

const TopicPartition kFirst{"t", 0};
const TopicPartition kSecond{"t", 1};

}  // namespace

TEST_CASE("the next process finds the last record noted of each partition") {
  Folder folder;
  KafkaFingerprints first(folder.file(), {});
  CHECK(first.load().empty());
  first.note(kFirst, {3, 111});
  first.note(kFirst, {9, -222});
  first.note(kSecond, {0, 333});
  first.save();

  KafkaFingerprints second(folder.file(), {});
  CHECK(second.load() == KafkaFingerprints::ByPartition{{kFirst, {9, -222}}, {kSecond, {0, 333}}});
  second.note(kFirst, {12, 444});
  second.save();

  KafkaFingerprints third(folder.file(), {});
  CHECK(third.load() == KafkaFingerprints::ByPartition{{kFirst, {12, 444}}, {kSecond, {0, 333}}});
}

TEST_CASE("a partition that is forgotten is not found again") {
  Folder folder;
  KafkaFingerprints first(folder.file(), {});
  first.note(kFirst, {3, 111});
  first.note(kSecond, {4, 222});
  first.save();
  first.forget({kFirst});
  first.save();

  CHECK(KafkaFingerprints(folder.file(), {}).load() ==
        KafkaFingerprints::ByPartition{{kSecond, {4, 222}}});
}

TEST_CASE("a new record is wanted after each save") {
  Folder folder;
  KafkaFingerprints fingerprints(folder.file(), {});
  const std::int64_t round = fingerprints.round();
  fingerprints.save();
  CHECK(fingerprints.round() == round);
  fingerprints.note(kFirst, {3, 111});
  fingerprints.save();
  CHECK(fingerprints.round() != round);
}

TEST_CASE("a damaged file of fingerprints says nothing") {
  Folder folder;
  fs::create_directories(fs::path(folder.file()).parent_path());
  for (const char* text : {"", "v1\n", "v1\n{}", "v2\n{}\n{}\n", "v1\n{\"t\":{\"0\":1}}\n{}\n",
                           "v1\n{\"t\":{\"0\":1}}\n{\"t\":{\"0\":\"x\"}}\n"}) {
    std::ofstream(folder.file()) << text;
    CHECK(KafkaFingerprints(folder.file(), {}).load().empty());
  }
}

TEST_CASE("fingerprints that cannot be written are told of once") {
  std::vector<std::string> warnings;
  KafkaFingerprints fingerprints("/proc/nowhere/records",
                                 [&](std::string text) { warnings.push_back(std::move(text)); });
  for (int i = 0; i < 2; ++i) {
    fingerprints.note(kFirst, {i, 1});
    fingerprints.save();
  }
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("'/proc/nowhere/records'") != std::string::npos);
}
