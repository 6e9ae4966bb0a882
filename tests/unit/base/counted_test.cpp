#include "base/counted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace s3c::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Counted, CountsAllAndNamesTheFirst) {
  Counted<std::string, 2> counted;
  EXPECT_TRUE(counted.empty());
  EXPECT_THAT(counted.named(), IsEmpty());
  for (const char* value : {"c", "a", "b"}) counted.add(value);
  EXPECT_FALSE(counted.empty());
  EXPECT_EQ(counted.count(), 3u);
  EXPECT_THAT(counted.named(), ElementsAre("c", "a"));
  std::ranges::sort(counted.edit_named());
  EXPECT_THAT(counted.named(), ElementsAre("a", "c"));
}

TEST(Counted, NamesAThousandUnlessToldOtherwise) {
  Counted<int> counted;
  for (int i = 0; i < 1001; ++i) counted.add(i);
  EXPECT_EQ(counted.count(), 1001u);
  EXPECT_EQ(counted.named().size(), 1000u);
}

TEST(Counted, AddsWhatAnotherCountedAlsoWhatThatDoesNotName) {
  Counted<int, 1> other;
  for (const int value : {7, 8, 9}) other.add(value);
  Counted<std::string, 2> sum;
  const auto to_text = [](int value) { return std::to_string(value); };
  sum.add_all(other, to_text);
  EXPECT_EQ(sum.count(), 3u);
  EXPECT_THAT(sum.named(), ElementsAre("7"));
  sum.add_all(other, to_text);
  sum.add_all(other, to_text);
  EXPECT_EQ(sum.count(), 9u);
  EXPECT_THAT(sum.named(), ElementsAre("7", "7")) << "there is no room for a third one";
  Counted<std::string, 2> same;
  same.add_all(sum);
  EXPECT_EQ(same.count(), 9u);
  EXPECT_EQ(same.named(), sum.named());
}

TEST(Failures, TellWhetherOneIsRefusedEvenIfItIsNotNamed) {
  Failures failures;
  EXPECT_TRUE(failures.empty());
  for (int i = 0; i < 20; ++i) failures.add(Error(ErrorKind::transient, "busy"));
  EXPECT_FALSE(failures.empty());
  EXPECT_FALSE(failures.refused());
  failures.add(Error(ErrorKind::access_denied, "no"));
  EXPECT_TRUE(failures.refused());
  EXPECT_EQ(failures.count(), 21u);
  EXPECT_EQ(failures.by_kind(), (KindCounts{{ErrorKind::transient, 20}, {ErrorKind::access_denied, 1}}));
  EXPECT_EQ(failures.named().size(), 20u);
  EXPECT_EQ(failures.named().back().kind(), ErrorKind::transient);
}

}  // namespace
}  // namespace s3c::base
