#include "records/state_memory.hpp"

#include "records/state_bytes.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace millrace;

namespace {

std::vector<std::byte*> take(std::uint32_t size, std::size_t count) {
  std::vector<std::byte*> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(StateMemory::allocate(size));
  return blocks;
}

void release(const std::vector<std::byte*>& blocks, std::uint32_t size) {
  for (std::byte* block : blocks) StateMemory::release(block, size);
}

}  // namespace

TEST_CASE("a block is at least as large as what was asked for and wastes at most a fifth") {
  for (std::uint32_t bytes = 1; bytes <= StateMemory::kLargestBlock + 1; ++bytes) {
    const std::uint32_t size = StateMemory::block_size(bytes);
    if (size < bytes || (bytes > 64 && size > bytes + bytes / 4)) FAIL(bytes << " in " << size);
    if (size <= StateMemory::kLargestBlock && (size % 16 != 0 || StateMemory::block_size(size) != size))
      FAIL(size << " is no size of a block");
  }
}

TEST_CASE("blocks that are held do not overlap, whatever their sizes") {
  std::vector<std::pair<std::byte*, std::uint32_t>> held;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const std::uint32_t size = StateMemory::block_size(i * 37 % 40'000 + 1);
    held.emplace_back(StateMemory::allocate(size), size);
    std::memset(held.back().first, static_cast<int>(i % 251), size);
  }
  for (std::uint32_t i = 0; i < held.size(); ++i) {
    const auto [block, size] = held[i];
    const std::string_view bytes(reinterpret_cast<const char*>(block), size);
    if (bytes.find_first_not_of(static_cast<char>(i % 251)) != bytes.npos) FAIL("block " << i);
  }
  for (const auto& [block, size] : held) StateMemory::release(block, size);
}

TEST_CASE("blocks that another thread released are used again") {
  constexpr std::uint32_t kSize = 3072;
  const std::vector<std::byte*> blocks = take(kSize, 1000);
  std::thread([&] { release(blocks, kSize); }).join();

  const std::vector<std::byte*> again = take(kSize, 1000);
  const std::set<std::byte*> before(blocks.begin(), blocks.end());
  std::size_t reused = 0;
  for (std::byte* block : again) reused += before.count(block);
  CHECK(reused > 900);
  release(again, kSize);
}

TEST_CASE("threads may grow states and drop those of others at the same time") {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&wrong, t] {
      for (int round = 0; round < 200; ++round) {
        std::vector<StateBytes> states(50);
        const std::string word(static_cast<std::size_t>(t * 13 + round % 97 + 1), static_cast<char>('a' + t));
        for (int i = 0; i < 20; ++i)
          for (StateBytes& state : states) state.append(word.data(), static_cast<std::uint32_t>(word.size()));
        for (const StateBytes& state : states) {
          const std::string_view bytes(reinterpret_cast<const char*>(state.data()), state.size());
          if (bytes.find_first_not_of(word[0]) != bytes.npos) ++wrong;
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
