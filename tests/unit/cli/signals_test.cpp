#include "cli/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <semaphore>

#include "cli/exit_code.h"

namespace s3c::cli {
namespace {

// The test process has no other thread that could take the signal.
TEST(SignalWatch, FirstSignalAsksToStopAndSaysSo) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::binary_semaphore told(0);
    const SignalWatch watch([&told] { told.release(); });
    EXPECT_FALSE(watch.stop_token().stop_requested());
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    told.acquire();
    EXPECT_TRUE(watch.stop_token().stop_requested());
  }
}

TEST(SignalWatch, EndsWithoutASignal) {
  std::atomic<int> calls = 0;
  {
    const SignalWatch watch([&calls] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

TEST(SignalWatchDeathTest, SecondSignalLeavesAtOnce) {
  EXPECT_EXIT(
      {
        std::binary_semaphore told(0);
        const SignalWatch watch([&told] { told.release(); },
                                [] { static_cast<void>(::write(STDERR_FILENO, "cleared", 7)); });
        ::kill(::getpid(), SIGINT);
        told.acquire();
        ::kill(::getpid(), SIGINT);
        told.acquire();  // for ever: nobody releases it a second time
      },
      ::testing::ExitedWithCode(static_cast<int>(ExitCode::interrupted)), "cleared");
}

TEST(SignalWatchDeathTest, ATerminalThatIsStoppedDoesNotHoldTheSecondSignalUp) {
  EXPECT_EXIT(
      {
        std::binary_semaphore told(0);
        const SignalWatch watch([&told] { told.release(); }, [] { ::pause(); });
        ::kill(::getpid(), SIGINT);
        told.acquire();
        ::kill(::getpid(), SIGINT);
        told.acquire();
      },
      ::testing::ExitedWithCode(static_cast<int>(ExitCode::interrupted)), "");
}

}  // namespace
}  // namespace s3c::cli
