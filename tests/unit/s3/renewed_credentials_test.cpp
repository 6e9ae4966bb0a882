// What a client does when the store says that its credentials have expired, and when it denies a request.
#include "s3/error_mapping.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3 {
namespace {

using test::answer;
using test::s3_error;

/// Gives K0, and after each renewal K1, K2, ...
class NumberedCredentials final : public aws::CredentialsProvider {
 public:
  std::shared_ptr<const aws::Credentials> get() override {
    return std::make_shared<const aws::Credentials>(
        aws::Credentials{"K" + std::to_string(renewals), "s", "t"});
  }
  bool replace(const aws::Credentials& refused) override {
    refused_keys.push_back(refused.access_key_id);
    if (!can_renew) return false;
    ++renewals;
    return true;
  }
  int renewals = 0;
  bool can_renew = true;
  std::vector<std::string> refused_keys;
};

class RenewedCredentials : public test::S3ClientTest {
 protected:
  void SetUp() override {
    client_ = std::make_unique<S3Client>(
        S3ClientConfig{
            .endpoint = {.url = "http://store"}, .region = "us-east-1", .retry = {.max_attempts = 4}},
        credentials_, transport_, clock_, base::make_null_logger(), stop_.get_token());
  }
  std::string signer(std::size_t i) const {
    const std::string text = header(i, "Authorization");
    const std::size_t at = text.find("Credential=") + 11;
    return text.substr(at, text.find('/', at) - at);
  }
  std::shared_ptr<NumberedCredentials> credentials_ = std::make_shared<NumberedCredentials>();
};

TEST_F(RenewedCredentials, AreAskedForOnceAndTheCallIsSentAgain) {
  for (const char* code : {"ExpiredToken", "ExpiredTokenException", "InvalidToken"}) {
    transport_.sent.clear();
    transport_.add(s3_error(400, code));
    transport_.add(answer(200, "", {{"ETag", "\"e\""}}));
    client_->put_object({.bucket = "b", .key = "k"}, "body");
    ASSERT_EQ(transport_.sent.size(), 2U) << code;
    EXPECT_NE(signer(0), signer(1));
    EXPECT_EQ(transport_.sent[1].body, "body");
    EXPECT_EQ(credentials_->refused_keys.back(), signer(0));
  }
  EXPECT_TRUE(clock_.slept().empty()) << "nothing to wait for";
}

TEST_F(RenewedCredentials, AreNoHelpASecondTime) {
  transport_.add(s3_error(400, "ExpiredToken"));
  transport_.add(s3_error(400, "ExpiredToken"));
  const base::Error error = error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "body"); });
  EXPECT_EQ(error.kind(), base::ErrorKind::access_denied);
  EXPECT_EQ(error.context().code, "ExpiredToken");
  EXPECT_EQ(credentials_->renewals, 1);
}

TEST_F(RenewedCredentials, WithoutNewOnesTheErrorStands) {
  credentials_->can_renew = false;
  transport_.add(s3_error(400, "InvalidToken"));
  EXPECT_EQ(error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "body"); }).context().code,
            "InvalidToken");
}

TEST_F(RenewedCredentials, HeadTellsItByABare400) {
  transport_.add(answer(400));
  transport_.add(answer(404));
  EXPECT_EQ(client_->head_object("b", "k"), std::nullopt);
  EXPECT_EQ(credentials_->renewals, 1);
}

TEST_F(RenewedCredentials, OtherRefusalsRenewNothing) {
  for (const char* code : {"AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId"}) {
    transport_.add(s3_error(403, code));
    error_of([&] { client_->put_object({.bucket = "b", .key = "k"}, "body"); });
  }
  EXPECT_TRUE(credentials_->refused_keys.empty());
}

/// All calls have waited together for the renewal: no call waits on its own, and no object is to blame.
TEST_F(RenewedCredentials, ThatCouldNotBeRenewedAreNotAskedForAgain) {
  class Lost final : public aws::CredentialsProvider {
   public:
    std::shared_ptr<const aws::Credentials> get() override {
      ++asked;
      throw base::Error(base::ErrorKind::transient, "no more", {.code = std::string(aws::kNotRenewed)});
    }
    int asked = 0;
  };
  const auto lost = std::make_shared<Lost>();
  S3Client client({.endpoint = {.url = "http://store"}}, lost, transport_, clock_, base::make_null_logger(),
                  stop_.get_token());
  const base::Error error = error_of([&] { client.head_object("b", "k"); });
  EXPECT_EQ(error.kind(), base::ErrorKind::transient) << "another run may do better";
  EXPECT_TRUE(is_about_the_caller(error.context().code));
  EXPECT_EQ(lost->asked, 1);
  EXPECT_TRUE(clock_.slept().empty());
}

/// The error of a denied request can ask whose credentials it was signed with. Nobody is asked before.
TEST_F(RenewedCredentials, OfADeniedRequestCanBeAskedFor) {
  int asked = 0;
  start({.endpoint = {.url = "http://store"},
         .retry = {.max_attempts = 1},
         .caller = [&asked](const aws::Credentials* credentials) {
           ++asked;
           return "owner of " + credentials->access_key_id;
         }});
  const auto error_with = [&](const test::Step& step) {
    transport_.add(step);
    return error_of([&] { client_->list_objects({.bucket = "b"}); });
  };
  const base::Error denied = error_with(s3_error(403, "AccessDenied"));
  EXPECT_EQ(asked, 0);
  ASSERT_TRUE(denied.context().caller);
  EXPECT_EQ(denied.context().caller(), "owner of AK");
  EXPECT_TRUE(error_with(answer(403)).context().caller) << "as HEAD is answered";
  for (const char* code : {"InvalidAccessKeyId", "SignatureDoesNotMatch"})
    EXPECT_FALSE(error_with(s3_error(403, code)).context().caller) << code;
  EXPECT_FALSE(error_with(s3_error(404, "NoSuchBucket")).context().caller);
}

}  // namespace
}  // namespace s3c::s3
