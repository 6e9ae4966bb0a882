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

}  // namespace
}  // namespace s3c::base
