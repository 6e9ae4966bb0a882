// How the client asks, and what it makes of the answers: single objects, listings, multipart uploads.
#include "s3/s3_client.h"

#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kEmptyListing = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

TEST_F(S3ClientTest, GetObjectSendsItsConditionsAndReturnsTheHead) {
  Fields headers = object_headers();
  headers.insert(headers.end(), {{"Content-Type", "text/xml"},
                                 {"Cache-Control", "no-cache"},
                                 {"X-Amz-Meta-Who", "me"},
                                 {"x-amz-version-id", "v7"},
                                 {"x-amz-storage-class", "GLACIER_IR"},
                                 {"x-amz-tagging-count", "2"},
                                 {"x-amz-checksum-crc32", "AQIDBA=="},
                                 {"x-amz-checksum-type", "FULL_OBJECT"}});
  transport_.add(answer(200, "hello", headers));
  const auto got = client_->get_object(
      {.bucket = "b", .key = "a b/ü", .version_id = "v7", .if_match = "e1", .expected_size_bytes = 5});
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(request(0).url, "http://store/b/a%20b/%C3%BC?versionId=v7");
  EXPECT_EQ(header(0, "If-Match"), "\"e1\"");
  EXPECT_EQ(header(0, "Range"), "(none)");
  EXPECT_EQ(header(0, "x-amz-checksum-mode"), "ENABLED");
  EXPECT_EQ(header(0, "x-amz-content-sha256"), aws::kEmptyPayloadHash);
  EXPECT_EQ(got.head.size_bytes, 5u);
  EXPECT_EQ(got.head.etag, "e1");
  EXPECT_EQ(got.head.content_type, "text/xml");
  EXPECT_EQ(got.head.version_id, "v7");
  EXPECT_EQ(got.head.storage_class, "GLACIER_IR");
  EXPECT_EQ(got.head.tag_count, 2);
  EXPECT_EQ(got.head.metadata, (std::map<std::string, std::string>{{"who", "me"}}));
  EXPECT_EQ(got.head.system_headers, (std::map<std::string, std::string>{{"cache-control", "no-cache"}}));
  EXPECT_EQ(got.head.checksums, (std::vector<Checksum>{{"CRC32", "AQIDBA==", "FULL_OBJECT"}}));
}

TEST_F(S3ClientTest, GetObjectRangeGivesTheWholeObjectsSize) {
  Fields headers = object_headers();
  headers.emplace_back("Content-Range", "bytes 2-4/10");
  transport_.add(answer(206, "llo", headers));
  const auto got = client_->get_object({.bucket = "b", .key = "k", .range = ByteRange{2, 3}});
  EXPECT_EQ(header(0, "Range"), "bytes=2-4");
  EXPECT_EQ(got.head.size_bytes, 10u);
  EXPECT_EQ(got.body, "llo");
}

TEST_F(S3ClientTest, AStoreThatIgnoresTheRangeIsFound) {
  transport_.add(answer(200, "whole body", object_headers()));
  EXPECT_EQ(error_of([&] {
              client_->get_object({.bucket = "b", .key = "k", .range = ByteRange{2, 3}});
            }).kind(),
            ErrorKind::corrupt);
}

TEST_F(S3ClientTest, AnotherLengthThanExpectedIsAChangedObject) {
  transport_.add(answer(200, "hello", object_headers()));
  EXPECT_EQ(
      error_of([&] { client_->get_object({.bucket = "b", .key = "k", .expected_size_bytes = 4}); }).kind(),
      ErrorKind::precondition_failed);
  transport_.add(answer(200, "", object_headers()));
  EXPECT_EQ(
      error_of([&] { client_->get_object({.bucket = "b", .key = "k", .expected_size_bytes = 4}); }).kind(),
      ErrorKind::precondition_failed);
}

