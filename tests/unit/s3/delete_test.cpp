// DeleteObjects: one true answer per key, whatever the store's answer looks like.
#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using Outcome = DeleteResult::Outcome;
using Resend = ObjectStore::Resend;

class DeleteTest : public S3ClientTest {};

std::string result(const std::string& inner) {
  return "<DeleteResult>" + inner + "</DeleteResult>";
}
std::string deleted(const std::string& key, const std::string& version = "") {
  return "<Deleted><Key>" + key + "</Key>" +
         (version.empty() ? "" : "<VersionId>" + version + "</VersionId>") + "</Deleted>";
}
std::string failed(const std::string& key, const std::string& code) {
  return "<Error><Key>" + key + "</Key><Code>" + code + "</Code><Message>m</Message></Error>";
}
std::vector<Outcome> outcomes(const std::vector<DeleteResult>& results) {
  std::vector<Outcome> out;
  for (const DeleteResult& r : results) out.push_back(r.outcome);
  return out;
}

TEST_F(DeleteTest, DeleteResultsComeInTheItemsOrder) {
  transport_.add(
      answer(200, result(deleted("c") + failed("a", "AccessDenied") + failed("b", "PreconditionFailed") +
                         failed("d", "NoSuchKey") + failed("e", "NoSuchKey"))));
  const auto results = client_->delete_objects(
      "b", {{.key = "a"}, {.key = "b", .etag = "x"}, {.key = "c"}, {.key = "d"}, {.key = "e", .etag = "y"}},
      Resend::allowed);
  EXPECT_EQ(outcomes(results),
            (std::vector<Outcome>{Outcome::refused, Outcome::precondition_failed, Outcome::deleted,
                                  Outcome::not_found, Outcome::not_found}));
  EXPECT_EQ(results[0].key, "a");
  EXPECT_EQ(results[0].code, "AccessDenied");
  EXPECT_EQ(results[0].message, "m");
  EXPECT_EQ(request(0).url, "http://store/b?delete=");
  EXPECT_EQ(header(0, "Content-MD5"), base::to_base64(base::md5(transport_.sent[0].body)));
  EXPECT_THAT(transport_.sent[0].body,
              testing::HasSubstr("<Object><Key>b</Key><ETag>&quot;x&quot;</ETag></Object>"));
}

TEST_F(DeleteTest, AKeyTheAnswerForgotIsNotDeleted) {
  transport_.add(answer(200, result(deleted("a"))));
  const auto results = client_->delete_objects("b", {{.key = "a"}, {.key = "z"}}, Resend::allowed);
  EXPECT_EQ(outcomes(results), (std::vector<Outcome>{Outcome::deleted, Outcome::refused}));
  EXPECT_EQ(results[1].code, "NoAnswer");
}

TEST_F(DeleteTest, VersionsOfOneKeyAreToldApart) {
  transport_.add(answer(200, result(deleted("a", "v2") + deleted("q", "v9"))));
  const auto results = client_->delete_objects("b",
                                               {{.key = "a", .version_id = "v1"},
                                                {.key = "a", .version_id = "v2"},
                                                {.key = "a"},
                                                {.key = "q"},
                                                {.key = "r", .version_id = "v1"}},
                                               Resend::allowed);
  EXPECT_EQ(outcomes(results), (std::vector<Outcome>{Outcome::refused, Outcome::deleted, Outcome::refused,
                                                     Outcome::deleted, Outcome::refused}));
}

TEST_F(DeleteTest, ADeletedVersionIsNotTakenForAnother) {
  transport_.add(answer(200, result(deleted("a"))));  // says nothing about a version
  const auto results = client_->delete_objects("b", {{.key = "a", .version_id = "v1"}}, Resend::allowed);
  EXPECT_EQ(outcomes(results), (std::vector<Outcome>{Outcome::refused}));
}

TEST_F(DeleteTest, TheBadNewsCountsWhenThereAreTwo) {
  transport_.add(answer(200, result(deleted("a") + failed("a", "AccessDenied"))));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::refused}));
}

