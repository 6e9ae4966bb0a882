// The memory of indexes and central directories, which volumes keep until they are committed.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/fake_store.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using support::Call;
using support::Op;

/// Archives three objects of each of six days, two in a volume. Returns how many objects were read before the first
/// volume was completed; waits for a third one for a moment.
int packed_at_first_complete(std::uint64_t directory_bytes) {
  support::FakeStore store;
  const auto originals = support::fill(store, 3, 6);
  ArchiveOptions options = support::small_options();
  options.resources.directory_bytes = directory_bytes;
  options.resources.open_groups = 6;
  std::atomic<int> packed = 0;
  int at_first_complete = 0;
  store.before = [&](const Call& call) {
    if (call.op == Op::get && call.bucket == support::kSource) ++packed;
    if (call.op != Op::complete || !call.key.starts_with("src/") || at_first_complete != 0) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    while (packed <= 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    at_first_complete = packed.load();
  };
  support::run(store, options);
  store.before = {};
  EXPECT_TRUE(store.keys(support::kSource).empty());
  support::expect_nothing_lost(store, originals);
  return at_first_complete;
}

TEST(DirectoryMemory, AVolumeIsPackedWhileOthersAreCommitted) {
  EXPECT_GT(packed_at_first_complete(ArchiveOptions().resources.directory_bytes), 2);
}

/// All of them come to their end all the same.
TEST(DirectoryMemory, WhereItIsShortVolumesWaitForEachOther) {
  EXPECT_EQ(packed_at_first_complete(0), 2) << "those of the first volume";
}

TEST(DirectoryMemory, OneVolumeAlwaysHasEnough) {
  EXPECT_EQ(directory_bytes(1), 80 * kDirectoryStep);
  EXPECT_EQ(directory_bytes(kDirectoryStep), 80 * kDirectoryStep);
  EXPECT_EQ(directory_bytes(kDirectoryStep + 1), 2 * 80 * kDirectoryStep);
}

}  // namespace
}  // namespace s3c::archive
