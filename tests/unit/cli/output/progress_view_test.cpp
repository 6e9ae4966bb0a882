#include "cli/output/progress_view.h"

#include <gtest/gtest.h>

namespace s3c::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Counts {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

TEST(LineView, ShowsTheRunAsItWasAtTheLastUpdate) {
  base::Progress<Counts> progress;
  LineView<Counts> view(progress, [](const Counts& now, milliseconds elapsed) {
    return std::to_string(now.done) + " of " + std::to_string(now.total) + " in " +
           std::to_string(elapsed / seconds(1)) + " s";
  });
  EXPECT_EQ(view.line(), "0 of 0 in 0 s");
  progress.set(&Counts::total, 5);
  progress.add(&Counts::done);
  progress.add(&Counts::done, 2);
  EXPECT_EQ(view.line(), "0 of 0 in 0 s");
  view.update(seconds(7));
  EXPECT_EQ(view.line(), "3 of 5 in 7 s");
  EXPECT_EQ(view.frame(10), (std::vector<std::string>{"3 of 5 in 7 s"}));
}

}  // namespace
}  // namespace s3c::cli
