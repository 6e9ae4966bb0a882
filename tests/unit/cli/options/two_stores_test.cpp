// Which store each side's flags mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/options/values.h"
#include "tests/unit/cli/request.h"

namespace s3c::cli {
namespace {

using testing::archive_request;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Variables;
using testing::Words;

ConnectionOptions restore_connection(Words words, const Variables& variables = {}) {
  words.insert(words.begin(), {"restore", "--arch-bucket", "archive-bucket", "--bucket", "source-bucket",
                               "--years", "2018"});
  return parse_command_line(commands(), words, Environment(variables)).connection;
}

UsageError refusal_of_restore(const Words& words) {
  try {
    restore_connection(words);
  } catch (const UsageError& error) {
    return error;
  }
  ADD_FAILURE() << "was accepted: " << ::testing::PrintToString(words);
  return UsageError("");
}

TEST(TwoStores, EachSidesFlagBeatsTheFlagForAll) {
  const ConnectionOptions given =
      archive_request({"--profile", "all", "--region", "r-all", "--endpoint-url", "http://all",
                       "--expected-bucket-owner", "111111111111", "--source-profile", "minio",
                       "--source-region", "r-source", "--archive-endpoint-url", "http://archive",
                       "--archive-expected-bucket-owner", "222222222222"})
          .connection;
  EXPECT_EQ(given.source,
            (StoreOptions{"http://all", "r-source", "minio", "111111111111", "--expected-bucket-owner"}));
  EXPECT_EQ(given.archive, (StoreOptions{"http://archive", "r-all", "all", "222222222222",
                                         "--archive-expected-bucket-owner"}));
}

TEST(TwoStores, TheyHaveVariablesAsEveryFlag) {
  const ConnectionOptions given =
      archive_request({"--profile", "all"},
                      {{"S3COMPRESS_SOURCE_PROFILE", "minio"}, {"S3COMPRESS_ARCHIVE_REGION", "eu-west-3"}})
          .connection;
  EXPECT_EQ(given.source.profile, "minio");
  EXPECT_EQ(given.archive, (StoreOptions{.region = "eu-west-3", .profile = "all"}));
}

TEST(TwoStores, WhatIsRestoredGoesToTheSourcesStoreUnlessTargetFlagsSayElse) {
  const Words to_bucket{"--to", "s3://other/x", "--source-profile", "minio", "--archive-profile", "aws"};
  EXPECT_EQ(restore_connection(to_bucket).target.profile, "minio");
  EXPECT_EQ(restore_connection({"--to", "s3://other/x", "--profile", "all"}).target.profile, "all");
  Words with_target = to_bucket;
  with_target.insert(with_target.end(), {"--target-profile", "elsewhere"});
  const ConnectionOptions given = restore_connection(with_target);
  EXPECT_EQ(given.target.profile, "elsewhere");
  EXPECT_EQ(given.source.profile, "minio");
  EXPECT_EQ(given.archive.profile, "aws");
}

TEST(TwoStores, TargetFlagsThatCannotCountAreRefused) {
  EXPECT_THAT(refusal_of_restore({"--target-profile", "x"}).message(),
              HasSubstr("--target-profile needs --to s3://"));
  EXPECT_THAT(refusal_of_restore({"--target-region", "x", "--to", "./out"}).message(),
              HasSubstr("--target-region"));
  EXPECT_EQ(restore_connection({}, {{"S3COMPRESS_TARGET_PROFILE", "x"}}).target.profile, "x")
      << "meant for another restore";
}

TEST(TwoStores, CommandsTakeOnlyTheSidesTheyTouch) {
  for (const Command& command : commands()) {
    const bool has_source = command.name == "archive" || command.name == "plan" ||
                            command.name == "restore" || command.name == "whoami" ||
                            command.name == "check-store";
    for (const char* name : {"profile", "endpoint-url", "region", "expected-bucket-owner"}) {
      EXPECT_NE(find_flag(command.flags, std::string("archive-") + name), nullptr) << command.name;
      EXPECT_EQ(find_flag(command.flags, std::string("source-") + name) != nullptr, has_source)
          << command.name;
      EXPECT_EQ(find_flag(command.flags, std::string("target-") + name) != nullptr, command.name == "restore")
          << command.name;
    }
  }
}

TEST(TwoStores, AnAccountHasTwelveDigits) {
  for (const char* account : {"12345678901", "1234-5678-9012", "1234567890123", "mine"}) {
    const UsageError error = refusal_of_archive({"--source-expected-bucket-owner", account});
    EXPECT_THAT(error.message(), HasSubstr("--source-expected-bucket-owner")) << account;
  }
}

TEST(TwoStores, APublicSourceIsReadAndNeverChanged) {
  const ConnectionOptions given = archive_request({"--no-sign-request", "--keep-sources"}).connection;
  EXPECT_FALSE(given.source.is_signed);
  EXPECT_TRUE(given.archive.is_signed);
  EXPECT_FALSE(archive_request({"--no-sign-request", "--dry-run"}).connection.source.is_signed);
  EXPECT_THAT(refusal_of_archive({"--no-sign-request"}).message(), HasSubstr("needs --keep-sources"));
  EXPECT_THAT(refusal_of_archive({"--no-sign-request", "--keep-sources=false"}).message(),
              HasSubstr("needs --keep-sources"));
}

TEST(TwoStores, TheRequesterPaysIfAsked) {
  EXPECT_TRUE(archive_request({"--request-payer", "requester"}).connection.requester_pays);
  EXPECT_THAT(refusal_of_archive({"--request-payer", "owner"}).message(), HasSubstr("--request-payer"));
}

TEST(TwoStores, AnAccessPointsArnIsABucketsName) {
  const std::string point = "arn:aws:s3:us-west-2:123456789012:accesspoint";
  EXPECT_EQ(parse_bucket(point + "/my-point"), point + ":my-point");
  EXPECT_EQ(parse_bucket(point + ":my-point"), point + ":my-point");
  for (const std::string& wrong :
       {point + "/my-point/key", std::string("arn:aws:s3:::bucket/key"), "s3://" + point + "/a"})
    EXPECT_THROW(parse_bucket(wrong), base::Error) << wrong;
  const BucketPlace place = parse_bucket_place("s3://" + point + "/my-point/a/b/");
  EXPECT_EQ(place.bucket, point + ":my-point");
  EXPECT_EQ(place.prefix, "a/b/");
  EXPECT_EQ(parse_bucket_place("s3://" + point + ":my-point").bucket, point + ":my-point");
  EXPECT_EQ(parse_bucket_place("s3://bucket").prefix, "");
  EXPECT_EQ(parse_bucket_place("s3://bucket/a/b").prefix, "a/b");
  for (const char* wrong : {"s3://", "s3:///a"})
    EXPECT_THROW(parse_bucket_place(wrong), base::Error) << wrong;
}

}  // namespace
}  // namespace s3c::cli
