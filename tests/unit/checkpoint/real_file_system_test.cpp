#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/file_system.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>

using namespace millrace;

namespace {

/// A folder that goes with the test.
struct ScratchFolder {
  std::string path;
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

CheckpointOptions options_in(const ScratchFolder& folder) {
  CheckpointOptions options;
  options.location = folder.path + "/job";
  return options;
}

/// Commits and waits until it is durable.
Status commit_and_wait(CheckpointStore& store, std::int64_t epoch) {
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<Status> answer;
  CommitRecord record;
  record.epoch = Epoch{epoch};
  store.commit(std::move(record), [&](Status status) {
    const std::lock_guard guard(mutex);
    answer = std::move(status);
    wake.notify_one();
  });
  std::unique_lock guard(mutex);
  wake.wait(guard, [&] { return answer.has_value(); });
  return *answer;
}

}  // namespace

TEST_CASE("a store on a disk commits from its own thread and is found again") {
  const ScratchFolder folder;
  std::string id;
  {
    auto store = CheckpointStore::open(real_file_system(), options_in(folder));
    REQUIRE(store);
    id = (*store)->query_id();
    for (int epoch = 0; epoch < 5; ++epoch) REQUIRE(commit_and_wait(**store, epoch));
    CHECK((*store)->totals().commits == 5);
  }

  auto again = CheckpointStore::open(real_file_system(), options_in(folder));

  REQUIRE(again);
  CHECK((*again)->query_id() == id);
  REQUIRE((*again)->recovered() != nullptr);
  CHECK((*again)->recovered()->last->epoch == Epoch{4});
  CHECK((*again)->recovered()->warnings.empty());
}

TEST_CASE("a second process on one location is told who holds it") {
  const ScratchFolder folder;
  const auto first = CheckpointStore::open(real_file_system(), options_in(folder));
  REQUIRE(first);

  const auto second = CheckpointStore::open(real_file_system(), options_in(folder));

  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::Temporary);
  CHECK(second.error().message.ends_with("is locked by process " + std::to_string(::getpid())));
}

TEST_CASE("a location that is a file is refused") {
  const ScratchFolder folder;
  auto file = real_file_system().open_for_write(folder.path + "/job", true);
  REQUIRE(file);

  const auto store = CheckpointStore::open(real_file_system(), options_in(folder));

  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::CannotCreate);
}

TEST_CASE("pieces are written one after the other, however many they are") {
  const ScratchFolder folder;
  const std::string path = folder.path + "/file";
  std::string expected;
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back(std::to_string(i) + ",");
  for (const std::string& text : texts) expected += text;
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());

  auto file = real_file_system().open_for_write(path, true);
  REQUIRE(file);
  REQUIRE((*file)->write_at(3, pieces));
  REQUIRE((*file)->sync());

  const auto bytes = real_file_system().read(path);
  REQUIRE(bytes);
  CHECK((*bytes)->view().substr(3) == expected);
}

TEST_CASE("errors of the operating system name the file and what is wrong") {
  const auto file = real_file_system().read("/no/such/file");

  REQUIRE_FALSE(file);
  CHECK(file.error().kind == ErrorKind::InputMissing);
  CHECK(file.error().message == "cannot read: '/no/such/file': No such file or directory");
}