TEST_F(S3ClientTest, AnotherLengthOfTheSameObjectIsFetchedAgain) {
  for (int i = 0; i < 2; ++i) {
    transport_.add(answer(200, "hel", object_headers()));
    transport_.add(answer(200, "hello", object_headers()));
  }
  const GetObjectRequest request{.bucket = "b", .key = "k", .if_match = "e1", .expected_size_bytes = 5};
  EXPECT_EQ(client_->get_object(request).body, "hello");
  std::string streamed;
  client_->read_object(request, [&streamed](std::string_view bytes) { streamed += bytes; });
  EXPECT_EQ(streamed, "hello");
}

/// A row of an inventory may tell a size that is wrong: to ask again would change nothing.
TEST_F(S3ClientTest, AnotherLengthThanSomebodyElseSaidIsAnotherObject) {
  const GetObjectRequest request{
      .bucket = "b", .key = "k", .if_match = "e1", .expected_size_bytes = 5, .size_may_be_wrong = true};
  for (const char* body : {"hel", "hello, world", ""}) {
    transport_.add(answer(200, body, object_headers()));
    EXPECT_EQ(error_of([&] { client_->get_object(request); }).kind(), ErrorKind::precondition_failed) << body;
    transport_.add(answer(200, body, object_headers()));
    EXPECT_EQ(error_of([&] { client_->read_object(request, [](std::string_view) {}); }).kind(),
              ErrorKind::precondition_failed)
        << body;
  }
}

TEST_F(S3ClientTest, EmptyObjects) {
  transport_.add(answer(200, "", object_headers()));
  EXPECT_EQ(client_->get_object({.bucket = "b", .key = "k", .expected_size_bytes = 0}).body, "");
  transport_.add(answer(200, "", object_headers()));
  EXPECT_EQ(client_->read_object({.bucket = "b", .key = "k"}, [](std::string_view) { FAIL(); }).size_bytes,
            0u);
}

TEST_F(S3ClientTest, AShortBodyIsFetchedAgainWhole) {
  Step broken_body = answer(200, "hello", object_headers());
  broken_body.break_after_bytes = 3;
  transport_.add(broken_body);
  transport_.add(answer(200, "hel", [] {
    auto h = object_headers();
    h.emplace_back("Content-Length", "5");
    return h;
  }()));
  transport_.add(answer(200, "hello", object_headers()));
  EXPECT_EQ(client_->get_object({.bucket = "b", .key = "k"}).body, "hello");
  EXPECT_EQ(clock_.slept().size(), 2u);
  EXPECT_EQ(client_->stats().retries, 2u);
  EXPECT_EQ(client_->stats().requests.at("GetObject"), 3u);
}

TEST_F(S3ClientTest, ReadObjectGoesOnWhereTheBodyBroke) {
  Step first = answer(200, "0123456789", object_headers());
  first.break_after_bytes = 4;
  transport_.add(first);
  Fields rest = object_headers();
  rest.emplace_back("Content-Range", "bytes 4-9/10");
  transport_.add(answer(206, "456789", rest));
  std::string body;
  const ObjectHead head =
      client_->read_object({.bucket = "b", .key = "k"}, [&](std::string_view bytes) { body += bytes; });
  EXPECT_EQ(body, "0123456789");
  EXPECT_EQ(head.size_bytes, 10u);
  EXPECT_EQ(header(0, "Range"), "(none)");
  EXPECT_EQ(header(1, "Range"), "bytes=4-9");
  EXPECT_EQ(header(1, "If-Match"), "\"e1\"")
      << "the rest must be of the same object, though no condition was asked for";
}

TEST_F(S3ClientTest, ReadObjectOfARangeGoesOnInsideIt) {
  Fields first_headers = object_headers();
  first_headers.emplace_back("Content-Range", "bytes 10-15/100");
  Step first = answer(206, "abcdef", first_headers);
  first.break_after_bytes = 2;
  transport_.add(first);
  Fields rest = object_headers();
  rest.emplace_back("Content-Range", "bytes 12-15/100");
  transport_.add(answer(206, "cdef", rest));
  std::string body;
  client_->read_object({.bucket = "b", .key = "k", .range = ByteRange{10, 6}},
                       [&](std::string_view bytes) { body += bytes; });
  EXPECT_EQ(body, "abcdef");
  EXPECT_EQ(header(1, "Range"), "bytes=12-15");
}

