#include "base/encoding.h"
#include "base/hash.h"
#include "tests/contract/store_under_test.h"

namespace s3c::contract {
namespace {

using base::ErrorKind;

class Objects : public Contract {};

std::string crc32_base64(std::string_view bytes) {
  return base::to_base64(base::crc32_bytes(base::crc32(bytes)));
}

TEST_P(Objects, EtagOfAPutIsItsMd5) {
  for (const std::string& body : {std::string(), std::string("hello"), std::string(3'000'000, 'x')}) {
    const std::string etag = put("k", body);
    EXPECT_EQ(etag, base::to_hex(base::md5(body)));
    const auto got = client().get_object(
        {.bucket = bucket_, .key = "k", .if_match = etag, .expected_size_bytes = body.size()});
    EXPECT_EQ(got.body, body);
    EXPECT_EQ(got.head.etag, etag);
    EXPECT_EQ(got.head.size_bytes, body.size());
    const auto head = client().head_object(bucket_, "k");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->etag, etag);
    EXPECT_EQ(head->size_bytes, body.size());
    EXPECT_EQ(head->storage_class, "STANDARD");
    std::string streamed;
    client().read_object({.bucket = bucket_, .key = "k"}, [&](std::string_view bytes) { streamed += bytes; });
    EXPECT_EQ(streamed, body);
  }
}

TEST_P(Objects, Ranges) {
  put("k", "0123456789");
  auto range = [&](std::uint64_t offset, std::uint64_t size) {
    return client().get_object({.bucket = bucket_, .key = "k", .range = s3::ByteRange{offset, size}});
  };
  EXPECT_EQ(range(2, 3).body, "234");
  EXPECT_EQ(range(2, 3).head.size_bytes, 10u);
  EXPECT_EQ(range(0, 1).body, "0");
  EXPECT_EQ(range(9, 1).body, "9");
  EXPECT_EQ(range(8, 100).body, "89") << "cut at the object's end";
  EXPECT_EQ(error_of([&] { range(10, 1); }).kind(), ErrorKind::invalid_argument);
}

TEST_P(Objects, IfMatch) {
  const std::string etag = put("k", "one");
  put("k", "two");
  EXPECT_EQ(error_of([&] { client().get_object({.bucket = bucket_, .key = "k", .if_match = etag}); }).kind(),
            ErrorKind::precondition_failed);
  EXPECT_EQ(
      error_of([&] {
        client().get_object({.bucket = bucket_, .key = "k", .if_match = etag, .range = s3::ByteRange{0, 1}});
      }).kind(),
      ErrorKind::precondition_failed);
}

TEST_P(Objects, WhatIsNotThere) {
  EXPECT_EQ(client().head_object(bucket_, "k"), std::nullopt);
  const auto error = error_of([&] { client().get_object({.bucket = bucket_, .key = "k", .if_match = "e"}); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.context().code, "NoSuchKey");
  EXPECT_FALSE(error.message().empty());
  EXPECT_FALSE(error.context().request_id.empty());
}

TEST_P(Objects, MetadataSystemHeadersAndTags) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  const auto answer = raw("PUT", bucket_, "k", {},
                          {{"Content-Type", "text/xml; charset=utf-8"},
                           {"Cache-Control", "max-age=60"},
                           {"Content-Disposition", "attachment; filename=\"a b.xml\""},
                           {"Content-Encoding", "gzip"},
                           {"Content-Language", "de"},
                           {"Expires", "Sun, 01 Apr 2040 12:00:00 GMT"},
                           {"x-amz-meta-who", "me  and  you"},
                           {"x-amz-meta-empty", ""},
                           {"x-amz-tagging", "a=1&b%20c=%C3%BC"}},
                          "body");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto got = client().get_object({.bucket = bucket_, .key = "k"});
  const auto head = client().head_object(bucket_, "k");
  ASSERT_TRUE(head);
  for (const s3::ObjectHead* seen : {&got.head, &*head}) {
    EXPECT_EQ(seen->content_type, "text/xml; charset=utf-8");
    EXPECT_EQ(seen->system_headers,
              (std::map<std::string, std::string>{{"cache-control", "max-age=60"},
                                                  {"content-disposition", "attachment; filename=\"a b.xml\""},
                                                  {"content-encoding", "gzip"},
                                                  {"content-language", "de"},
                                                  {"expires", "Sun, 01 Apr 2040 12:00:00 GMT"}}));
    EXPECT_EQ(seen->metadata.at("who"), "me  and  you");
  }
  EXPECT_EQ(got.body, "body") << "a Content-Encoding is the object's business, not the transport's";
  EXPECT_EQ(client().get_object_tagging(bucket_, "k", ""),
            (std::map<std::string, std::string>{{"a", "1"}, {"b c", "\xc3\xbc"}}));
  put("untagged", "");
  EXPECT_TRUE(client().get_object_tagging(bucket_, "untagged", "").empty());
}

TEST_P(Objects, PutKeepsWhatItIsTold) {
  client().put_object({.bucket = bucket_,
                       .key = "k",
                       .attributes = {.content_type = "application/json",
                                      .metadata = {{"s3compress-id", "01ABC"}},
                                      .storage_class = "GLACIER"}},
                      "{}");
  const auto head = client().head_object(bucket_, "k");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->content_type, "application/json");
  EXPECT_EQ(head->storage_class, glacier());
  EXPECT_EQ(head->metadata, (std::map<std::string, std::string>{{"s3compress-id", "01ABC"}}));
  EXPECT_EQ(client().list_objects({.bucket = bucket_}).objects.at(0).storage_class, glacier());
}

