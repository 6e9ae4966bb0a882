#include "base/limits.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace s3c::base {
namespace {

TEST(Limits, OfThreadsAndMemory) {
  EXPECT_NO_THROW(require_threads(1));
  EXPECT_NO_THROW(require_threads(4096));
  for (const int threads : {-1, 0, 4097}) EXPECT_THROW(require_threads(threads), Error) << threads;
  EXPECT_NO_THROW(require_memory(64U << 20));
  EXPECT_THROW(require_memory((64U << 20) - 1), Error);
}

TEST(SizeText, IsWrittenAsAUserWritesASize) {
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(1500), "1500B");
  EXPECT_EQ(size_text(2048), "2KiB");
  EXPECT_EQ(size_text(83886080), "80MiB");
  EXPECT_EQ(size_text(53687091200), "50GiB");
  EXPECT_EQ(size_text(std::uint64_t{1} << 50), "1024TiB");
}

}  // namespace
}  // namespace s3c::base