TEST_F(S3ClientTest, ProgressStartsTheCountOfTriesAgain) {
  const std::string whole = "0123456789";
  for (std::size_t at = 0; at < 9; ++at) {  // more breaks than max_attempts
    Fields headers = object_headers();
    if (at > 0) headers.emplace_back("Content-Range", "bytes " + std::to_string(at) + "-9/10");
    Step step = answer(at > 0 ? 206 : 200, whole.substr(at), headers);
    step.break_after_bytes = 1;
    transport_.add(step);
  }
  Fields headers = object_headers();
  headers.emplace_back("Content-Range", "bytes 9-9/10");
  transport_.add(answer(206, "9", headers));
  std::string body;
  client_->read_object({.bucket = "b", .key = "k"}, [&](std::string_view bytes) { body += bytes; });
  EXPECT_EQ(body, whole);
}

TEST_F(S3ClientTest, WithoutProgressReadObjectGivesUp) {
  for (int i = 0; i < 4; ++i) transport_.add(broken());
  const auto error =
      error_of([&] { client_->read_object({.bucket = "b", .key = "k"}, [](std::string_view) {}); });
  EXPECT_EQ(error.kind(), ErrorKind::transient);
  EXPECT_EQ(error.context().attempts, 4);
}

TEST_F(S3ClientTest, ReadObjectNeverMixesTwoVersions) {
  Step first = answer(200, "0123456789", object_headers());
  first.break_after_bytes = 4;
  transport_.add(first);
  Fields rest = object_headers("\"e2\"");  // a store that ignores If-Match
  rest.emplace_back("Content-Range", "bytes 4-9/10");
  transport_.add(answer(206, "XXXXXX", rest));
  std::string body;
  EXPECT_EQ(error_of([&] {
              client_->read_object({.bucket = "b", .key = "k"}, [&](std::string_view b) { body += b; });
            }).kind(),
            ErrorKind::precondition_failed);
  EXPECT_EQ(body, "0123");
}

TEST_F(S3ClientTest, AStoreThatIgnoresTheRangeOfTheRestIsFound) {
  Step first = answer(200, "0123456789", object_headers());
  first.break_after_bytes = 4;
  transport_.add(first);
  transport_.add(answer(200, "0123456789", object_headers()));
  std::string body;
  EXPECT_EQ(error_of([&] {
              client_->read_object({.bucket = "b", .key = "k"}, [&](std::string_view b) { body += b; });
            }).kind(),
            ErrorKind::corrupt);
  EXPECT_EQ(body, "0123");
}

TEST_F(S3ClientTest, ABreakAfterTheLastByteIsTheEnd) {
  Step whole = answer(200, "hello", object_headers());
  whole.break_after_bytes = 5;
  transport_.add(whole);
  std::string body;
  client_->read_object({.bucket = "b", .key = "k"}, [&](std::string_view bytes) { body += bytes; });
  EXPECT_EQ(body, "hello");
}

TEST_F(S3ClientTest, AnErrorOfTheReceiverIsNotRetried) {
  transport_.add(answer(200, "hello", object_headers()));
  EXPECT_EQ(error_of([&] {
              client_->read_object({.bucket = "b", .key = "k"}, [](std::string_view) {
                throw base::Error(ErrorKind::transient, "my own disk");
              });
            }).message(),
            "my own disk");
}

