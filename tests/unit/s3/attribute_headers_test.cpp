#include "s3/attribute_headers.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using Texts = std::map<std::string, std::string>;

class AttributesTest : public S3ClientTest {
 protected:
  const ObjectAttributes all_ = {
      .content_type = "text/xml; charset=utf-8",
      .system_headers = {{"cache-control", "max-age=60"},
                         {"content-disposition", "attachment; filename=\"a  b.xml\""},
                         {"content-encoding", "gzip"},
                         {"content-language", "de"},
                         {"expires", "Sun, 01 Apr 2040 12:00:00 GMT"},
                         {"x-amz-website-redirect-location", "/other"}},
      .metadata = {{"who", "me  and  you"}, {"empty", ""}, {"word", "=?UTF-8?B?w7w=?="}},
      .tags = {{"a", "1"}, {"b c", "\xc3\xbc&="}},
      .storage_class = "STANDARD_IA"};

  void expect_all() {
    EXPECT_EQ(header(0, "Content-Type"), all_.content_type);
    for (const auto& [name, value] : all_.system_headers) EXPECT_EQ(header(0, name), value);
    for (const auto& [name, value] : all_.metadata) EXPECT_EQ(header(0, "x-amz-meta-" + name), value);
    EXPECT_EQ(header(0, "x-amz-tagging"), "a=1&b%20c=%C3%BC%26%3D");
    EXPECT_EQ(header(0, "x-amz-storage-class"), "STANDARD_IA");
  }
};

TEST_F(AttributesTest, PutObjectSendsThemAll) {
  transport_.add(answer(200, "", {{"ETag", base::to_hex(base::md5(""))}}));
  client_->put_object({.bucket = "b", .key = "k", .attributes = all_}, "");
  expect_all();
}