TEST_F(DeleteTest, KeysThatWereOnlyPutOffAreSentAgain) {
  transport_.add(answer(200, result(deleted("a") + failed("b", "SlowDown") + failed("c", "InternalError"))));
  transport_.add(answer(200, result(deleted("c") + deleted("b"))));
  const auto results =
      client_->delete_objects("b", {{.key = "a"}, {.key = "b"}, {.key = "c"}}, Resend::allowed);
  EXPECT_EQ(outcomes(results), (std::vector<Outcome>{Outcome::deleted, Outcome::deleted, Outcome::deleted}));
  EXPECT_THAT(transport_.sent[1].body, testing::Not(testing::HasSubstr("<Key>a</Key>")));
  EXPECT_EQ(clock_.slept().size(), 1u);
}

TEST_F(DeleteTest, PutOffForEverIsRefused) {
  for (int i = 0; i < 4; ++i) transport_.add(answer(200, result(failed("a", "SlowDown"))));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::refused}));
}

TEST_F(DeleteTest, ResendForbidden_NothingIsSentTwice) {
  for (const Step& step :
       {broken(), answer(503), s3_error(200, "InternalError"), answer(200, "<DeleteResult>"), answer(500)}) {
    transport_.add(step);
    const auto kind =
        error_of([&] { client_->delete_objects("b", {{.key = "a"}}, Resend::forbidden); }).kind();
    EXPECT_TRUE(kind == ErrorKind::transient || kind == ErrorKind::throttled);
  }
  EXPECT_EQ(transport_.sent.size(), 5u);
  for (const Sent& sent : transport_.sent) EXPECT_TRUE(sent.request.at_most_once);
  transport_.add(answer(200, result(failed("a", "SlowDown"))));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::forbidden)),
            (std::vector<Outcome>{Outcome::refused}));
}

TEST_F(DeleteTest, ResendForbidden_WhatWasNeverSentMayBeSentAgain) {
  transport_.add(broken(ErrorKind::transient, std::string(http::kNotSent)));
  transport_.add(answer(200, result(deleted("a"))));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::forbidden)),
            (std::vector<Outcome>{Outcome::deleted}));
}

TEST_F(DeleteTest, ResendAllowed_AnUnansweredDeleteIsSentAgain) {
  transport_.add(broken());
  transport_.add(answer(200, result(deleted("a"))));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::deleted}));
  EXPECT_FALSE(request(0).at_most_once);
}

TEST_F(DeleteTest, KeysXmlCannotCarryAreDeletedOneByOne) {
  transport_.add(answer(200, result(deleted("plain"))));
  transport_.add(answer(204));
  transport_.add(s3_error(412, "PreconditionFailed"));
  transport_.add(s3_error(404, "NoSuchKey"));
  transport_.add(s3_error(403, "AccessDenied"));
  const auto results = client_->delete_objects("b",
                                               {{.key = "\x01", .etag = "e"},
                                                {.key = "\x02", .etag = "e"},
                                                {.key = "plain"},
                                                {.key = "\x03", .etag = "e"},
                                                {.key = "\x04", .version_id = "v"}},
                                               Resend::allowed);
  EXPECT_EQ(outcomes(results),
            (std::vector<Outcome>{Outcome::deleted, Outcome::precondition_failed, Outcome::deleted,
                                  Outcome::not_found, Outcome::refused}));
  EXPECT_EQ(request(1).method, "DELETE");
  EXPECT_EQ(request(1).url, "http://store/b/%01");
  EXPECT_EQ(header(1, "If-Match"), "\"e\"");
  EXPECT_EQ(request(4).url, "http://store/b/%04?versionId=v");
  EXPECT_EQ(results[4].code, "AccessDenied");
}

TEST_F(DeleteTest, ASingleDeleteWithoutAnAnswerIsRefusedNotDeleted) {
  transport_.add(broken());
  const auto results = client_->delete_objects("b", {{.key = "\x01"}}, Resend::forbidden);
  EXPECT_EQ(outcomes(results), (std::vector<Outcome>{Outcome::refused}));
  EXPECT_EQ(results[0].code, "transient");
}

