// Bringing objects back: thawing them, and writing them with everything they had.
#include "s3/part_uploader.h"
#include "tests/contract/store_under_test.h"

namespace s3c::contract {
namespace {

using base::ErrorKind;
using s3::RestoreOutcome;
using s3::ThawState;
using Kind = ThawState::Kind;

class Restores : public Contract {
 protected:
  ThawState thaw(const std::string& key) { return client().head_object(bucket_, key).value().thaw; }
  std::optional<ThawState> listed_thaw(bool asked) {
    return client().list_objects({.bucket = bucket_, .with_thaw_state = asked}).objects.at(0).thaw;
  }
  RestoreOutcome restore(const std::string& key, s3::RestoreTier tier = s3::RestoreTier::standard) {
    return client().restore_object({.bucket = bucket_, .key = key, .days = 1, .tier = tier});
  }

  /// Everything an object can be given. Its tags are written and read apart.
  const s3::ObjectAttributes all_ = {
      .content_type = "text/xml; charset=utf-8",
      .system_headers = {{"cache-control", "max-age=60"},
                         {"content-disposition", "attachment; filename=\"a b.xml\""},
                         {"content-encoding", "gzip"},
                         {"content-language", "de"},
                         {"expires", "Sun, 01 Apr 2040 12:00:00 GMT"},
                         {"x-amz-website-redirect-location", "/other"}},
      .metadata = {{"empty", ""}, {"who", "me  and  you"}, {"with-colon", "a: b, \"c\""}},
      .tags = {{"a", "1"}, {"b c", "\xc3\xbc+/="}, {"empty", ""}},
      .storage_class = "GLACIER"};

  void expect_all_but_tags(const std::string& key) {
    const auto head = client().head_object(bucket_, key);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->content_type, all_.content_type);
    EXPECT_EQ(head->system_headers, all_.system_headers);
    EXPECT_EQ(head->metadata, all_.metadata);
    EXPECT_EQ(head->storage_class, glacier());
  }
  void expect_all(const std::string& key) {
    expect_all_but_tags(key);
    EXPECT_EQ(client().get_object_tagging(bucket_, key, ""), all_.tags);
  }
};

TEST_P(Restores, FrozenThawingThawedAndFrozenAgain) {
  if (!powers().restores) GTEST_SKIP() << "the store has no RestoreObject";
  client().put_object({.bucket = bucket_, .key = "k", .attributes = {.storage_class = "GLACIER"}}, "cold");
  EXPECT_EQ(thaw("k"), ThawState{Kind::frozen});
  EXPECT_EQ(listed_thaw(false), std::nullopt);
  EXPECT_EQ(listed_thaw(true), ThawState{Kind::frozen});
  const base::Error frozen = error_of([&] { client().get_object({.bucket = bucket_, .key = "k"}); });
  EXPECT_EQ(frozen.kind(), ErrorKind::wrong_state);
  EXPECT_EQ(frozen.context().code, "InvalidObjectState");

  EXPECT_EQ(restore("k"), RestoreOutcome::started);
  EXPECT_EQ(restore("k"), RestoreOutcome::in_progress);
  EXPECT_EQ(thaw("k"), ThawState{Kind::in_progress});
  EXPECT_EQ(listed_thaw(true), ThawState{Kind::in_progress});
  EXPECT_EQ(error_of([&] { client().get_object({.bucket = bucket_, .key = "k"}); }).context().code,
            "InvalidObjectState");

  if (!advance_thaws(std::chrono::hours(1))) return;  // takes real hours
  const ThawState thawed = thaw("k");
  EXPECT_EQ(thawed.kind, Kind::thawed);
  EXPECT_TRUE(thawed.expires_at);
  EXPECT_EQ(listed_thaw(true), thawed);
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k"}).body, "cold");
  EXPECT_EQ(restore("k"), RestoreOutcome::extended);
  advance_thaws(std::chrono::hours(49));
  EXPECT_EQ(thaw("k"), ThawState{Kind::frozen});
  EXPECT_EQ(listed_thaw(true), ThawState{Kind::frozen});
}

TEST_P(Restores, WhatIsNotArchivedIsNotRestored) {
  put("k", "warm");
  EXPECT_EQ(thaw("k"), ThawState{Kind::not_frozen});
  EXPECT_EQ(listed_thaw(true), ThawState{Kind::not_frozen});
  const base::Error error = error_of([&] { restore("k"); });
  EXPECT_EQ(error.kind(), powers().restores ? ErrorKind::wrong_state : ErrorKind::unsupported)
      << error.what();
  EXPECT_EQ(error.context().code == "InvalidObjectState", powers().restores) << error.what();
}

TEST_P(Restores, AStoreWithoutRestoresSaysSoAndLetsOneRead) {
  if (powers().restores) GTEST_SKIP() << "the store has RestoreObject";
  client().put_object({.bucket = bucket_, .key = "k", .attributes = {.storage_class = "GLACIER"}}, "cold");
  const base::Error error = error_of([&] { restore("k"); });
  EXPECT_EQ(error.kind(), ErrorKind::unsupported) << error.what();
  EXPECT_NE(error.context().code, "InvalidObjectState");
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k"}).body, "cold");
}

TEST_P(Restores, APutKeepsEverything) {
  client().put_object({.bucket = bucket_, .key = "k", .attributes = all_, .if_none_match = true}, "body");
  expect_all("k");
  EXPECT_EQ(error_of([&] {
              client().put_object({.bucket = bucket_, .key = "k", .if_none_match = true}, "other");
            }).kind(),
            ErrorKind::precondition_failed);
  expect_all("k");
}

TEST_P(Restores, AnUploadInPartsKeepsEverything) {
  const std::string id =
      client().create_multipart_upload({.bucket = bucket_, .key = "k", .attributes = all_});
  base::Slots slots(1);
  s3::PartUploader uploader(client(), slots,
                            {.bucket = bucket_, .key = "k", .upload_id = id, .part_size_bytes = 5 << 20}, {});
  uploader.append("body");
  client().complete_multipart_upload(
      {.bucket = bucket_, .key = "k", .upload_id = id, .parts = uploader.finish().parts});
  if (powers().upload_tags) {
    expect_all("k");
  } else {
    expect_all_but_tags("k");
    EXPECT_EQ(client().head_object(bucket_, "k")->tag_count, 0) << "and so it can be seen";
  }
}

TEST_P(Restores, ElevenTagsAreRefused) {
  if (!powers().strict) GTEST_SKIP() << kNotStrict;
  s3::ObjectAttributes attributes;
  for (int i = 0; i < 11; ++i) attributes.tags["tag" + std::to_string(i)] = "x";
  EXPECT_EQ(error_of([&] {
              client().put_object({.bucket = bucket_, .key = "k", .attributes = attributes}, "");
            }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(client().head_object(bucket_, "k"), std::nullopt);
}

S3C_CONTRACT(Restores);

}  // namespace
}  // namespace s3c::contract