TEST_F(S3ClientTest, HeadObject) {
  transport_.add(answer(404));
  EXPECT_EQ(client_->head_object("b", "k"), std::nullopt);
  Fields headers = object_headers();
  headers.insert(headers.end(), {{"Content-Length", "123"},
                                 {"x-amz-storage-class", "GLACIER"},
                                 {"x-amz-restore", "ongoing-request=\"true\""},
                                 {"x-amz-server-side-encryption", "aws:kms"}});
  transport_.add(answer(200, "", headers));
  const auto head = client_->head_object("b", "k");
  ASSERT_TRUE(head);
  EXPECT_EQ(request(1).method, "HEAD");
  EXPECT_EQ(header(1, "x-amz-checksum-mode"), "ENABLED");
  EXPECT_EQ(head->size_bytes, 123u);
  EXPECT_EQ(head->thaw, ThawState{ThawState::Kind::in_progress});
  EXPECT_EQ(head->server_side_encryption, "aws:kms");
  transport_.add(answer(403));
  EXPECT_EQ(error_of([&] { client_->head_object("b", "k"); }).kind(), ErrorKind::access_denied);
}

TEST_F(S3ClientTest, HeadBucket) {
  transport_.add(answer(200));
  client_->head_bucket("b");
  EXPECT_EQ(request(0).url, "http://store/b");
  transport_.add(answer(404));
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).kind(), ErrorKind::no_bucket);
}

TEST_F(S3ClientTest, AnEmptyKeyNeverBecomesABucketRequest) {
  EXPECT_EQ(error_of([&] { client_->head_object("b", ""); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { client_->put_object({.bucket = "b", .key = ""}, "x"); }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { client_->abort_multipart_upload("b", "k", ""); }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(
      error_of([&] { client_->delete_objects("b", {{.key = ""}}, ObjectStore::Resend::allowed); }).kind(),
      ErrorKind::invalid_argument);
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(S3ClientTest, ListObjectsQuery) {
  transport_.add(answer(200, kEmptyListing));
  transport_.add(answer(200, kEmptyListing));
  client_->list_objects(
      {.bucket = "b", .prefix = "p/", .delimiter = "/", .start_after = "p/a", .max_keys = 7});
  EXPECT_EQ(
      request(0).url,
      "http://store/b?delimiter=%2F&encoding-type=url&list-type=2&max-keys=7&prefix=p%2F&start-after=p%2Fa");
  client_->list_objects({.bucket = "b", .start_after = "a", .continuation_token = "t/+="});
  EXPECT_EQ(request(1).url,
            "http://store/b?continuation-token=t%2F%2B%3D&encoding-type=url&list-type=2&max-keys=1000");
}

TEST_F(S3ClientTest, ACutOffListingIsAskedForAgain) {
  transport_.add(answer(200, std::string(kEmptyListing).substr(0, 40)));
  transport_.add(answer(200, ""));
  transport_.add(answer(200, kEmptyListing));
  EXPECT_TRUE(client_->list_objects({.bucket = "b"}).objects.empty());
}

TEST_F(S3ClientTest, PutObject) {
  const std::string md5 = base::to_hex(base::md5("hello"));
  transport_.add(answer(200, "", {{"ETag", "\"" + md5 + "\""}}));
  const std::string etag = client_->put_object(
      {.bucket = "b",
       .key = "k",
       .attributes = {.content_type = "text/plain", .metadata = {{"id", "1"}}, .storage_class = "GLACIER"},
       .if_none_match = true,
       .checksum = Checksum{"CRC32", "NhCmhg==", ""}},
      "hello");
  EXPECT_EQ(etag, md5);
  EXPECT_EQ(transport_.sent[0].body, "hello");
  EXPECT_EQ(header(0, "Content-MD5"), base::to_base64(base::md5("hello")));
  EXPECT_EQ(header(0, "If-None-Match"), "*");
  EXPECT_EQ(header(0, "x-amz-storage-class"), "GLACIER");
  EXPECT_EQ(header(0, "x-amz-meta-id"), "1");
  EXPECT_EQ(header(0, "x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(header(0, "x-amz-content-sha256"), base::to_hex(base::sha256("hello")))
      << "signed, over plain HTTP";
}

TEST_F(S3ClientTest, OverTlsTheBodyIsNotHashedTwice) {
  start({.endpoint = {.url = "https://store"}});
  transport_.add(answer(200, "", {{"ETag", "\"not-an-md5\""}}));
  client_->put_object({.bucket = "b", .key = "k"}, "hello");
  EXPECT_EQ(header(0, "x-amz-content-sha256"), aws::kUnsignedPayload);
}

TEST_F(S3ClientTest, AnEtagOfOtherBytesIsCorruptUnlessEncryptionExplainsIt) {
  const std::string other = "\"00000000000000000000000000000000\"";
  transport_.add(answer(200, "", {{"ETag", other}}));
  EXPECT_EQ(error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "x"); }).kind(),
            ErrorKind::corrupt);
  transport_.add(answer(200, "", {{"ETag", other}, {"x-amz-server-side-encryption", "AES256"}}));
  EXPECT_EQ(error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "x"); }).kind(),
            ErrorKind::corrupt);
  transport_.add(answer(200, "", {{"ETag", other}, {"x-amz-server-side-encryption", "aws:kms:dsse"}}));
  client_->put_object({.bucket = "b", .key = "k"}, "x");
  transport_.add(
      answer(200, "", {{"ETag", other}, {"x-amz-server-side-encryption-customer-algorithm", "AES256"}}));
  client_->put_object({.bucket = "b", .key = "k"}, "x");
}

