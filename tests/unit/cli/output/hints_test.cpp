// What a user reads: answers of a store, and networks without one, beside the text and the exit code that they lead
// to.
#include "cli/output/hints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output/denials.h"
#include "http/transport.h"
#include "s3/error_mapping.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorContext;
using base::ErrorKind;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPolicy =
    ": allow it in the policy of the user or role, and in that of the bucket if another account owns it; docs/iam has "
    "policies to paste";

/// Behind the hint about a request that comes first in a bucket.
constexpr const char* kPayer = ". If the bucket's owner lets its readers pay, add --request-payer requester";

struct Answer {
  std::string operation;
  std::string resource;
  int status;
  std::string code;
  int exit_code;
  std::string hint;
};

Error error_of(const Answer& a, const std::string& message = "no") {
  const std::string body =
      a.code.empty() ? ""
                     : fmt::format("<Error><Code>{}</Code><Message>{}</Message></Error>", a.code, message);
  return s3::error_from_answer(a.operation, a.resource, {.status = a.status, .headers = {}, .body = body});
}

TEST(HintTable, EachAnswerHasACauseARemedyAndAnExitCode) {
  const std::string kms =
      "the KMS key can't be used: check that it is in the bucket's region, that it is enabled, and that "
      "--sse-kms-key-id is its id, its ARN, or alias/NAME";
  const std::string elsewhere =
      "bucket \"b\" is in another region, or belongs to another end point: give its region with --region, and check "
      "--endpoint-url";
  const std::string expired =
      "the session's credentials have expired: get new ones where they come from (s3compress whoami tells where) and "
      "run the same command again; it goes on where this one stopped";
  const std::string clock =
      "the clocks of this machine and of the store differ by more than 15 minutes: set the clock of this machine, "
      "then run the same command again";
  const std::string account =
      "the account that owns bucket \"b\" is closed, suspended or in debt: only its owner can settle that";
  const std::string no_bucket =
      "the store has no bucket \"b\": create it, or check the flag that names it (--bucket, --arch-bucket, --to), and "
      "--endpoint-url and --region for its store";
  const std::vector<Answer> table = {
      {"ListObjectsV2", "b", 403, "AccessDenied", 2,
       "the credentials need s3:ListBucket on arn:aws:s3:::b" + std::string(kPolicy) + kPayer},
      {"GetObject", "b/sources/x", 403, "AccessDenied", 2,
       "the credentials need s3:GetObject on arn:aws:s3:::b/sources/x" + std::string(kPolicy)},
      {"HeadObject", "b/x", 403, "", 2,
       "the credentials need s3:GetObject on arn:aws:s3:::b/x (and perhaps s3:ListBucket on the bucket, to tell absent from "
       "forbidden)" +
           std::string(kPolicy)},
      {"DeleteObjects", "b", 403, "AccessDenied", 2,
       "the credentials need s3:DeleteObject on arn:aws:s3:::b/* (and perhaps s3:DeleteObjectVersion with --delete-versions)" +
           std::string(kPolicy)},
      {"ListMultipartUploads", "b", 403, "AccessDenied", 2,
       "the credentials need s3:ListBucketMultipartUploads on arn:aws:s3:::b" + std::string(kPolicy)},
      {"GetObject", "arn:aws:s3:eu-west-1:1:accesspoint/logs/a/b", 403, "AccessDenied", 2,
       "the credentials need s3:GetObject on arn:aws:s3:eu-west-1:1:accesspoint/logs/object/a/b" +
           std::string(kPolicy)},
      {"ListObjectsV2", "arn:aws:s3:eu-west-1:1:accesspoint/logs", 403, "AccessDenied", 2,
       "the credentials need s3:ListBucket on arn:aws:s3:eu-west-1:1:accesspoint/logs" +
           std::string(kPolicy) + kPayer},
      {"HeadBucket", "b", 403, "", 2,
       "check that the access key and the secret key are right and belong to this store, that the session hasn't "
       "expired, that the bucket \"b\" is yours, and that the credentials are allowed s3:ListBucket on "
       "arn:aws:s3:::b"},
      {"HeadBucket", "b", 404, "", 2, no_bucket},
      {"ListObjectsV2", "b", 404, "NoSuchBucket", 2, no_bucket},
      {"ListObjectsV2", "b", 301, "PermanentRedirect", 2, elsewhere},
      {"ListObjectsV2", "b", 400, "AuthorizationHeaderMalformed", 2, elsewhere},
      {"PutObject", "b/k", 400, "IllegalLocationConstraintException", 2, elsewhere},
      {"ListObjectsV2", "b", 307, "TemporaryRedirect", 1,
       "bucket \"b\" is young, and its name isn't known everywhere yet: give its region with --region, or run the "
       "same command again in an hour"},
      {"ListObjectsV2", "b", 403, "SignatureDoesNotMatch", 2,
       "most likely the secret key doesn't belong to the access key: check AWS_SECRET_ACCESS_KEY or the profile for "
       "missing and extra characters; if it is right, check --region, this machine's clock, and that no proxy "
       "rewrites requests"},
      {"ListObjectsV2", "b", 403, "InvalidAccessKeyId", 2,
       "the store doesn't know this access key: check AWS_ACCESS_KEY_ID or --profile, and that the key belongs to "
       "the store at --endpoint-url; s3compress whoami tells where the key comes from"},
      {"ListObjectsV2", "b", 400, "ExpiredToken", 2, expired},
      {"ListObjectsV2", "b", 400, "ExpiredTokenException", 2, expired},
      {"ListObjectsV2", "b", 400, "TokenRefreshRequired", 2, expired},
      {"ListObjectsV2", "b", 400, "InvalidToken", 2,
       "check the session token (AWS_SESSION_TOKEN, or aws_session_token of the profile): it must belong to the access "
       "key, and to this store; s3compress whoami tells where the credentials come from"},
      {"ListObjectsV2", "b", 403, "RequestTimeTooSkewed", 2, clock},
      {"ListObjectsV2", "b", 403, "RequestExpired", 2, clock},
      {"ListObjectsV2", "b", 403, "AllAccessDisabled", 2, account},
      {"ListObjectsV2", "b", 403, "AccountProblem", 2, account},
      {"PutObject", "b/k", 400, "AccessControlListNotSupported", 2,
       "bucket \"b\" has no ACLs, because its owner owns all that is in it: leave --acl out"},
      {"PutObject", "b/k", 400, "KMS.NotFoundException", 2, kms},
      {"PutObject", "b/k", 400, "KMS.DisabledException", 2, kms},
      {"PutObject", "b/k", 400, "KMS.KMSInvalidStateException", 2, kms},
      {"PutObject", "b/k", 400, "KMS.InvalidKeyUsageException", 2, kms},
      {"CreateMultipartUpload", "b/k", 400, "InvalidEncryptionAlgorithmError", 2,
       "the store doesn't know this encryption: choose another --sse"},
      {"CreateMultipartUpload", "b/k", 400, "InvalidTag", 2,
       "the store refuses a tag: check --tagging, or the tags of the object that is restored"},
      {"CreateMultipartUpload", "b/k", 400, "InvalidStorageClass", 2,
       "the store doesn't have this storage class: choose another --storage-class"},
  };
  for (const Answer& answer : table) {
    SCOPED_TRACE(answer.operation + " " + answer.code);
    const Error error = error_of(answer);
    EXPECT_EQ(hint_for(error), answer.hint);
    EXPECT_EQ(static_cast<int>(exit_code_of(error)), answer.exit_code);
  }
}

