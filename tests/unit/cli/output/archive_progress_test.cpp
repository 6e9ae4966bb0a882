#include "cli/output/archive_progress.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/output/format.h"
#include "cli/output/progress_display.h"
#include "cli/output/terminal.h"

namespace s3c::cli {
namespace {

using archive::GroupProgress;
using archive::RunProgress;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A view of progress after so many seconds, each of which packs and deletes as many as the others.
class At {
 public:
  explicit At(const RunProgress& progress, int after_seconds, bool dry_run = false)
      : view_(progress_, dry_run) {
    for (int second = 1; second <= after_seconds; ++second) {
      progress_.update([&](RunProgress& now) {
        now = progress;
        for (std::uint64_t RunProgress::*count :
             {&RunProgress::objects_packed, &RunProgress::bytes_in, &RunProgress::objects_deleted})
          now.*count = progress.*count * static_cast<std::uint64_t>(second) /
                       static_cast<std::uint64_t>(after_seconds);
      });
      view_.update(seconds(second), false);
    }
  }
  RunProgressView& view() { return view_; }
  std::string text() const { return fmt::format("{}", fmt::join(view_.totals(), ", ")); }

 private:
  archive::Progress progress_;
  RunProgressView view_;
};

GroupProgress group(std::string prefix, GroupProgress::Stage stage, std::uint64_t listed, bool listing_done,
                    std::uint64_t packed, std::uint64_t bytes_in = 0, std::uint64_t deleted = 0) {
  GroupProgress made;
  made.prefix = std::move(prefix);
  made.stage = stage;
  made.listed = listed;
  made.listed_bytes = listed * 4000;
  made.listing_done = listing_done;
  made.packed = packed;
  made.bytes_in = bytes_in;
  made.deleted = deleted;
  return made;
}

RunProgress half_done() {
  RunProgress progress;
  progress.groups_found = 5;
  progress.groups_final = true;
  progress.groups_done = 1;
  progress.ended_groups = 1;
  progress.ended_objects = 1000;
  progress.ended_bytes = 4'000'000;
  progress.objects_packed = 2470;
  progress.bytes_in = 9'880'000;
  progress.bytes_out = 2'470'000;
  progress.open_groups = {
      group("sources/2018/01/02/", GroupProgress::Stage::packing, 1000, true, 450, 1'800'000),
      group("sources/2018/01/03/", GroupProgress::Stage::deleting, 1000, true, 1000, 4'000'000, 870),
      group("sources/2018/01/04/", GroupProgress::Stage::listing, 300, false, 20, 80'000),
  };
  return progress;
}

TEST(SpeedMeter, MeasuresTheLastSeconds) {
  SpeedMeter meter(seconds(15));
  EXPECT_EQ(meter.speed().objects, 0);
  meter.add(seconds(10), {1000, 5000});
  EXPECT_DOUBLE_EQ(meter.speed().objects, 100);
  EXPECT_DOUBLE_EQ(meter.speed().bytes, 500);
  // A slow start is forgotten once it is out of the window.
  Work done{1000, 5000};
  for (int second = 11; second <= 60; ++second) {
    done.objects += 500;
    meter.add(seconds(second), done);
  }
  EXPECT_NEAR(meter.speed().objects, 500, 0.01);
}

TEST(TimeFor, WhatTakesLongerCounts) {
  EXPECT_EQ(time_for({100, 0}, {50, 0}), seconds(2));
  EXPECT_EQ(time_for({100, 900}, {50, 100}), seconds(9)) << "few large objects are left";
  EXPECT_EQ(time_for({100, 900}, {50, 0}), std::nullopt) << "nothing moves";
  EXPECT_EQ(time_for({1, 0}, {1e-12, 0}), std::nullopt);
  EXPECT_EQ(time_for({}, {}), seconds(0));
}

TEST(WholeRun, UnlistedGroupsCountAsTheMeanOfTheListed) {
  const auto whole = whole_run(half_done());
  ASSERT_TRUE(whole.has_value());
  EXPECT_FALSE(whole->exact);
  EXPECT_EQ(whole->work.objects, 5000u) << "3 groups of 1,000, one that is listed, one that is not begun";
  EXPECT_EQ(whole->work.bytes, 20'000'000u);
  RunProgress progress = half_done();
  progress.open_groups[2].listed = 7000;
  EXPECT_EQ(whole_run(progress)->work.objects, 11'000u) << "it is larger than the mean already";
  progress.open_groups[2].foreseen = GroupProgress::Whole{7500, 1};
  progress.groups_found = 4;
  EXPECT_EQ(whole_run(progress)->work.objects, 10'500u);
  EXPECT_TRUE(whole_run(progress)->exact);
  progress.groups_final = false;
  EXPECT_EQ(whole_run(progress), std::nullopt);
  RunProgress nothing;
  nothing.groups_final = true;
  ASSERT_TRUE(whole_run(nothing).has_value());
  EXPECT_EQ(whole_run(nothing)->work.objects, 0u);
}

TEST(WholeRun, IsNotKnownBeforeOneGroupIsListed) {
  RunProgress progress;
  progress.groups_found = 2;
  progress.groups_final = true;
  progress.open_groups = {group("a/", GroupProgress::Stage::packing, 50'000, false, 40'000)};
  EXPECT_EQ(whole_run(progress), std::nullopt);
}

/// A stranger saw at 60 s, with 1,946 of 2,000 packed: "about 1 min 03 s left", because no group was done yet. It was 3 s.
TEST(ArchiveProgress, TimeLeftComesFromObjectsAndNotFromGroups) {
  RunProgress progress;
  progress.groups_found = 2;
  progress.groups_final = true;
  progress.deletes = true;
  progress.objects_packed = 1946;
  progress.bytes_in = 1946 * 4000;
  progress.open_groups = {group("a/", GroupProgress::Stage::packing, 1000, true, 973),
                          group("b/", GroupProgress::Stage::packing, 1000, true, 973)};
  EXPECT_THAT(At(progress, 60).text(), HasSubstr("1,946 of 2,000 objects packed"));
  EXPECT_THAT(At(progress, 60).text(), HasSubstr("1 min 00 s, about 2 s left"));
}

TEST(ArchiveProgress, TheLastDeletesTakeTheirTime) {
  RunProgress progress;
  progress.groups_found = progress.groups_done = progress.ended_groups = 1;
  progress.groups_final = progress.deletes = true;
  progress.ended_objects = progress.objects_packed = 9000;
  progress.objects_deleted = 6000;
  EXPECT_THAT(At(progress, 10).text(), HasSubstr("600/s deleted, 10 s, about 5 s left"));
  progress.deletes = false;
  progress.objects_deleted = 0;
  EXPECT_THAT(At(progress, 10).text(), Not(HasSubstr("left"))) << "--keep-sources: done";
}

TEST(ArchiveProgress, NothingIsForetoldTooEarlyOrAfterCtrlC) {
  EXPECT_THAT(At(half_done(), 1).text(), Not(HasSubstr("left")));
  At at(half_done(), 50);
  EXPECT_THAT(at.text(), HasSubstr("50 s, about 51 s left"));
  at.view().update(seconds(51), true);
  EXPECT_THAT(at.text(), Not(HasSubstr("left")));
}

TEST(ArchiveProgress, HasTheTotalAndEachGroup) {
  At at(half_done(), 50);
  EXPECT_THAT(wrapped(at.view().totals(), 80),
              ElementsAre("1 of 5 groups, 2,470 of about 5,000 objects packed, 9.9 MB -> 2.5 MB (4.0:1),",
                          "49/s packed, 197.6 KB/s, 50 s, about 51 s left"));
  EXPECT_THAT(at.view().details(8, 80),
              ElementsAre("  sources/2018/01/02/  packing     45%  450 of 1,000 objects, 1.8 MB",
                          "  sources/2018/01/03/  deleting    87%  870 of 1,000 objects",
                          "  sources/2018/01/04/  listing          20 of 300 objects so far, 80.0 KB"));
}

TEST(ArchiveProgress, FitsSixtyColumns) {
  At at(half_done(), 50);
  for (const std::string& line : wrapped(at.view().totals(), 59)) EXPECT_LE(display_width(line), 59u) << line;
  EXPECT_THAT(wrapped(at.view().totals(), 59),
              ElementsAre("1 of 5 groups, 2,470 of about 5,000 objects packed,",
                          "9.9 MB -> 2.5 MB (4.0:1), 49/s packed, 197.6 KB/s, 50 s,", "about 51 s left"));
  GroupProgress deep = half_done().open_groups[0];
  deep.prefix = "customers/a-rather-long-name/region=eu-central-1/2018/01/02/";
  EXPECT_EQ(group_line(deep, 59), "  ...l-1/2018/01/02/  packing     45%  450 of 1,000 objects");
  EXPECT_THAT(group_line(deep, 99),
              HasSubstr("  ...mers/a-rather-long-name/region=eu-central-1/2018/01/02/  packing"));
}

TEST(ArchiveProgress, BeforeAGroupIsFoundItSaysThatItLooks) {
  EXPECT_EQ(At(RunProgress(), 3).text(), "looking for groups, 3 s");
}

TEST(ArchiveProgress, WhatIsInWorkComesFirst) {
  RunProgress progress;
  progress.groups_found = 3;
  progress.open_groups = {group("a/", GroupProgress::Stage::waiting, 0, false, 0),
                          group("b/", GroupProgress::Stage::listing, 0, false, 0),
                          group("c/", GroupProgress::Stage::committing, 10, true, 10)};
  EXPECT_THAT(At(progress, 3).view().details(2, 80),
              ElementsAre("  c/  committing 100%  10 of 10 objects", "  and 2 groups more"));
}

TEST(ArchiveProgress, AGroupThatWaitsForItsTurnSaysSo) {
  GroupProgress waiting = group("sources/2018/01/02/", GroupProgress::Stage::waiting, 0, false, 0);
  EXPECT_EQ(group_line(waiting, 80), "  sources/2018/01/02/  waiting for its turn");
  waiting.foreseen = GroupProgress::Whole{1000, 4'000'000};
  EXPECT_EQ(group_line(waiting, 80), "  sources/2018/01/02/  waiting for its turn 1,000 objects");
}

TEST(ArchiveProgress, AGroupIsOnlyDoneWhenItIs) {
  EXPECT_THAT(group_line(group("g/", GroupProgress::Stage::packing, 1000, true, 999), 80),
              HasSubstr(" 99%  999 of"));
}

TEST(ArchiveProgress, ADryRunTellsWhatItHasLookedAt) {
  RunProgress progress = half_done();
  progress.objects_packed = progress.bytes_in = 0;
  EXPECT_EQ(At(progress, 8, true).text(),
            "1 of 5 groups looked at, 3,300 objects would be archived, 13.2 MB, 8 s, about 32 s left");
}

TEST(ArchiveProgress, ShoutsWhenObjectsWereLeft) {
  RunProgress progress = half_done();
  progress.objects_left = 3;
  EXPECT_THAT(At(progress, 5).text(), HasSubstr(", 3 LEFT, "));
}

TEST(ArchiveProgress, NeverHasMoreLinesThanFit) {
  At at(half_done(), 5);
  for (std::size_t lines = 0; lines <= 6; ++lines)
    EXPECT_EQ(at.view().details(lines, 80).size(), std::min<std::size_t>(lines, 3));
  EXPECT_EQ(at.view().details(2, 80)[1], "  and 2 groups more");
  for (std::size_t rows = 1; rows <= 9; ++rows)
    EXPECT_LE(display_frame(at.view(), {.stopping = true}, true, rows, 60).size(), rows);
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
  EXPECT_EQ(progress.snapshot().ended_groups, 3u);
  EXPECT_EQ(progress.snapshot().ended_objects, 30u);
}

TEST(Display, TellsWhatIsTriedAgain) {
  DisplayStatus status{.retries = 3,
                       .throttled = 2,
                       .failed_tries = 852,
                       .last_failure = "GetObject: 503 SlowDown: reduce your request rate"};
  status.in_flight = {{"GetObject", 12}, {"UploadPart", 3}};
  EXPECT_THAT(request_words(status),
              ElementsAre("15 requests in flight", "3 tried again", "2 throttled by the store"));
  EXPECT_THAT(request_words({}), ElementsAre("0 requests in flight"));
  EXPECT_THAT(status_words(status, false), ElementsAre()) << "long ago";
  EXPECT_THAT(status_words(status, true),
              ElementsAre("trying again: GetObject: 503 SlowDown: reduce your request rate",
                          "852 failed tries so far"));
}

TEST(Display, AfterCtrlCTellsWhatItWaitsFor) {
  DisplayStatus status{.stopping = true};
  EXPECT_EQ(status_words(status, false)[0], "stopping: finishes what is begun");
  status.in_flight = {{"CompleteMultipartUpload", 1}, {"UploadPart", 3}};
  EXPECT_THAT(status_words(status, false),
              ElementsAre("stopping: waits for 1 CompleteMultipartUpload, 3 UploadPart",
                          "press Ctrl-C again to leave now"));
  status.failed_tries = 1;
  status.last_failure = "UploadPart: no answer";
  EXPECT_EQ(status_words(status, true)[2], "trying again: UploadPart: no answer");
}

TEST(Display, ThePlainLineComesAtOnceWhenTheStoreFails) {
  PlainLines lines;
  EXPECT_FALSE(lines.is_due(seconds(1), false, false));
  EXPECT_FALSE(lines.is_due(seconds(29), false, false));
  EXPECT_TRUE(lines.is_due(seconds(30), false, false));
  EXPECT_TRUE(lines.is_due(seconds(31), true, false)) << "it fails";
  EXPECT_FALSE(lines.is_due(seconds(32), true, false)) << "told";
  EXPECT_TRUE(lines.is_due(seconds(33), true, true)) << "Ctrl-C";
  EXPECT_FALSE(lines.is_due(seconds(40), false, true));
  EXPECT_TRUE(lines.is_due(seconds(63), false, true));
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

TEST(Terminal, StepsAsideForWhatIsPrintedOtherwise) {
  Pipe pipe;
  Terminal terminal(pipe.in(), true);
  terminal.show({"one", "two"});
  pipe.read();
  terminal.step_aside([&] { EXPECT_EQ(pipe.read(), "\r\x1b[1A\x1b[J"); });
  terminal.show({"one", "two"});
  EXPECT_EQ(pipe.read(), "one\x1b[K\ntwo\x1b[K\x1b[J") << "drawn anew, below what was printed";
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

TEST(Savings, AreToldOnceTheyAreACentAndOnlyIfSourcesGo) {
  RunProgress run;
  run.groups_found = 2;
  run.groups_final = true;
  run.deletes = true;
  run.monthly_source_dollars = 12.50;
  run.monthly_archive_dollars = 12.495;
  EXPECT_THAT(At(run, 5).text(), Not(HasSubstr("saves")));
  run.monthly_archive_dollars = 0.2;
  EXPECT_THAT(At(run, 5).text(), HasSubstr("saves $12.30 a month,"));
  run.monthly_archive_dollars = 20;
  EXPECT_THAT(At(run, 5).text(), Not(HasSubstr("saves"))) << "tiny volumes in GLACIER may cost more";
  run.monthly_archive_dollars = 0.2;
  run.deletes = false;
  EXPECT_THAT(At(run, 5).text(), Not(HasSubstr("saves"))) << "the sources stay";
}

TEST(Savings, SayThatAnotherStoreBillsOtherwise) {
  RunProgress run;
  run.groups_found = 1;
  run.groups_final = true;
  run.deletes = true;
  run.monthly_source_dollars = 12.30;
  archive::Progress progress;
  progress.update([&](RunProgress& now) { now = run; });
  RunProgressView view(progress, false, false);
  view.update(seconds(1), false);
  EXPECT_THAT(view.totals(), ::testing::Contains("saves $12.30 a month on AWS"));
}

}  // namespace
}  // namespace s3c::cli