TEST_F(S3ClientTest, PutIfNoneMatchAfterALostReplyRecognizesItsOwnObject) {
  const std::string md5 = base::to_hex(base::md5("x"));
  Fields ours = object_headers("\"" + md5 + "\"");
  ours.emplace_back("Content-Length", "1");
  transport_.add(broken());
  transport_.add(s3_error(412, "PreconditionFailed"));
  transport_.add(answer(200, "", ours));
  EXPECT_EQ(client_->put_object({.bucket = "b", .key = "k", .if_none_match = true}, "x"), md5);

  Fields foreign = object_headers();
  foreign.emplace_back("Content-Length", "1");
  transport_.add(broken());
  transport_.add(s3_error(412, "PreconditionFailed"));
  transport_.add(answer(200, "", foreign));
  transport_.add(answer(200, "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>"));
  EXPECT_EQ(
      error_of([&] { client_->put_object({.bucket = "b", .key = "k", .if_none_match = true}, "x"); }).kind(),
      ErrorKind::precondition_failed);

  transport_.add(s3_error(412, "PreconditionFailed"));  // at once: certainly not ours
  transport_.add(answer(200, "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>"));
  EXPECT_EQ(
      error_of([&] { client_->put_object({.bucket = "b", .key = "k", .if_none_match = true}, "x"); }).kind(),
      ErrorKind::precondition_failed);
}