TEST(HintTable, NetworksWithoutAStore) {
  struct Row {
    std::string_view code;
    ErrorKind kind;
    std::string hint;
  };
  const std::vector<Row> table = {
      {http::kHostNotFound, ErrorKind::transient,
       "no such host: check --endpoint-url (AWS_ENDPOINT_URL) and --region for typing errors, and this machine's name "
       "server, then run the same command again"},
      {http::kProxyNotFound, ErrorKind::transient,
       "the proxy's host is not known: check HTTPS_PROXY and HTTP_PROXY, then run the same command again"},
      {http::kProxyNotConnected, ErrorKind::transient,
       "the proxy doesn't answer: check the variable that is named above; hosts in NO_PROXY are asked without it. Then "
       "run the same command again"},
      {http::kNotConnected, ErrorKind::transient,
       "nothing answers at that address and port: check that the store runs, --endpoint-url (AWS_ENDPOINT_URL) with "
       "its port, HTTPS_PROXY, and the firewall, then run the same command again"},
      {http::kNoTls, ErrorKind::transient,
       "TLS can't be set up: check whether --endpoint-url should begin with http:// instead of https://, and whether a "
       "proxy breaks TLS, then run the same command again"},
      {http::kCertificateRefused, ErrorKind::invalid_argument,
       "the certificate of the store is not trusted: name the authority that signed it with --ca-bundle FILE "
       "(AWS_CA_BUNDLE); if it has expired or names another host, it must be renewed, or --endpoint-url be put "
       "right"},
  };
  for (const Row& row : table) {
    const std::string code(row.code);
    EXPECT_EQ(hint_for(Error(row.kind, "x", {.operation = "HeadBucket", .resource = "b", .code = code})),
              row.hint);
    EXPECT_THAT(hint_for(Error(row.kind, "STS doesn't answer", {.operation = "credentials", .code = code})),
                Not(HasSubstr("--endpoint-url")))
        << "STS has another end point";
  }
}

TEST(HintTable, CredentialsThatAreNotRenewed) {
  const Error error(ErrorKind::transient, "x",
                    {.operation = "GetObject", .resource = "b/k", .code = "CredentialsNotRenewed"});
  EXPECT_THAT(hint_for(error), AllOf(HasSubstr("whoami"), Not(HasSubstr("--endpoint-url"))));
  EXPECT_EQ(exit_code_of(error), ExitCode::failed);
  EXPECT_THAT(
      hint_for(Error(ErrorKind::access_denied, "x",
                     {.operation = "credentials", .code = "ExpiredTokenException", .http_status = 400})),
      AllOf(HasSubstr("prove the identity"), Not(HasSubstr("sso"))));
}

