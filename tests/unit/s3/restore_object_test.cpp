// RestoreObject, the thaw state of what is restored, and reading what is frozen.
#include "base/encoding.h"
#include "base/hash.h"
#include "s3/thaw_state.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using Kind = ThawState::Kind;

const base::Timestamp kExpiry = *base::parse_iso8601("2012-12-21T00:00:00Z");
constexpr std::string_view kDone = "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"";

TEST(RestoreHeader, SaysThreeThings) {
  EXPECT_TRUE(parse_restore_header("ongoing-request=\"true\"").in_progress);
  const RestoreStatus done = parse_restore_header(kDone);
  EXPECT_FALSE(done.in_progress);
  EXPECT_EQ(done.expires_at, kExpiry);
  const RestoreStatus for_good = parse_restore_header("ongoing-request=\"false\"");
  EXPECT_FALSE(for_good.in_progress);
  EXPECT_EQ(for_good.expires_at, std::nullopt);
}

TEST(RestoreHeader, AnythingElseIsCorrupt) {
  for (const char* malformed :
       {"", "true", "ongoing-request=true", "ongoing-request=\"maybe\"", "ongoing-request=\"true\" ",
        "ongoing-request=\"true\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"",
        "ongoing-request=\"false\", expiry-date=\"\"", "ongoing-request=\"false\", expiry-date=\"soon\"",
        "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT",
        "ongoing-request=\"false\", "}) {
    try {
      parse_restore_header(malformed);
      ADD_FAILURE() << malformed;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt) << malformed;
    }
  }
}

TEST(ThawState, FollowsFromClassAndRestore) {
  const base::Timestamp before = kExpiry - std::chrono::milliseconds(1);
  const RestoreStatus begun{.in_progress = true};
  const RestoreStatus done{.expires_at = kExpiry};
  for (const char* archived : {"GLACIER", "DEEP_ARCHIVE"}) {
    EXPECT_EQ(thaw_state(archived, "", std::nullopt, before), ThawState{Kind::frozen});
    EXPECT_EQ(thaw_state(archived, "", begun, before), ThawState{Kind::in_progress});
    EXPECT_EQ(thaw_state(archived, "", done, before), (ThawState{Kind::thawed, kExpiry}));
    EXPECT_EQ(thaw_state(archived, "", done, kExpiry), ThawState{Kind::frozen}) << "its days are over";
    EXPECT_EQ(thaw_state(archived, "", RestoreStatus{}, before), ThawState{Kind::thawed});
  }
  for (const char* warm : {"STANDARD", "STANDARD_IA", "GLACIER_IR", "OWN_CLASS"}) {
    EXPECT_EQ(thaw_state(warm, "", std::nullopt, before), ThawState{Kind::not_frozen}) << warm;
    EXPECT_EQ(thaw_state(warm, "", begun, before), ThawState{Kind::not_frozen}) << warm;
  }
  EXPECT_EQ(thaw_state("INTELLIGENT_TIERING", "", std::nullopt, before), ThawState{Kind::not_frozen});
  EXPECT_EQ(thaw_state("INTELLIGENT_TIERING", "ARCHIVE_ACCESS", std::nullopt, before),
            ThawState{Kind::frozen});
  EXPECT_EQ(thaw_state("INTELLIGENT_TIERING", "ARCHIVE_ACCESS", begun, before), ThawState{Kind::in_progress});
  EXPECT_EQ(thaw_state("INTELLIGENT_TIERING", "", RestoreStatus{}, before), ThawState{Kind::not_frozen});
}

TEST(ThawState, OnlyFrozenAndThawingCannotBeRead) {
  EXPECT_TRUE(ThawState{Kind::not_frozen}.is_readable());
  EXPECT_TRUE(ThawState{Kind::thawed}.is_readable());
  EXPECT_FALSE(ThawState{Kind::frozen}.is_readable());
  EXPECT_FALSE(ThawState{Kind::in_progress}.is_readable());
}

class RestoreObjectTest : public S3ClientTest {
 protected:
  std::optional<ObjectHead> head_with(const Fields& fields) {
    Fields headers = object_headers();
    headers.insert(headers.end(), fields.begin(), fields.end());
    transport_.add(answer(200, "", headers));
    return client_->head_object("b", "k");
  }
};

TEST_F(RestoreObjectTest, HeadTellsTheThawState) {
  clock_.set(kExpiry - std::chrono::hours(1));
  EXPECT_EQ(head_with({})->thaw, ThawState{Kind::not_frozen});
  EXPECT_EQ(head_with({{"x-amz-storage-class", "GLACIER"}})->thaw, ThawState{Kind::frozen});
  EXPECT_EQ(head_with({{"x-amz-restore", std::string(kDone)}, {"x-amz-storage-class", "GLACIER"}})->thaw,
            (ThawState{Kind::thawed, kExpiry}));
  EXPECT_EQ(head_with({{"x-amz-storage-class", "INTELLIGENT_TIERING"},
                       {"x-amz-archive-status", "DEEP_ARCHIVE_ACCESS"}})
                ->thaw,
            ThawState{Kind::frozen});
  EXPECT_EQ(head_with({{"x-amz-restore", "of another kind"}})->thaw, ThawState{Kind::not_frozen})
      << "nobody asked about STANDARD";
  EXPECT_EQ(error_of([&] {
              head_with({{"x-amz-storage-class", "GLACIER"}, {"x-amz-restore", "soon"}});
            }).kind(),
            ErrorKind::corrupt);
  clock_.set(kExpiry);
  EXPECT_EQ(head_with({{"x-amz-restore", std::string(kDone)}, {"x-amz-storage-class", "GLACIER"}})->thaw,
            ThawState{Kind::frozen});
}