TEST_F(S3ClientTest, CreateMultipartUpload) {
  transport_.add(answer(200,
                        "<InitiateMultipartUploadResult><Key>k\x07</Key><UploadId>u/1+</UploadId></"
                        "InitiateMultipartUploadResult>"));
  EXPECT_EQ(client_->create_multipart_upload({.bucket = "b",
                                              .key = "k",
                                              .attributes = {.content_type = "application/zip",
                                                             .metadata = {{"s3compress-id", "X"}},
                                                             .tags = {{"a", "1"}},
                                                             .storage_class = "GLACIER"},
                                              .encryption = {"aws:kms", "key"},
                                              .full_object_crc32 = true}),
            "u/1+");
  EXPECT_EQ(request(0).url, "http://store/b/k?uploads=");
  EXPECT_EQ(request(0).method, "POST");
  EXPECT_EQ(header(0, "x-amz-checksum-algorithm"), "CRC32");
  EXPECT_EQ(header(0, "x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(header(0, "x-amz-server-side-encryption"), "aws:kms");
  EXPECT_EQ(header(0, "x-amz-server-side-encryption-aws-kms-key-id"), "key");
  EXPECT_EQ(header(0, "x-amz-tagging"), "a=1");
  EXPECT_EQ(header(0, "x-amz-meta-s3compress-id"), "X");
}

TEST_F(S3ClientTest, WithoutChecksumsNoChecksumHeaderIsSent) {
  transport_.add(
      answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"));
  client_->create_multipart_upload({.bucket = "b", .key = "k"});
  EXPECT_EQ(header(0, "x-amz-checksum-algorithm"), "(none)");
  EXPECT_EQ(header(0, "x-amz-checksum-type"), "(none)");
}

UploadPartRequest part_of(std::string_view body) {
  return {.bucket = "b",
          .key = "k",
          .upload_id = "u",
          .part_number = 2,
          .body = body,
          .md5 = base::md5(body),
          .crc32 = base::crc32(body)};
}

TEST_F(S3ClientTest, UploadPart) {
  const std::string md5 = base::to_hex(base::md5("x"));
  transport_.add(answer(200, "", {{"ETag", "\"" + md5 + "\""}}));
  const UploadedPart part = client_->upload_part(part_of("x"));
  EXPECT_EQ(part.etag, md5);
  EXPECT_EQ(part.part_number, 2);
  EXPECT_EQ(request(0).url, "http://store/b/k?partNumber=2&uploadId=u");
  EXPECT_EQ(header(0, "Content-MD5"), base::to_base64(base::md5("x")));
  EXPECT_EQ(header(0, "x-amz-checksum-crc32"), base::to_base64(base::crc32_bytes(base::crc32("x"))));
}

TEST_F(S3ClientTest, UploadPartChecksWhatTheStoreSaysItGot) {
  const std::string md5 = base::to_hex(base::md5("x"));
  transport_.add(answer(200, "", {{"ETag", "\"" + md5 + "\""}, {"x-amz-checksum-crc32", "AAAAAA=="}}));
  EXPECT_EQ(error_of([&] { client_->upload_part(part_of("x")); }).kind(), ErrorKind::corrupt);
  transport_.add(answer(200, "", {{"ETag", "\"00000000000000000000000000000000\""}}));
  EXPECT_EQ(error_of([&] { client_->upload_part(part_of("x")); }).kind(), ErrorKind::corrupt);
  transport_.add(answer(200));
  EXPECT_EQ(error_of([&] { client_->upload_part(part_of("x")); }).kind(), ErrorKind::corrupt);
}

UploadPartCopyRequest copy_of(std::optional<ByteRange> range) {
  return {.bucket = "b",
          .key = "a/day.zip",
          .upload_id = "u",
          .part_number = 2,
          .source_key = "staging/a b.zip",
          .source_etag = "s-3",
          .range = range};
}

TEST_F(S3ClientTest, UploadPartCopy) {
  transport_.add(answer(200, "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>"));
  const UploadedPart part = client_->upload_part_copy(copy_of(ByteRange{100, 50}));
  EXPECT_EQ(part.part_number, 2);
  EXPECT_EQ(part.etag, "p");
  EXPECT_EQ(request(0).url, "http://store/b/a/day.zip?partNumber=2&uploadId=u");
  EXPECT_EQ(header(0, "x-amz-copy-source"), "/b/staging/a%20b.zip");
  EXPECT_EQ(header(0, "x-amz-copy-source-if-match"), "\"s-3\"");
  EXPECT_EQ(header(0, "x-amz-copy-source-range"), "bytes=100-149");

  transport_.add(answer(200, "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>"));
  client_->upload_part_copy(copy_of({}));
  EXPECT_EQ(header(1, "x-amz-copy-source-range"), "(none)");
}

TEST_F(S3ClientTest, UploadPartCopyFailsInsideA200) {
  transport_.add(answer(200, "<Error><Code>InternalError</Code></Error>"));
  transport_.add(answer(200, "<CopyPartResult><ETag>\"p\"</ETag>"));  // cut off
  transport_.add(answer(200, "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>"));
  EXPECT_EQ(client_->upload_part_copy(copy_of({})).etag, "p");
  transport_.add(answer(200, "<CopyPartResult></CopyPartResult>"));
  EXPECT_EQ(error_of([&] { client_->upload_part_copy(copy_of({})); }).kind(), ErrorKind::corrupt);
}

CompleteMultipartUploadRequest completion() {
  return {.bucket = "b",
          .key = "k",
          .upload_id = "u",
          .parts = {{1, "e1", std::nullopt}},
          .if_none_match = true,
          .full_object_crc32 = 0x01020304u,
          .object_size_bytes = 99};
}

constexpr const char* kCompleted =
    "  \n<CompleteMultipartUploadResult><ETag>\"c-1\"</ETag></CompleteMultipartUploadResult>";

TEST_F(S3ClientTest, CompleteMultipartUpload) {
  transport_.add(answer(200, kCompleted));
  EXPECT_EQ(client_->complete_multipart_upload(completion()), "c-1");
  EXPECT_EQ(header(0, "If-None-Match"), "*");
  EXPECT_EQ(header(0, "x-amz-checksum-crc32"), "AQIDBA==");
  EXPECT_EQ(header(0, "x-amz-mp-object-size"), "99");
}

TEST_F(S3ClientTest, A200WithAnErrorInsideIsAFailureAndIsRetried) {
  transport_.add(s3_error(200, "SlowDown"));
  transport_.add(s3_error(200, "InternalError"));
  transport_.add(answer(200, "<ListPartsResult/>"));
  transport_.add(answer(200, "<CompleteMultipartUploadResult><ETag>"));  // cut off
  transport_.add(answer(200, kCompleted));
  EXPECT_EQ(client_->complete_multipart_upload(completion()), "c-1");
  for (int i = 0; i < 4; ++i) transport_.add(s3_error(200, "SlowDown"));
  EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(completion()); }).kind(), ErrorKind::throttled);
}