TEST(HintTable, ListingsThatCanNotBeUsed) {
  const auto hint = [](ErrorKind kind, const std::string& operation, const std::string& code = "") {
    return hint_for(Error(kind, "x", {.operation = operation, .resource = "b", .code = code}));
  };
  EXPECT_THAT(hint(ErrorKind::unsupported, "ListObjectsV2"),
              AllOf(HasSubstr("another run meets the same"), HasSubstr("check-store")));
  EXPECT_THAT(hint(ErrorKind::corrupt, "ListObjectsV2"),
              AllOf(HasSubstr("If the error comes back"), HasSubstr("check-store")));
  EXPECT_THAT(hint(ErrorKind::corrupt, "GetObject"), Not(HasSubstr("check-store")));
  EXPECT_THAT(hint(ErrorKind::corrupt, "credentials"), AllOf(HasSubstr("whoami"), Not(HasSubstr("deleted"))))
      << "no store has answered yet";
  EXPECT_EQ(hint(ErrorKind::unsupported, "ListObjectsV2", "NotImplemented"), "")
      << "the store's own words stand";
}

/// The error of a request that was denied, with somebody to ask.
Error denied(const std::string& operation, const std::string& resource, const std::string& arn,
             int* asked = nullptr) {
  return s3::with_caller(
      error_of({operation, resource, 403, operation == "HeadBucket" ? "" : "AccessDenied", 2, ""}),
      [arn, asked] {
        if (asked != nullptr) ++*asked;
        return arn;
      });
}

TEST(Denials, SayWhoWasDeniedWhatOnWhat) {
  EXPECT_EQ(
      hint_for(denied("AbortMultipartUpload", "b/k", "arn:aws:sts::123456789012:assumed-role/ops/me")),
      "arn:aws:sts::123456789012:assumed-role/ops/me needs s3:AbortMultipartUpload on arn:aws:s3:::b/k" +
          std::string(kPolicy));
  EXPECT_THAT(hint_for(denied("GetObject", "b/k", "arn:aws-cn:iam::1:user/ops")),
              HasSubstr("needs s3:GetObject on arn:aws-cn:s3:::b/k"))
      << "the caller's partition is the bucket's";
  EXPECT_THAT(hint_for(denied("GetObject", "b/k", "")), HasSubstr("the credentials need s3:GetObject"))
      << "STS doesn't answer";
  // STS knows the caller, so the keys are right.
  EXPECT_EQ(hint_for(denied("HeadBucket", "b", "arn:aws:iam::1:user/ops")),
            "arn:aws:iam::1:user/ops needs s3:ListBucket on arn:aws:s3:::b" + std::string(kPolicy) + kPayer);
  EXPECT_THAT(hint_for(denied("HeadBucket", "b", "")), HasSubstr("check that the access key"));
}

TEST(Denials, WithoutCredentialsItIsEverybodyWhoIsDenied) {
  const std::string everybody(kEverybody);
  EXPECT_EQ(
      hint_for(denied("HeadBucket", "b", everybody)),
      "bucket \"b\" doesn't allow everybody s3:ListBucket on arn:aws:s3:::b: leave --no-sign-request out to read "
      "it with your own credentials");
  EXPECT_THAT(hint_for(denied("GetObjectTagging", "b/k", everybody)),
              HasSubstr("archive --without-tags needs neither"));
}

/// S3 itself may say all of it; then nobody is asked.
TEST(Denials, WhatTheStoreSaysIsNotGuessedAgain) {
  int asked = 0;
  const auto hint = [&asked](const std::string& message) {
    const Error error = error_of({"PutObject", "b/k", 403, "AccessDenied", 2, ""}, message);
    return hint_for(s3::with_caller(error, [&asked] {
      ++asked;
      return std::string("arn:aws:iam::1:user/ops");
    }));
  };
  const std::string who =
      "User: arn:aws:iam::1:user/ops is not authorized to perform: kms:GenerateDataKey on resource: "
      "arn:aws:kms:eu-west-1:1:key/k ";
  EXPECT_EQ(
      hint(who + "because no identity-based policy allows the kms:GenerateDataKey action"),
      "allow that action on that resource, in the policy of the user or role, and in that of the bucket or key if "
      "another account owns it; docs/iam has policies to paste");
  const Error tags = error_of({"GetObjectTagging", "b/k", 403, "AccessDenied", 2, ""},
                              "User: x is not authorized to perform: s3:GetObjectTagging");
  EXPECT_THAT(hint_for(tags), HasSubstr("archive --without-tags"));
  EXPECT_EQ(
      hint(who + "with an explicit deny in a resource-based policy"),
      "a policy denies this explicitly, and no other policy can allow it: change the one that is named");
  EXPECT_EQ(hint("Access Denied because object protected by object lock."),
            "a retention or a legal hold keeps this version: wait for its end, or have the hold lifted");
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace s3c::cli