TEST_F(AttributesTest, CreateMultipartUploadSendsThemAll) {
  transport_.add(
      answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"));
  client_->create_multipart_upload({.bucket = "b", .key = "k", .attributes = all_});
  expect_all();
}

TEST_F(AttributesTest, WhatIsNotSetIsNotSent) {
  transport_.add(answer(200, "", {{"ETag", base::to_hex(base::md5(""))}}));
  client_->put_object({.bucket = "b", .key = "k"}, "");
  for (const char* name : {"Content-Type", "x-amz-tagging", "x-amz-storage-class"})
    EXPECT_EQ(header(0, name), "(none)");
}

TEST_F(AttributesTest, WhatWouldArriveAsSomethingElseIsRefused) {
  const std::vector<std::pair<std::string, ObjectAttributes>> cases = {
      {"a header more", {.metadata = {{"a", "x\r\nx-amz-acl: public-read"}}}},
      {"NUL", {.metadata = {{"a", std::string("x\0y", 3)}}}},
      {"TAB", {.metadata = {{"a", "x\ty"}}}},
      {"DEL", {.metadata = {{"a", "\x7f"}}}},
      {"UTF-8", {.metadata = {{"a", "\xc3\xbc"}}}},
      {"Latin-1", {.system_headers = {{"content-disposition", "\xfc"}}}},
      {"blank in front", {.metadata = {{"a", " x"}}}},
      {"blank behind", {.metadata = {{"a", "x "}}}},
      {"content type", {.content_type = "text/xml\n"}},
      {"storage class", {.storage_class = "GLACIER\n"}},
      {"no name", {.metadata = {{"", "x"}}}},
      {"upper case", {.metadata = {{"Name", "x"}}}},
      {"name with colon", {.metadata = {{"a: b", "x"}}}},
      {"name outside ASCII", {.metadata = {{"\xc3\xbc", "x"}}}},
      {"not a system header", {.system_headers = {{"x-amz-acl", "public-read"}}}},
      {"tag", {.tags = {{"a", "\xfc"}}}},
      {"tag's name", {.tags = {{"\xfc", "a"}}}},
  };
  for (const auto& [what, attributes] : cases) {
    const base::Error error = error_of([&, &refused = attributes] {
      client_->put_object({.bucket = "b", .key = "k", .attributes = refused}, "");
    });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << what;
    EXPECT_EQ(error.context().operation, "PutObject") << what;
    EXPECT_EQ(error.context().resource, "b/k") << what;
  }
  EXPECT_TRUE(transport_.sent.empty());
}

TEST(TaggingHeader, ReadsBackTheSame) {
  const Texts tags = {{"a", ""}, {"a b", "c&d=e+f%"}, {"\xc3\xbc", "/"}};
  EXPECT_EQ(tagging_header(tags), "a=&a%20b=c%26d%3De%2Bf%25&%C3%BC=%2F");
  EXPECT_EQ(parse_tagging_header(tagging_header(tags)), tags);
  EXPECT_EQ(tagging_header({}), "");
  EXPECT_EQ(parse_tagging_header(""), Texts{});
  EXPECT_EQ(parse_tagging_header("a+b=c+d"), (Texts{{"a b", "c d"}})) << "as forms are encoded";
}

TEST(TaggingHeader, WhatIsNoListOfTagsIsRefused) {
  for (const char* malformed : {"a", "=1", "a=%2", "%zz=1", "a=1&&b=2", "a=1&%61=2", "&"}) {
    try {
      parse_tagging_header(malformed);
      ADD_FAILURE() << malformed;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << malformed;
    }
  }
}

TEST_F(AttributesTest, MetadataThatTheAnswerLacksIsCounted) {
  const auto head_with = [this](const Fields& fields) {
    transport_.add(answer(200, "", fields));
    return client_->head_object("b", "k").value();
  };
  Fields headers = object_headers();
  EXPECT_EQ(head_with(headers).missing_metadata, 0);
  headers.emplace_back("x-amz-missing-meta", "2");
  EXPECT_EQ(head_with(headers).missing_metadata, 2);
  headers.back().second = "many";
  EXPECT_EQ(head_with(headers).missing_metadata, 1);
  headers.back() = {"x-amz-meta-who", "me"};
  headers.emplace_back("X-Amz-Meta-Who", "you");
  EXPECT_EQ(head_with(headers).missing_metadata, 1) << "one of the two is lost";
}

/// A bucket's policy may refuse every object that is written without these headers.
TEST_F(AttributesTest, AClientThatEncryptsEncryptsAllThatItWrites) {
  start({.endpoint = {.url = "http://store"},
         .encryption = {"aws:kms", "key", true},
         .acl = "bucket-owner-full-control"});
  transport_.add(answer(200, "", {{"ETag", base::to_hex(base::md5("x"))}}));
  client_->put_object({.bucket = "b", .key = "k"}, "x");
  for (const Encryption& of_request : {Encryption{}, Encryption{"AES256", ""}}) {
    transport_.add(
        answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"));
    client_->create_multipart_upload({.bucket = "b", .key = "k", .encryption = of_request});
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(header(i, "x-amz-server-side-encryption"), "aws:kms");
    EXPECT_EQ(header(i, "x-amz-server-side-encryption-aws-kms-key-id"), "key");
    EXPECT_EQ(header(i, "x-amz-server-side-encryption-bucket-key-enabled"), "true");
    EXPECT_EQ(header(i, "x-amz-acl"), "bucket-owner-full-control");
  }
}

constexpr const char* kCreated =
    "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";

TEST_F(AttributesTest, ALockIsSentAndRead) {
  const ObjectLock lock{"COMPLIANCE", base::parse_iso8601("2040-04-01T12:00:00Z").value(), true};
  transport_.add(answer(200, kCreated));
  client_->create_multipart_upload({.bucket = "b", .key = "k", .attributes = {.lock = lock}});
  EXPECT_EQ(header(0, "x-amz-object-lock-mode"), "COMPLIANCE");
  EXPECT_EQ(header(0, "x-amz-object-lock-retain-until-date"), "2040-04-01T12:00:00.000Z");
  EXPECT_EQ(header(0, "x-amz-object-lock-legal-hold"), "ON");
  Fields headers = object_headers();
  for (const char* name :
       {"x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold"})
    headers.emplace_back(name, header(0, name));
  transport_.add(answer(200, "", headers));
  EXPECT_EQ(client_->head_object("b", "k").value().lock, lock);

  transport_.add(answer(200, kCreated));
  client_->create_multipart_upload({.bucket = "b", .key = "k"});
  for (const char* name :
       {"x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
        "x-amz-acl", "x-amz-server-side-encryption-bucket-key-enabled"})
    EXPECT_EQ(header(2, name), "(none)");
}

/// Stores say it in different ways. Without a lock in the request the refusal means something else.
TEST_F(AttributesTest, ABucketWithoutObjectLockIsNamedAsTheCause) {
  const CreateMultipartUploadRequest plain{.bucket = "b", .key = "k"};
  CreateMultipartUploadRequest locked = plain;
  locked.attributes.lock.legal_hold = true;
  const auto error_with = [&](const CreateMultipartUploadRequest& request, const Step& step) {
    transport_.add(step);
    return error_of([&] { client_->create_multipart_upload(request); });
  };
  for (const Step& refusal : {s3_error(400, "InvalidRequest"), s3_error(501, "NotImplemented")}) {
    const base::Error error = error_with(locked, refusal);
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(error.message().find("switch Object Lock on"), std::string::npos) << error.what();
    EXPECT_EQ(error_with(plain, refusal).message().find("Object Lock"), std::string::npos);
  }
  EXPECT_EQ(error_with(locked, s3_error(403, "AccessDenied")).kind(), ErrorKind::access_denied);
}

}  // namespace
}  // namespace s3c::s3::test