TEST_F(RestoreObjectTest, ListingsAskOnlyWhenToldTo) {
  const std::string listing = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
  transport_.add(answer(200, listing));
  transport_.add(answer(200, listing));
  client_->list_objects({.bucket = "b"});
  client_->list_objects({.bucket = "b", .with_thaw_state = true});
  EXPECT_EQ(header(0, "x-amz-optional-object-attributes"), "(none)");
  EXPECT_EQ(header(1, "x-amz-optional-object-attributes"), "RestoreStatus");
}

TEST_F(RestoreObjectTest, Request) {
  transport_.add(answer(202));
  EXPECT_EQ(client_->restore_object({.bucket = "b", .key = "a/k", .days = 3}), RestoreOutcome::started);
  EXPECT_EQ(request(0).method, "POST");
  EXPECT_EQ(request(0).url, "http://store/b/a/k?restore=");
  const std::string& body = transport_.sent[0].body;
  EXPECT_NE(body.find("<RestoreRequest xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Days>3</Days>"
                      "<GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters></RestoreRequest>"),
            std::string::npos)
      << body;
  EXPECT_EQ(header(0, "Content-MD5"), base::to_base64(base::md5(body)));
}

TEST_F(RestoreObjectTest, TiersVersionAndNoDays) {
  for (const auto& [tier, name] :
       {std::pair(RestoreTier::standard, "Standard"), std::pair(RestoreTier::expedited, "Expedited")}) {
    transport_.add(answer(202));
    client_->restore_object({.bucket = "b", .key = "k", .version_id = "v", .tier = tier});
    EXPECT_NE(transport_.sent.back().body.find(std::string("<Tier>") + name), std::string::npos);
    EXPECT_EQ(transport_.sent.back().body.find("<Days>"), std::string::npos);
    EXPECT_EQ(transport_.sent.back().request.url, "http://store/b/k?restore=&versionId=v");
  }
  EXPECT_EQ(error_of([&] { client_->restore_object({.bucket = "b", .key = "k", .days = 0}); }).kind(),
            ErrorKind::invalid_argument);
}

TEST_F(RestoreObjectTest, ExpectedOutcomesAreNoErrors) {
  transport_.add(answer(200));
  EXPECT_EQ(client_->restore_object({.bucket = "b", .key = "k", .days = 1}), RestoreOutcome::extended);
  transport_.add(s3_error(409, "RestoreAlreadyInProgress"));
  EXPECT_EQ(client_->restore_object({.bucket = "b", .key = "k", .days = 1}), RestoreOutcome::in_progress);
}

TEST_F(RestoreObjectTest, ALostAnswerIsAskedForAgain) {
  transport_.add(broken());
  transport_.add(s3_error(409, "RestoreAlreadyInProgress"));
  EXPECT_EQ(client_->restore_object({.bucket = "b", .key = "k", .days = 1}), RestoreOutcome::in_progress);
}

TEST_F(RestoreObjectTest, ErrorsKeepS3sCode) {
  const auto error_for = [&](int status, const std::string& code, int times) {
    for (int i = 0; i < times; ++i) transport_.add(s3_error(status, code));
    const base::Error error =
        error_of([&] { client_->restore_object({.bucket = "b", .key = "k", .days = 1}); });
    EXPECT_EQ(error.context().code, code);
    EXPECT_EQ(error.context().operation, "RestoreObject");
    return error.kind();
  };
  EXPECT_EQ(error_for(403, "InvalidObjectState", 1), ErrorKind::wrong_state);
  EXPECT_EQ(error_for(403, "AccessDenied", 1), ErrorKind::access_denied);
  EXPECT_EQ(error_for(501, "NotImplemented", 1), ErrorKind::unsupported);
  EXPECT_EQ(error_for(405, "MethodNotAllowed", 1), ErrorKind::unsupported);
  EXPECT_EQ(error_for(404, "NoSuchKey", 1), ErrorKind::not_found);
  EXPECT_EQ(error_for(409, "OperationAborted", 4), ErrorKind::transient) << "another 409";
  EXPECT_EQ(error_for(503, "GlacierExpeditedRetrievalNotAvailable", 1), ErrorKind::unsupported);
}

TEST_F(RestoreObjectTest, FrozenIsToldFromForbiddenWhenRead) {
  for (const auto& [code, kind] : {std::pair("InvalidObjectState", ErrorKind::wrong_state),
                                   std::pair("AccessDenied", ErrorKind::access_denied)}) {
    transport_.add(s3_error(403, code));
    transport_.add(s3_error(403, code));
    const base::Error got = error_of([&] { client_->get_object({.bucket = "b", .key = "k"}); });
    const base::Error streamed =
        error_of([&] { client_->read_object({.bucket = "b", .key = "k"}, [](std::string_view) {}); });
    for (const base::Error* error : {&got, &streamed}) {
      EXPECT_EQ(error->kind(), kind);
      EXPECT_EQ(error->context().code, code);
      EXPECT_EQ(error->context().http_status, 403);
    }
  }
}

}  // namespace
}  // namespace s3c::s3::test
