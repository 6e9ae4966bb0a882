#include "cli/output/archive_progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/output/progress_display.h"
#include "cli/output/terminal.h"

namespace s3c::cli {
namespace {

using archive::GroupProgress;
using archive::RunProgress;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

RunProgress half_done() {
  RunProgress progress;
  progress.groups_found = 4;
  progress.groups_final = true;
  progress.groups_done = 1;
  progress.objects_packed = 3000;
  progress.bytes_in = 12'000'000;
  progress.bytes_out = 3'000'000;
  progress.open_groups = {
      {"sources/2018/01/02/", GroupProgress::Stage::packing, 1000, true, 450, 1'800'000, 0},
      {"sources/2018/01/03/", GroupProgress::Stage::deleting, 1000, true, 1000, 4'000'000, 870},
      {"sources/2018/01/04/", GroupProgress::Stage::listing, 300, false, 20, 80'000, 0},
  };
  return progress;
}

TEST(RateMeter, MeasuresTheLastSeconds) {
  RateMeter rates;
  EXPECT_EQ(rates.objects_per_second(), 0);
  RunProgress progress;
  rates.add(milliseconds(0), progress);
  progress.objects_packed = 1000;
  rates.add(seconds(10), progress);
  EXPECT_DOUBLE_EQ(rates.objects_per_second(), 100);
  // A slow start is forgotten once it is out of the window.
  for (int second = 11; second <= 60; ++second) {
    progress.objects_packed += 500;
    rates.add(seconds(second), progress);
  }
  EXPECT_NEAR(rates.objects_per_second(), 500, 0.01);
}

TEST(TimeLeft, IsKnownOnceAllGroupsAre) {
  RunProgress progress = half_done();
  // Done: 1 + 0.95 * 0.45 + (0.95 + 0.05 * 0.87) + 0 of 4 groups = 60.5 %.
  const auto left = time_left(progress, seconds(54));
  ASSERT_TRUE(left.has_value());
  EXPECT_NEAR(static_cast<double>(left->count()), 35'219, 200);
  progress.groups_final = false;
  EXPECT_EQ(time_left(progress, seconds(54)), std::nullopt);
  EXPECT_EQ(time_left(RunProgress(), seconds(54)), std::nullopt);
}

TEST(ProgressFrame, HasTheTotalAndEachGroup) {
  const std::vector<std::string> frame = progress_frame(half_done(), RateMeter(), seconds(54), 10);
  ASSERT_EQ(frame.size(), 5U);
  EXPECT_EQ(frame[0], "1 of 4 groups, 3,000 objects packed, 12.0 MB -> 3.0 MB (4.0:1)");
  EXPECT_EQ(frame[1], "0/s packed, 0 B/s, 54 s, about 35 s left");
  EXPECT_EQ(frame[2], "  sources/2018/01/02/  packing     45%  450 of 1,000 objects, 1.8 MB");
  EXPECT_EQ(frame[3], "  sources/2018/01/03/  deleting    87%  870 of 1,000 objects");
  EXPECT_THAT(frame[4], HasSubstr("listing          20 of 300 objects so far"));
}

TEST(ProgressFrame, AGroupThatWaitsForItsTurnSaysSo) {
  RunProgress progress;
  progress.open_groups = {{"sources/2018/01/02/", GroupProgress::Stage::waiting, 0, false, 0, 0, 0}};
  EXPECT_EQ(progress_frame(progress, RateMeter(), seconds(5), 10).back(),
            "  sources/2018/01/02/  waiting   ");
}

TEST(Progress, AfterCtrlCOnlyWholeGroupsCountAsDone) {
  archive::Progress progress;
  const auto end_one = [&](std::uint64_t packed, bool stopped) {
    progress.group_started("g");
    progress.update("g", [packed](GroupProgress& group, RunProgress&) {
      group.listed = 10;
      group.listing_done = true;
      group.packed = packed;
    });
    progress.group_done("g", stopped);
    return progress.snapshot().groups_done;
  };
  EXPECT_EQ(end_one(5, false), 1u);
  EXPECT_EQ(end_one(5, true), 1u) << "dropped";
  EXPECT_EQ(end_one(10, true), 2u);
}

TEST(Display, TellsThatItStopsAndThatItTriesAgain) {
  EXPECT_EQ(status_text({}, false), "");
  EXPECT_EQ(status_text({.retries = 7}, false), "") << "long ago";
  EXPECT_THAT(status_text({.retries = 7}, true), HasSubstr("7 retries so far"));
  EXPECT_THAT(status_text({.stopping = true}, false), HasSubstr("finishing what is in flight"));
  EXPECT_THAT(status_text({.stopping = true, .retries = 1}, true), HasSubstr("; the store fails"));
}

TEST(ProgressFrame, AGroupThatIsOnlyListedHasNoShareYet) {
  RunProgress progress;
  progress.open_groups = {{"sources/2018/01/04/", GroupProgress::Stage::listing, 300, false, 0, 0, 0}};
  EXPECT_EQ(progress_frame(progress, RateMeter(), seconds(1), 9).at(2),
            "  sources/2018/01/04/  listing          300 objects so far");
}

TEST(ProgressFrame, NeverHasMoreLinesThanFit) {
  for (std::size_t lines = 1; lines <= 6; ++lines) {
    EXPECT_EQ(progress_frame(half_done(), RateMeter(), seconds(1), lines).size(),
              std::min<std::size_t>(lines, 5));
  }
  EXPECT_EQ(progress_frame(half_done(), RateMeter(), seconds(1), 4)[3], "  and 2 groups more");
}

TEST(ProgressLine, ShoutsWhenObjectsWereLeft) {
  RunProgress progress = half_done();
  progress.objects_left = 3;
  EXPECT_THAT(total_line(progress, RateMeter(), seconds(1)), HasSubstr("3 LEFT"));
}

/// A pipe whose written bytes can be read back.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_NONBLOCK), 0); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  int in() const { return ends_[1]; }
  std::string read() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(ends_[0], buffer.data(), buffer.size());
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Terminal, MessagesScrollAboveTheDisplay) {
  Pipe pipe;
  Terminal terminal(pipe.in(), true);
  terminal.show({"one", "two"});
  EXPECT_EQ(pipe.read(), "one\x1b[K\ntwo\x1b[K\x1b[J");
  terminal.write_line("message");
  EXPECT_EQ(pipe.read(), "\r\x1b[1Amessage\x1b[K\none\x1b[K\ntwo\x1b[K\x1b[J");
  terminal.show({"three"});
  EXPECT_EQ(pipe.read(), "\r\x1b[1Athree\x1b[K\x1b[J");
  terminal.clear();
  EXPECT_EQ(pipe.read(), "\r\x1b[J");
  terminal.clear();
  EXPECT_EQ(pipe.read(), "");
  terminal.write_line("end");
  EXPECT_EQ(pipe.read(), "end\n");
}

TEST(Terminal, LinesAreCutToTheWindowAndMadePrintable) {
  Pipe pipe;
  Terminal terminal(pipe.in(), true);  // a pipe has no size: 80 columns
  terminal.show({std::string(200, 'x')});
  EXPECT_EQ(pipe.read(), std::string(76, 'x') + "...\x1b[K\x1b[J");
  terminal.clear();
  pipe.read();
  terminal.write_line("a\x1b[2Jb");
  EXPECT_EQ(pipe.read(), "a\\x1b[2Jb\n");
}

TEST(Terminal, WithoutRedrawingThereIsNoDisplay) {
  Pipe pipe;
  Terminal terminal(pipe.in(), false);
  terminal.show({"one"});
  EXPECT_EQ(pipe.read(), "");
  terminal.write_line("message");
  EXPECT_EQ(pipe.read(), "message\n");
}

TEST(Terminal, LoggerWritesThroughIt) {
  Pipe pipe;
  Terminal terminal(pipe.in(), true);
  const auto logger = make_terminal_logger(terminal, 0, false);
  terminal.show({"display"});
  pipe.read();
  logger->info("not at this verbosity");
  EXPECT_EQ(pipe.read(), "");
  logger->warn("left {}", "x");
  EXPECT_EQ(pipe.read(), "\rs3compress: warning: left x\x1b[K\ndisplay\x1b[K\x1b[J");
  make_terminal_logger(terminal, 2, true)->warn("not when quiet");
  EXPECT_EQ(pipe.read(), "");
}

}  // namespace
}  // namespace s3c::cli