TEST_F(S3ClientTest, CompleteOfAnUploadThatIsGoneIsNotTriedForEver) {
  transport_.add(s3_error(500, "InternalError"));
  transport_.add(s3_error(404, "NoSuchKey"));  // to ListParts, as Ceph RGW says it
  const auto error = error_of([&] { client_->complete_multipart_upload(completion()); });
  EXPECT_EQ(error.kind(), ErrorKind::no_upload);
  EXPECT_EQ(error.context().code, "NoSuchUpload");
  EXPECT_EQ(request(1).url, "http://store/b/k?max-parts=1&uploadId=u");

  transport_.add(s3_error(500, "InternalError"));
  transport_.add(s3_error(403, "AccessDenied"));  // may not ask: go on
  transport_.add(answer(200, kCompleted));
  EXPECT_EQ(client_->complete_multipart_upload(completion()), "c-1");
}

TEST_F(S3ClientTest, CompleteThatLostTheRace) {
  transport_.add(s3_error(412, "PreconditionFailed"));
  EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(completion()); }).kind(),
            ErrorKind::precondition_failed);
  transport_.add(s3_error(409, "ConditionalRequestConflict"));
  EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(completion()); }).kind(),
            ErrorKind::precondition_failed);
  transport_.add(s3_error(404, "NoSuchUpload"));
  EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(completion()); }).kind(), ErrorKind::no_upload);
}

TEST_F(S3ClientTest, AbortOfAnUploadThatIsGoneIsDone) {
  transport_.add(answer(204));
  client_->abort_multipart_upload("b", "k", "u");
  EXPECT_EQ(request(0).method, "DELETE");
  EXPECT_EQ(request(0).url, "http://store/b/k?uploadId=u");
  transport_.add(s3_error(404, "NoSuchUpload"));
  client_->abort_multipart_upload("b", "k", "u");
  transport_.add(s3_error(404, "NoSuchBucket"));
  EXPECT_EQ(error_of([&] { client_->abort_multipart_upload("b", "k", "u"); }).kind(), ErrorKind::no_bucket);
}

