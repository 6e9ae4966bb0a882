// Which task --shard means, and that it refuses whatever could be another one.
#include "cli/options/shard_flag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/request.h"

namespace s3c::cli {
namespace {

using testing::archive_request;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Variables;
using testing::Words;

catalog::Shard parsed(std::string_view text, const Variables& variables = {}) {
  return parse_shard(text, Environment(variables));
}

std::string shard_refusal(std::string_view text, const Variables& variables = {}) {
  try {
    const catalog::Shard shard = parsed(text, variables);
    ADD_FAILURE() << text << " was accepted as " << shard.text();
    return {};
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
}

Variables slurm(std::string task, std::string first, std::string last, std::string count) {
  return {{"SLURM_ARRAY_TASK_ID", std::move(task)},
          {"SLURM_ARRAY_TASK_MIN", std::move(first)},
          {"SLURM_ARRAY_TASK_MAX", std::move(last)},
          {"SLURM_ARRAY_TASK_COUNT", std::move(count)}};
}

TEST(ShardFlag, NumbersAreTakenAsTheyStand) {
  EXPECT_EQ(parsed("0/1"), (catalog::Shard{0, 1}));
  EXPECT_EQ(parsed("3/8"), (catalog::Shard{3, 8}));
  EXPECT_EQ(parsed("999999/1000000"), (catalog::Shard{999'999, 1'000'000}));
}

TEST(ShardFlag, WhatIsNoShardIsRefused) {
  for (const char* text : {"",      "3",         "8/8",   "9/8",       "-1/8",
                           "+1/8",  "1/0",       "0/0",   "1/",        "/8",
                           "1/8/9", "a/8",       "1/b",   " 1/8",      "1/8 ",
                           "1 / 8", "0x1/8",     "1.0/8", "1/1000001", "4294967296/4294967297",
                           "Auto",  "automatic", "auto/", "auto/0",    "auto/x"})
    EXPECT_NE(shard_refusal(text, slurm("3", "0", "7", "8")), "") << text;
  EXPECT_THAT(shard_refusal("8/8"), HasSubstr("numbered 0 to 7"));
}

TEST(ShardFlag, AutoTakesTheNumbersOfAnArray) {
  EXPECT_EQ(parsed("auto", slurm("3", "0", "7", "8")), (catalog::Shard{3, 8}));
  EXPECT_EQ(parsed("auto", {{"AWS_BATCH_JOB_ARRAY_INDEX", "0"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10000"}}),
            (catalog::Shard{0, 10000}));
}

TEST(ShardFlag, AGivenTotalWins) {
  EXPECT_EQ(parsed("auto/8", {{"JOB_COMPLETION_INDEX", "7"}}), (catalog::Shard{7, 8}));
  // One task of a Slurm array is run again, and then two of them.
  EXPECT_EQ(parsed("auto/8", slurm("5", "5", "5", "1")), (catalog::Shard{5, 8}));
  EXPECT_EQ(parsed("auto/8", slurm("6", "2", "6", "2")), (catalog::Shard{6, 8}));
  EXPECT_EQ(parsed("auto/8", slurm("0", "0", "3", "4")), (catalog::Shard{0, 8})) << "the first half again";
  EXPECT_EQ(parsed("auto/10", {{"AWS_BATCH_JOB_ARRAY_INDEX", "3"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10"}}),
            (catalog::Shard{3, 10}));
  EXPECT_EQ(parsed("auto/10", {{"AWS_BATCH_JOB_ARRAY_INDEX", "3"}}), (catalog::Shard{3, 10}));
  EXPECT_EQ(parsed("auto/1", {{"JOB_COMPLETION_INDEX", "0"}}), (catalog::Shard{0, 1}));
}

TEST(ShardFlag, ATotalThatTheArrayContradictsIsRefused) {
  const auto batch = [](const char* index, const char* size) {
    return Variables{{"AWS_BATCH_JOB_ARRAY_INDEX", index}, {"AWS_BATCH_JOB_ARRAY_SIZE", size}};
  };
  EXPECT_THAT(
      shard_refusal("auto/8", batch("2", "4")),
      HasSubstr("names 8 tasks, but the array has 4 (AWS_BATCH_JOB_ARRAY_SIZE): nobody would do the groups"));
  EXPECT_THAT(shard_refusal("auto/4", batch("2", "8")),
              HasSubstr("several would do the same groups; write auto"));
  // Also in the tasks whose own numbers are inside.
  EXPECT_THAT(shard_refusal("auto/4", slurm("0", "0", "7", "8")),
              HasSubstr("names 4 tasks, numbered 0 to 3, but the array goes up to 7"));
  EXPECT_THAT(shard_refusal("auto/8", slurm("1", "1", "8", "8")), HasSubstr("goes up to 8"));
  EXPECT_THAT(shard_refusal("auto/4", batch("2", "x")), HasSubstr("which is no number"));
}

TEST(ShardFlag, ATaskOutsideTheTotalIsRefused) {
  EXPECT_NE(shard_refusal("auto/8", slurm("8", "1", "8", "8")), "");
  EXPECT_THAT(shard_refusal("auto/8", {{"SLURM_ARRAY_TASK_ID", "8"}}),
              HasSubstr("finds SLURM_ARRAY_TASK_ID=8, but 8 tasks are numbered 0 to 7"));
  EXPECT_NE(shard_refusal("auto/8", {{"JOB_COMPLETION_INDEX", "8"}}), "");
  EXPECT_NE(shard_refusal("auto", {{"AWS_BATCH_JOB_ARRAY_INDEX", "4"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "4"}}),
            "");
}

TEST(ShardFlag, APartOfASlurmArrayIsRefusedWithoutATotal) {
  EXPECT_THAT(shard_refusal("auto", slurm("5", "5", "5", "1")),
              HasSubstr("would take every group; write auto/N"));
  EXPECT_NE(shard_refusal("auto", slurm("0", "0", "0", "1")), "");
  // --array=1-8, 3-5, 0-6:2 and 1,5.
  EXPECT_THAT(shard_refusal("auto", slurm("3", "1", "8", "8")), HasSubstr("write auto/N"));
  EXPECT_NE(shard_refusal("auto", slurm("4", "3", "5", "3")), "");
  EXPECT_NE(shard_refusal("auto", slurm("2", "0", "6", "4")), "");
  EXPECT_NE(shard_refusal("auto", slurm("1", "1", "5", "2")), "");
  for (const char* missing : {"SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_COUNT"}) {
    Variables variables = slurm("3", "0", "7", "8");
    variables[missing] = "";
    EXPECT_THAT(shard_refusal("auto", variables), HasSubstr("write auto/N")) << missing;
  }
}

TEST(ShardFlag, WhatTheEnvironmentDoesNotTellIsRefused) {
  EXPECT_THAT(shard_refusal("auto"), HasSubstr("no task of an array"));
  EXPECT_THAT(shard_refusal("auto/8"), HasSubstr("no task of an array"));
  EXPECT_THAT(shard_refusal("auto", {{"JOB_COMPLETION_INDEX", "3"}}), HasSubstr("write auto/N"));
  EXPECT_THAT(shard_refusal("auto", {{"AWS_BATCH_JOB_ARRAY_INDEX", "3"}}), HasSubstr("write auto/N"));
  Variables both = slurm("3", "0", "7", "8");
  both["JOB_COMPLETION_INDEX"] = "4";
  EXPECT_THAT(shard_refusal("auto/8", both), HasSubstr("both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX"));
  for (const char* bad : {"x", "-1", "3 ", "1e3", "99999999999"})
    EXPECT_THAT(shard_refusal("auto/8", {{"JOB_COMPLETION_INDEX", bad}}), HasSubstr("no number")) << bad;
}

TEST(ShardFlag, CommandsReadIt) {
  EXPECT_EQ(archive_request({}).archive.selection.shard, catalog::Shard());
  EXPECT_EQ(archive_request({"--shard", "3/8"}).archive.selection.shard, (catalog::Shard{3, 8}));
  EXPECT_EQ(archive_request({"--shard=auto"}, slurm("3", "0", "7", "8")).archive.selection.shard,
            (catalog::Shard{3, 8}));
  Variables pod = {{"S3COMPRESS_SHARD", "auto/4"}, {"JOB_COMPLETION_INDEX", "1"}};
  EXPECT_EQ(archive_request({}, pod).archive.selection.shard, (catalog::Shard{1, 4}));
  const UsageError error = refusal_of_archive({"--shard", "8/8"});
  EXPECT_THAT(error.message(), HasSubstr("--shard \"8/8\" names task 8, but 8 tasks are numbered 0 to 7"));
  EXPECT_THAT(error.hint(), HasSubstr("--shard I/N"));
}

UsageError shard_refusal_of(const Words& words) {
  try {
    parse_command_line(commands(), words, Environment());
  } catch (const UsageError& error) {
    return error;
  }
  ADD_FAILURE() << "was accepted";
  return UsageError("");
}

/// Of all volumes that hold one key, a task of a restore must see the newest.
TEST(ShardFlag, RestoreNeedsTheSourceBucketAndNoVolume) {
  const Words restore = {"restore", "--arch-bucket", "a", "--years", "2018", "--shard", "0/2"};
  EXPECT_THAT(shard_refusal_of(restore).message(), HasSubstr("--shard needs --bucket"));
  Words one_volume = restore;
  one_volume.insert(one_volume.end(), {"--bucket", "b", "--volume", "b/20180401.zip"});
  EXPECT_THAT(shard_refusal_of(one_volume).message(), HasSubstr("--volume"));
  Words right = restore;
  right.insert(right.end(), {"--bucket", "b"});
  EXPECT_NO_THROW(parse_command_line(commands(), right, Environment()));
}

}  // namespace
}  // namespace s3c::cli