TEST_P(Objects, PutIfNoneMatch) {
  client().put_object({.bucket = bucket_, .key = "k", .if_none_match = true}, "one");
  EXPECT_EQ(error_of([&] {
              client().put_object({.bucket = bucket_, .key = "k", .if_none_match = true}, "two");
            }).kind(),
            ErrorKind::precondition_failed);
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k"}).body, "one");
}

TEST_P(Objects, AWrongContentMd5IsRefused) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  const auto answer =
      raw("PUT", bucket_, "k", {}, {{"Content-MD5", base::to_base64(base::md5("other"))}}, "body");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(client().head_object(bucket_, "k"), std::nullopt);
}

TEST_P(Objects, ChecksumsAreKeptOrSilentlyIgnored) {
  client().put_object(
      {.bucket = bucket_, .key = "k", .checksum = s3::Checksum{"CRC32", crc32_base64("body"), ""}}, "body");
  const auto head = client().head_object(bucket_, "k");
  ASSERT_TRUE(head);
  if (!powers().checksums) {
    EXPECT_TRUE(head->checksums.empty());
    return;
  }
  ASSERT_EQ(head->checksums.size(), 1u);
  EXPECT_EQ(head->checksums[0], (s3::Checksum{"CRC32", crc32_base64("body"), "FULL_OBJECT"}));
  error_of([&] {
    client().put_object(
        {.bucket = bucket_, .key = "wrong", .checksum = s3::Checksum{"CRC32", crc32_base64("other"), ""}},
        "body");
  });
  EXPECT_EQ(client().head_object(bucket_, "wrong"), std::nullopt);
}

TEST_P(Objects, VersionsAreReadByTheirId) {
  if (!powers().versions) GTEST_SKIP() << kNoVersions;
  enable_versioning();
  put("k", "one");
  const auto first = client().head_object(bucket_, "k");
  put("k", "two");
  ASSERT_FALSE(first->version_id.empty());
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k", .version_id = first->version_id}).body,
            "one");
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k"}).body, "two");
}

/// GETs for get_objects(), and what came of each.
class ManyGets final : public s3::GetObjectSource {
 public:
  explicit ManyGets(std::vector<s3::GetObjectRequest> requests) : requests_(std::move(requests)) {}

  std::optional<s3::GetObjectRequest> next(std::size_t slot) override {
    if (begun_ == requests_.size()) return std::nullopt;
    EXPECT_TRUE(in_slot_.emplace(slot, begun_).second) << "the slot is taken";
    return requests_[begun_++];
  }
  std::optional<s3::GetObjectRequest> try_next(std::size_t slot) override { return next(slot); }
  void got(std::size_t slot, s3::GetObjectResult result) override {
    results[in_slot_.extract(slot).mapped()] = std::move(result);
  }
  void not_got(std::size_t slot, s3::GetObjectRequest request) override {
    again[in_slot_.extract(slot).mapped()] = std::move(request);
  }

  std::map<std::size_t, s3::GetObjectResult> results;  ///< by the number of the request
  std::map<std::size_t, s3::GetObjectRequest> again;   ///< what wasn't got

 private:
  const std::vector<s3::GetObjectRequest> requests_;
  std::size_t begun_ = 0;
  std::map<std::size_t, std::size_t> in_slot_;
};

TEST_P(Objects, ManyAtOnceEndAsOneByOne) {
  const std::string old = put("changed", "old body");
  const std::string etag = put("changed", "new body");
  put("empty", "");
  ManyGets gets({{.bucket = bucket_, .key = "changed", .if_match = etag, .expected_size_bytes = 8},
                 {.bucket = bucket_, .key = "missing"},
                 {.bucket = bucket_, .key = "changed", .if_match = old},
                 {.bucket = bucket_, .key = "empty"},
                 {.bucket = bucket_, .key = "changed", .expected_size_bytes = 9},
                 {.bucket = bucket_, .key = "changed", .range = s3::ByteRange{4, 4}}});
  client().get_objects(gets, 2);
  ASSERT_EQ(gets.results.size(), 3u);
  EXPECT_EQ(gets.results.at(0).body, "new body");
  EXPECT_EQ(gets.results.at(0).head.etag, etag);
  EXPECT_EQ(gets.results.at(3).body, "");
  EXPECT_EQ(gets.results.at(5).body, "body");
  EXPECT_EQ(gets.results.at(5).head.size_bytes, 8u);
  ASSERT_EQ(gets.again.size(), 3u);
  for (const auto& [number, kind] : {std::pair{1u, ErrorKind::not_found},
                                     {2u, ErrorKind::precondition_failed},
                                     {4u, ErrorKind::precondition_failed}}) {
    const s3::GetObjectRequest& again = gets.again.at(number);
    ASSERT_TRUE(again.failed_try) << number;
    EXPECT_EQ(again.failed_try->error.kind(), kind) << number;
    EXPECT_EQ(error_of([&] { client().get_object(again); }).kind(), kind) << number;
  }
}

S3C_CONTRACT(Objects);

}  // namespace
}  // namespace s3c::contract
