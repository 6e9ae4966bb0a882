#include "cli/output/progress_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output/requests_view.h"

namespace s3c::cli {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

struct Counts {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

Work done_of(const Counts& now) {
  return {now.done, 0};
}

std::vector<std::string> words_of(const Counts& now, const Pace& pace) {
  std::vector<std::string> words = {std::to_string(now.done) + " of " + std::to_string(now.total)};
  add_times(words, pace.elapsed, time_for(work_left({now.total, 0}, done_of(now)), pace.forecast));
  return words;
}

TEST(CountsView, ShowsTheRunAsItWasAtTheLastUpdate) {
  base::Progress<Counts> progress;
  CountsView<Counts> view(progress, done_of, words_of);
  EXPECT_THAT(view.totals(), ElementsAre("0 of 0", "0 s", "about 0 s left"));
  progress.set(&Counts::total, 5);
  progress.add(&Counts::done);
  progress.add(&Counts::done, 2);
  EXPECT_THAT(view.totals(), ElementsAre("0 of 0", "0 s", "about 0 s left"));
  view.update(seconds(6), false);
  EXPECT_THAT(view.totals(), ElementsAre("3 of 5", "6 s", "about 4 s left"));
  EXPECT_THAT(view.details(10, 80), ElementsAre());
}

TEST(Wrapped, BreaksBetweenWordsAlone) {
  EXPECT_THAT(wrapped({"one", "two", "three", "a word that is long"}, 12),
              ElementsAre("one, two,", "three,", "a word that is long"));
  EXPECT_THAT(wrapped({"one", "two"}, 80), ElementsAre("one, two"));
  EXPECT_THAT(wrapped({}, 80), ElementsAre());
}

TEST(RequestsView, ShowsHowFastTheStoreAnswers) {
  RequestsView view([] {
    return RequestCounts{{{"GetObject", 40}, {"ListObjectsV2", 10}}, 0, 0, 2'000'000};
  });
  view.update(seconds(10), false);
  EXPECT_THAT(view.totals(),
              ElementsAre("50 requests sent", "2.0 MB received", "5.0/s requests", "200.0 KB/s", "10 s"));
}

}  // namespace
}  // namespace s3c::cli
