// A part of a split that is missing is noticed: nothing that was planned stays because its manifest got lost.
#include "source/split_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace s3c::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFolder = "s3://lists/a/";

SplitSets sets_of(const std::vector<std::string>& places) {
  SplitSets sets;
  for (const std::string& place : places) sets.add(place);
  return sets;
}

template <typename Work>
std::string refusal_of_set(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << "was taken";
  return {};
}

TEST(SplitNamesTest, AreFoundAgain) {
  EXPECT_EQ(task_file_name({3, 20}), "task-0003-of-0020.csv.gz");
  EXPECT_EQ(task_file_name({9999, 10'000}), "task-9999-of-10000.csv.gz");
  const auto part = split_part_of(task_file_name({9999, 10'000}));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->task, 9999u);
  EXPECT_EQ(part->tasks, 10'000u);
  EXPECT_TRUE(split_part_of("task-1-of-2.jsonl"));
  for (const char* other : {"", "task-", "task-1", "task-x-of-2", "task-1-of-x", "tasks-1-of-2", "1-of-2",
                            "task-99999999999-of-2"})
    EXPECT_FALSE(split_part_of(other)) << other;
}

TEST(SplitSetsTest, AFolderHasAllPartsOfOneSplit) {
  sets_of({"s3://lists/a/task-0-of-2.csv.gz", "s3://lists/a/task-1-of-2.csv.gz", "s3://lists/a/other.jsonl"})
      .expect_whole(kFolder);
  sets_of({"s3://lists/a/b/task-0-of-1.csv.gz", "s3://lists/a/c/task-0-of-1.csv.gz"}).expect_whole(kFolder);
  sets_of({"s3://lists/b/task-0-of-2.csv.gz"}).expect_whole(kFolder);
  EXPECT_THAT(refusal_of_set([] {
                sets_of({"s3://lists/a/task-0000-of-0003.csv.gz", "s3://lists/a/task-0002-of-0003.csv.gz"})
                    .expect_whole(kFolder);
              }),
              HasSubstr("only 2 are there, and task-0001-of-0003.csv.gz isn't"));
  EXPECT_THAT(refusal_of_set([] { sets_of({"s3://lists/a/b/task-1-of-2.csv.gz"}).expect_whole(kFolder); }),
              HasSubstr("only 1 is there, and task-0000-of-0002.csv.gz isn't"));
  EXPECT_THAT(refusal_of_set([] {
                sets_of({"s3://lists/a/task-0-of-3.csv.gz", "s3://lists/a/task-0-of-2.csv.gz"});
              }),
              HasSubstr("one into 2 tasks and one into 3"));
}

TEST(SplitSetsTest, ARunKnowsWhichPartItIs) {
  EXPECT_FALSE(sets_of({"rows.jsonl", "-", "task-0-of-1.csv.gz"}).tasks());
  const auto part =
      sets_of({"x/task-2-of-4.csv.gz", "./x/task-0-of-4.csv.gz", "x/task-2-of-4.csv.gz"}).tasks();
  ASSERT_TRUE(part) << "the folder is one, however it is written";
  EXPECT_EQ(part->count, 4u);
  EXPECT_THAT(part->tasks, ElementsAre(0, 2));
  EXPECT_THAT(refusal_of_set([] {
                sets_of({"x/task-0-of-4.csv.gz", "y/task-0-of-1.csv.gz"}).expect_one_unless_whole();
              }),
              HasSubstr("beside those of another one"));
  sets_of({"x/task-0-of-1.csv.gz", "y/task-0-of-1.csv.gz"}).expect_one_unless_whole();
}

}  // namespace
}  // namespace s3c::source