TEST_F(DeleteTest, AStoreThatTakesDeleteObjectsForAnotherCallGetsSingleDeletes) {
  transport_.add(s3_error(400, "InvalidArgument"));
  transport_.add(answer(204));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::deleted}));
  EXPECT_TRUE(transport_.played_to_the_end());
}

TEST_F(DeleteTest, ARefusedConditionIsNoMissingCall) {
  transport_.add(s3_error(400, "InvalidArgument"));
  EXPECT_EQ(
      error_of([&] { client_->delete_objects("b", {{.key = "a", .etag = "e"}}, Resend::allowed); }).kind(),
      ErrorKind::invalid_argument);
}

TEST_F(DeleteTest, AMissingBucketDeletesNothing) {
  transport_.add(s3_error(404, "NoSuchBucket"));
  EXPECT_EQ(error_of([&] { client_->delete_objects("b", {{.key = "a"}}, Resend::allowed); }).kind(),
            ErrorKind::no_bucket);
  transport_.add(s3_error(404, "NoSuchBucket"));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "\x01"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::refused}));
}

TEST_F(DeleteTest, AMarkerIsTold) {
  const std::string marker =
      "<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m1</DeleteMarkerVersionId>";
  transport_.add(
      answer(200, result("<Deleted><Key>a</Key>" + marker + "</Deleted>" + deleted("b") +
                         "<Deleted><Key>c</Key><VersionId>m0</VersionId>" + marker + "</Deleted>")));
  const auto results = client_->delete_objects(
      "b", {{.key = "a"}, {.key = "b"}, {.key = "c", .version_id = "m0"}}, Resend::allowed);
  EXPECT_EQ(results[0].marker_version_id, "m1");
  EXPECT_EQ(results[1].marker_version_id, std::nullopt);
  EXPECT_EQ(results[2].marker_version_id, std::nullopt) << "a marker went, none was added";
  transport_.add(answer(204, "", {{"x-amz-delete-marker", "true"}, {"x-amz-version-id", "null"}}));
  EXPECT_EQ(client_->delete_object("b", {.key = "a"}, Resend::allowed).marker_version_id, "null");
  transport_.add(answer(204, ""));
  EXPECT_EQ(client_->delete_object("b", {.key = "a"}, Resend::allowed).marker_version_id, std::nullopt);
}

TEST_F(DeleteTest, AStoreWithoutTheCallIsAskedForItOnce) {
  transport_.add(s3_error(501, "NotImplemented"));
  transport_.add(answer(204, ""));
  transport_.add(answer(204, ""));
  EXPECT_EQ(outcomes(client_->delete_objects("b", {{.key = "a"}, {.key = "z"}}, Resend::allowed)),
            (std::vector<Outcome>{Outcome::deleted, Outcome::deleted}));
  transport_.add(answer(204, ""));
  client_->delete_objects("b", {{.key = "a"}}, Resend::allowed);
  EXPECT_EQ(transport_.sent.size(), 4u);
  EXPECT_EQ(request(3).method, "DELETE");
  EXPECT_EQ(error_of([&] { client_->delete_objects("b", {{.key = "a"}}, Resend::forbidden); }).kind(),
            ErrorKind::unsupported);
  EXPECT_EQ(transport_.sent.size(), 4u);
}

TEST_F(DeleteTest, WhereADuplicateWouldDoHarmAMissingCallIsAnError) {
  transport_.add(s3_error(501, "NotImplemented"));
  EXPECT_EQ(error_of([&] { client_->delete_objects("b", {{.key = "a"}}, Resend::forbidden); }).kind(),
            ErrorKind::unsupported);
}

TEST_F(DeleteTest, DeleteLimits) {
  EXPECT_TRUE(client_->delete_objects("b", {}, Resend::allowed).empty());
  EXPECT_EQ(error_of([&] {
              client_->delete_objects("b", std::vector<DeleteItem>(1001, {.key = "a"}), Resend::allowed);
            }).kind(),
            ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace s3c::s3::test
