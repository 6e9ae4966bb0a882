#include "tests/contract/store_under_test.h"

namespace s3c::contract {
namespace {

using base::ErrorKind;
using Outcome = s3::DeleteResult::Outcome;
using Resend = s3::ObjectStore::Resend;

class Delete : public Contract {};

TEST_P(Delete, EachKeyGetsItsOwnAnswer) {
  const std::string right = put("right", "1");
  put("wrong", "2");
  put("plain", "3");
  const auto results = client().delete_objects(bucket_,
                                               {{.key = "missing"},
                                                {.key = "wrong", .etag = right},
                                                {.key = "right", .etag = right},
                                                {.key = "missing too", .etag = right},
                                                {.key = "plain"}},
                                               Resend::forbidden);
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[0].outcome, Outcome::deleted) << "gone before us";
  EXPECT_EQ(results[2].outcome, Outcome::deleted);
  EXPECT_EQ(results[4].outcome, Outcome::deleted);
  EXPECT_EQ(client().head_object(bucket_, "right"), std::nullopt);
  EXPECT_EQ(client().head_object(bucket_, "plain"), std::nullopt);
  if (powers().conditional_delete) {
    EXPECT_EQ(results[1].outcome, Outcome::precondition_failed);
    EXPECT_EQ(results[3].outcome, Outcome::not_found);
    EXPECT_TRUE(client().head_object(bucket_, "wrong"));
  } else {
    // The condition is ignored without a word.
    EXPECT_EQ(results[1].outcome, Outcome::deleted);
    EXPECT_EQ(client().head_object(bucket_, "wrong"), std::nullopt);
  }
}

TEST_P(Delete, OddKeys) {
  if (!powers().key_encodings) GTEST_SKIP() << kNoOddKeys;
  std::vector<s3::DeleteItem> items;
  for (const std::string& key : odd_keys()) items.push_back({.key = key, .etag = put(key, key)});
  for (const auto& result : client().delete_objects(bucket_, items, Resend::forbidden)) {
    EXPECT_EQ(result.outcome, Outcome::deleted) << result.key << " " << result.code << " " << result.message;
  }
  EXPECT_TRUE(all_keys().empty());
}

TEST_P(Delete, ConditionOnAKeyXmlCannotCarry) {
  put("\x01", "new");
  const auto results = client().delete_objects(
      bucket_, {{.key = "\x01", .etag = "00000000000000000000000000000000"}}, Resend::forbidden);
  EXPECT_EQ(results.at(0).outcome,
            powers().conditional_single_delete ? Outcome::precondition_failed : Outcome::deleted)
      << "it goes alone, by DeleteObject";
  EXPECT_EQ(client().head_object(bucket_, "\x01").has_value(), powers().conditional_single_delete);
}

TEST_P(Delete, AThousandAtOnce) {
  std::vector<s3::DeleteItem> items;
  for (int i = 0; i < 1000; ++i) items.push_back({.key = "k/" + std::to_string(i)});
  put("k/7", "");
  put("k/999", "");
  for (const auto& result : client().delete_objects(bucket_, items, Resend::forbidden))
    EXPECT_EQ(result.outcome, Outcome::deleted);
  EXPECT_TRUE(all_keys().empty());
}

TEST_P(Delete, VersionedBuckets) {
  if (!powers().versions) GTEST_SKIP() << kNoVersions;
  enable_versioning();
  put("k", "one");
  const std::string first = client().head_object(bucket_, "k")->version_id;
  put("k", "two");
  const std::string second = client().head_object(bucket_, "k")->version_id;

  EXPECT_EQ(
      client().delete_objects(bucket_, {{.key = "k", .version_id = first}}, Resend::forbidden).at(0).outcome,
      Outcome::deleted);
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k"}).body, "two") << "only that version";
  EXPECT_EQ(
      error_of([&] { client().get_object({.bucket = bucket_, .key = "k", .version_id = first}); }).kind(),
      ErrorKind::not_found);

  EXPECT_EQ(client().delete_objects(bucket_, {{.key = "k"}}, Resend::forbidden).at(0).outcome,
            Outcome::deleted);
  EXPECT_EQ(client().head_object(bucket_, "k"), std::nullopt) << "a delete marker counts as absent";
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k", .version_id = second}).body, "two")
      << "but nothing is lost";
  // Leave nothing that would keep the bucket from being removed.
  client().delete_objects(bucket_, {{.key = "k", .version_id = second}}, Resend::forbidden);
}

S3C_CONTRACT(Delete);

}  // namespace
}  // namespace s3c::contract
