// What the client does where a store answers otherwise than S3.
#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "base/hash.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;

class OtherStoresTest : public S3ClientTest {};

std::string versions_listing(const std::string& inner) {
  return "<ListVersionsResult><IsTruncated>false</IsTruncated>" + inner + "</ListVersionsResult>";
}

std::string marker(const std::string& key, const std::string& is_latest) {
  return "<DeleteMarker><Key>" + key + "</Key><VersionId>m</VersionId><IsLatest>" + is_latest +
         "</IsLatest><LastModified>2018-04-01T12:00:00.123Z</LastModified></DeleteMarker>";
}

TEST_F(OtherStoresTest, OverADeleteMarkerOnlyThatMarkerIsPutAside) {
  const std::string md5 = base::to_hex(base::md5("x"));
  const PutObjectRequest request{.bucket = "b", .key = "k", .if_none_match = true};
  transport_.add(s3_error(412, "PreconditionFailed"));
  transport_.add(answer(200, versions_listing(marker("k", "true"))));
  transport_.add(answer(200, "", object_headers("\"" + md5 + "\"")));
  EXPECT_EQ(client_->put_object(request, "x"), md5);
  EXPECT_EQ(header(0, "If-None-Match"), "*");
  EXPECT_EQ(header(2, "If-None-Match"), "(none)");

  // Another key's marker, an older marker, no permission, and a request without the condition.
  for (const std::string& versions : {marker("k2", "true"), marker("k", "false")}) {
    transport_.add(s3_error(412, "PreconditionFailed"));
    transport_.add(answer(200, versions_listing(versions)));
    EXPECT_EQ(error_of([&] { client_->put_object(request, "x"); }).kind(), ErrorKind::precondition_failed);
  }
  transport_.add(s3_error(412, "PreconditionFailed"));
  transport_.add(s3_error(403, "AccessDenied"));
  EXPECT_EQ(error_of([&] { client_->put_object(request, "x"); }).kind(), ErrorKind::precondition_failed);
  transport_.add(s3_error(412, "PreconditionFailed"));
  EXPECT_EQ(error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "x"); }).kind(),
            ErrorKind::precondition_failed);
  EXPECT_TRUE(transport_.played_to_the_end());
}

TEST_F(OtherStoresTest, TheFirstMomentOf1970IsATime) {
  transport_.add(answer(200, "", {{"ETag", "\"e1\""}, {"Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"}}));
  const auto head = client_->head_object("b", "k");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->last_modified, base::Timestamp{});
  transport_.add(answer(200, "", {{"ETag", "\"e1\""}}));
  EXPECT_EQ(error_of([&] { client_->head_object("b", "k"); }).kind(), ErrorKind::corrupt);
}

/// Taken for 1970, it would be over.
TEST_F(OtherStoresTest, TheEndOfARetentionIsReadOrRefused) {
  Fields fields = {{"ETag", "\"e1\""},
                   {"Last-Modified", "Sun, 01 Apr 2018 12:00:00 GMT"},
                   {"x-amz-object-lock-mode", "GOVERNANCE"}};
  transport_.add(answer(200, "", fields));
  EXPECT_FALSE(client_->head_object("b", "k")->lock.retain_until);
  fields.emplace_back("x-amz-object-lock-retain-until-date", "tomorrow");
  transport_.add(answer(200, "", fields));
  EXPECT_EQ(error_of([&] { client_->head_object("b", "k"); }).kind(), ErrorKind::corrupt);
}

TEST_F(OtherStoresTest, AHeaderThatTheStoreRefusesIsLeftOutFromThenOn) {
  const Fields there = {{"ETag", "\"e1\""}, {"Last-Modified", "Sun, 01 Apr 2018 12:00:00 GMT"}};
  transport_.add(answer(501));
  transport_.add(answer(200, "", there));
  transport_.add(answer(200, "", there));
  EXPECT_TRUE(client_->head_object("b", "k"));
  EXPECT_TRUE(client_->head_object("b", "k"));
  EXPECT_EQ(header(0, "x-amz-checksum-mode"), "ENABLED");
  EXPECT_EQ(header(1, "x-amz-checksum-mode"), "(none)");
  EXPECT_EQ(header(2, "x-amz-checksum-mode"), "(none)");
  // Others are sent until they are refused themselves.
  transport_.add(s3_error(501, "NotImplemented"));
  transport_.add(answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"));
  client_->list_objects({.bucket = "b", .with_thaw_state = true});
  EXPECT_EQ(header(3, "x-amz-optional-object-attributes"), "RestoreStatus");
  EXPECT_EQ(header(4, "x-amz-optional-object-attributes"), "(none)");
}

TEST_F(OtherStoresTest, ARefusalThatIsNotAboutTheHeaderLeavesItIn) {
  const Fields there = {{"ETag", "\"e1\""}, {"Last-Modified", "Sun, 01 Apr 2018 12:00:00 GMT"}};
  transport_.add(answer(501));
  transport_.add(answer(501));
  EXPECT_EQ(error_of([&] { client_->head_object("b", "k"); }).kind(), ErrorKind::unsupported);
  transport_.add(answer(200, "", there));
  EXPECT_TRUE(client_->head_object("b", "k"));
  EXPECT_EQ(header(2, "x-amz-checksum-mode"), "ENABLED");
}

TEST_F(OtherStoresTest, AnObjectWithoutEtagIsNotDamaged) {
  transport_.add(answer(200, "x", {{"Last-Modified", "Sun, 01 Apr 2018 12:00:00 GMT"}}));
  EXPECT_EQ(error_of([&] { client_->get_object({.bucket = "b", .key = "k"}); }).kind(),
            ErrorKind::unsupported);
}

}  // namespace
}  // namespace s3c::s3::test