/// Ceph RGW 16 answers NoSuchKey to a Complete that an abort overtakes; a proxy may send no code at all.
TEST_F(S3ClientTest, ANotFoundOfAnUploadMeansThatTheUploadIsGone) {
  for (const Step& not_found : {s3_error(404, "NoSuchKey"), answer(404)}) {
    transport_.add(not_found);
    EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(completion()); }).kind(),
              ErrorKind::no_upload);
    transport_.add(not_found);
    const UploadPartRequest part{
        .bucket = "b", .key = "k", .upload_id = "u", .part_number = 1, .body = "x", .md5 = base::md5("x")};
    EXPECT_EQ(error_of([&] { client_->upload_part(part); }).kind(), ErrorKind::no_upload);
    transport_.add(not_found);
    client_->abort_multipart_upload("b", "k", "u");  // nothing is left to abort

    // A copy names an object too.
    transport_.add(not_found);
    EXPECT_EQ(error_of([&] { client_->upload_part_copy(copy_of({})); }).kind(), ErrorKind::not_found);
    // A condition asks for the object: then a 404 can mean that one.
    transport_.add(not_found);
    CompleteMultipartUploadRequest replacing = completion();
    replacing.if_match = "e";
    EXPECT_EQ(error_of([&] { client_->complete_multipart_upload(replacing); }).kind(), ErrorKind::not_found);
  }
}

TEST_F(S3ClientTest, Tagging) {
  transport_.add(answer(200, "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"));
  EXPECT_EQ(client_->get_object_tagging("b", "k", "v").at("a"), "1");
  EXPECT_EQ(request(0).url, "http://store/b/k?tagging=&versionId=v");
  transport_.add(s3_error(404, "NoSuchTagSet"));
  EXPECT_TRUE(client_->get_object_tagging("b", "k", "").empty());
  transport_.add(s3_error(404, "NoSuchKey"));
  EXPECT_EQ(error_of([&] { client_->get_object_tagging("b", "k", ""); }).kind(), ErrorKind::not_found);
}

TEST_F(S3ClientTest, OddKeysAreEncodedAsTheyAreSigned) {
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"a//b", "a//b"}, {"/lead", "/lead"}, {"../x/./y", "../x/./y"},      {"a+b%c", "a%2Bb%25c"},
      {"\x01", "%01"},  {"d/", "d/"},       {"~*'()!", "~%2A%27%28%29%21"}};
  for (const auto& [key, encoded] : keys) {
    transport_.add(answer(404));
    client_->head_object("b", key);
    EXPECT_EQ(transport_.sent.back().request.url, "http://store/b/" + encoded);
  }
}

TEST_F(S3ClientTest, ABodyIsNotTakenBeyondItsLimit) {
  const GetObjectRequest at_most_4{.bucket = "b", .key = "k", .max_size_bytes = 4};
  transport_.add(answer(200, "1234", object_headers()));
  EXPECT_EQ(client_->get_object(at_most_4).body, "1234");
  transport_.add(answer(200, "12345", object_headers()));
  EXPECT_EQ(error_of([&] { client_->get_object(at_most_4); }).kind(), ErrorKind::corrupt);
  // A store that ignores Range sends everything.
  transport_.add(answer(200, std::string(100, 'x'), object_headers()));
  EXPECT_EQ(error_of([&] {
              client_->get_object({.bucket = "b", .key = "k", .range = ByteRange{0, 4}});
            }).kind(),
            ErrorKind::corrupt);
}

TEST_F(S3ClientTest, OnlyCompleteAndCopyMayTakeMinutes) {
  transport_.add(
      answer(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"));
  client_->complete_multipart_upload({.bucket = "b", .key = "k", .upload_id = "u"});
  transport_.add(answer(200, "<CopyPartResult><ETag>e</ETag></CopyPartResult>"));
  client_->upload_part_copy({.bucket = "b", .key = "k", .upload_id = "u", .part_number = 1});
  transport_.add(answer(200));
  client_->head_bucket("b");
  EXPECT_TRUE(transport_.sent.at(0).request.slow_answer);
  EXPECT_TRUE(transport_.sent.at(1).request.slow_answer);
  EXPECT_FALSE(transport_.sent.at(2).request.slow_answer);
}

}  // namespace
}  // namespace s3c::s3::test
