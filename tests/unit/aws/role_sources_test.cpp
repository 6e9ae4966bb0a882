// Roles: by profiles that lead to each other, by a web identity's token, by SSO; and STS.
#include <gmock/gmock.h>

#include "aws/credentials_chain.h"
#include "aws/service_client.h"
#include "aws/sso_source.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "tests/unit/aws/world_fixture.h"

namespace s3c::aws {
namespace {

using base::ErrorKind;
using test::response;
using test::SentRequest;
using test::sts_answer;
using test::sts_error;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// STS that gives the credentials of a role "arn:KEY" with the access key KEY.
class RoleTest : public test::WorldTest {
 protected:
  RoleTest() {
    variables_["AWS_EC2_METADATA_DISABLED"] = "true";
    variables_["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1";
    server_.answer = [](const SentRequest& sent) {
      const std::string& body = sent.body;
      const std::string call = body.find("Action=AssumeRoleWith") == std::string::npos
                                   ? "AssumeRole"
                                   : "AssumeRoleWithWebIdentity";
      const std::size_t role = body.find("RoleArn=arn%3A") + 14;
      return response(200, sts_answer(call, body.substr(role, body.find('&', role) - role)));
    };
  }

  CredentialsChain chain(const std::string& profile = "default", bool is_explicit = false) {
    return {world_, files(), {.profile = {profile, is_explicit}, .region = "eu-west-1", .max_attempts = 2}};
  }
  Credentials found(const std::string& profile = "default", bool is_explicit = false) {
    CredentialsChain made = chain(profile, is_explicit);
    Credentials credentials = made.find({});
    winner_ = made.winner().name();
    return credentials;
  }
  base::Error refused(const std::string& profile = "default", bool is_explicit = false) {
    return error_of([&] { found(profile, is_explicit); });
  }
  std::string signer_of(std::size_t i) const {
    const std::string text = server_.sent.at(i).header("Authorization");
    const std::size_t at = text.find("Credential=");
    return at == std::string::npos ? "" : text.substr(at + 11, text.find('/') - at - 11);
  }

  std::string winner_;
};

constexpr const char* kBase =
    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = hidden-secret\n";

TEST_F(RoleTest, TheKeysOfTheSourceProfileAssumeTheRole) {
  config(
      std::string(kBase) +
      "[profile work]\nrole_arn = arn:WORK\nsource_profile = base\nexternal_id = ext\nduration_seconds = 1800\n"
      "role_session_name = me\n");
  const Credentials credentials = found("work");
  EXPECT_EQ(winner_, "assume-role");
  EXPECT_EQ(credentials.access_key_id, "WORK");
  EXPECT_EQ(credentials.session_token, "role-token");
  EXPECT_EQ(credentials.expires_at, base::parse_iso8601("2026-08-01T01:00:00Z"));
  ASSERT_THAT(server_.sent, SizeIs(1));
  EXPECT_EQ(server_.sent[0].request.url, "http://127.0.0.1:1/");
  EXPECT_EQ(server_.sent[0].request.method, "POST");
  EXPECT_EQ(
      server_.sent[0].body,
      "Action=AssumeRole&DurationSeconds=1800&ExternalId=ext&RoleArn=arn%3AWORK&RoleSessionName=me&Version=2011-06-15");
  EXPECT_THAT(server_.sent[0].header("Authorization"),
              HasSubstr("Credential=BASE/20260801/eu-west-1/sts/aws4_request"));
}

TEST_F(RoleTest, ChainsOfProfilesAreFollowed) {
  config(std::string(kBase) +
         "[profile middle]\nrole_arn = arn:MIDDLE\nsource_profile = base\n"
         "[profile top]\nrole_arn = arn:TOP\nsource_profile = middle\n");
  EXPECT_EQ(found("top").access_key_id, "TOP");
  EXPECT_EQ(signer_of(0), "BASE");
  EXPECT_EQ(signer_of(1), "MIDDLE");
  EXPECT_EQ(server_.sent[1].header("x-amz-security-token"), "role-token");
}

TEST_F(RoleTest, AProfileMayAssumeARoleWithItsOwnKeys) {
  config(
      "[default]\nrole_arn = arn:OWN\nsource_profile = default\naws_access_key_id = SELF\naws_secret_access_key = s\n");
  EXPECT_EQ(found().access_key_id, "OWN");
  EXPECT_EQ(signer_of(0), "SELF");
}

TEST_F(RoleTest, CredentialSourcesByTheirNames) {
  config(
      "[default]\nrole_arn = arn:ROLE\ncredential_source = Environment\n[profile c]\nrole_arn = arn:ROLE\ncredential_source = EcsContainer\n");
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(found("default", true).access_key_id, "ROLE");
  EXPECT_EQ(signer_of(0), "ENV");
  EXPECT_THAT(refused("c", true).what(), AllOf(HasSubstr("EcsContainer"), HasSubstr(config_path() + ":6"),
                                               HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")));
}

TEST_F(RoleTest, ProfilesThatCannotBeRightNameFileLineAndRemedy) {
  struct Case {
    std::string config;
    int line;
    std::string what;
  };
  const std::vector<Case> cases = {
      {"[default]\nrole_arn = arn:R\n", 2, "neither source_profile nor credential_source"},
      {"[default]\nrole_arn = arn:R\nsource_profile = a\ncredential_source = Environment\n", 4, "remove one"},
      {"[default]\nrole_arn = arn:R\nsource_profile = nobody\n", 3, "'nobody'"},
      {"[default]\nrole_arn = arn:R\ncredential_source = environment\n", 3, "unknown"},
      {"[default]\nrole_arn = arn:R\nsource_profile = default\n", 3, "circle: default -> default"},
      {"[default]\nrole_arn = arn:R\nsource_profile = b\n[profile b]\nrole_arn = arn:B\nsource_profile = default\n",
       6, "circle: default -> b -> default"},
      {"[default]\nrole_arn = arn:R\nsource_profile = b\n[profile b]\nregion = x\n", 3, "has no credentials"},
      {std::string(kBase) + "[default]\nrole_arn = arn:R\nsource_profile = base\nduration_seconds = hour\n",
       7, "'hour'"},
  };
  for (const Case& wrong : cases) {
    config(wrong.config);
    const base::Error error = refused();
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << wrong.config;
    EXPECT_THAT(error.what(), AllOf(HasSubstr(config_path() + ":" + std::to_string(wrong.line)),
                                    HasSubstr(wrong.what), Not(HasSubstr("hidden"))));
  }
  EXPECT_THAT(server_.sent, SizeIs(0));
}

TEST_F(RoleTest, AnMfaCodeIsAskedForOnceAndOnlyOnATerminal) {
  config(std::string(kBase) +
         "[default]\nrole_arn = arn:R\nsource_profile = base\nmfa_serial = arn:mfa/me\n");
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("no terminal"), HasSubstr(config_path() + ":7")));
  prompt_.code = " 123456\n";
  CredentialsChain made = chain();
  made.find({});
  EXPECT_THAT(prompt_.questions, testing::Contains("MFA code for arn:mfa/me: "));
  EXPECT_THAT(server_.sent.back().body,
              AllOf(HasSubstr("SerialNumber=arn%3Amfa%2Fme"), HasSubstr("TokenCode=123456&")));
  const std::size_t asked = prompt_.questions.size();
  EXPECT_EQ(asked, 2U) << "once without a terminal";
  EXPECT_THAT(failure_of(made.winner()).what(), HasSubstr("new MFA code"));
  EXPECT_THAT(prompt_.questions, SizeIs(asked));
}

TEST_F(RoleTest, EachRoleOnTheWayMayAskForACode) {
  config(std::string(kBase) +
         "[profile middle]\nrole_arn = arn:M\nsource_profile = base\nmfa_serial = one\n"
         "[default]\nrole_arn = arn:R\nsource_profile = middle\nmfa_serial = two\n");
  prompt_.code = "123456";
  EXPECT_EQ(found().access_key_id, "R");
  EXPECT_THAT(prompt_.questions, ElementsAre("MFA code for one: ", "MFA code for two: "));
}

TEST_F(RoleTest, WhatStsRefusesIsToldWithItsReasonAndWithoutSecrets) {
  config(std::string(kBase) + "[default]\nrole_arn = arn:R\nsource_profile = base\n");
  struct Case {
    int status;
    std::string code;
    ErrorKind kind;
    std::size_t requests;
  };
  for (const Case& wrong : std::vector<Case>{{403, "AccessDenied", ErrorKind::access_denied, 1},
                                             {400, "ValidationError", ErrorKind::invalid_argument, 1},
                                             {400, "ExpiredToken", ErrorKind::access_denied, 1},
                                             {404, "NotFound", ErrorKind::invalid_argument, 1},
                                             {400, "Throttling", ErrorKind::transient, 2},
                                             {500, "InternalFailure", ErrorKind::transient, 2},
                                             {503, "", ErrorKind::transient, 2}}) {
    server_.sent.clear();
    server_.answer = [&](const SentRequest&) {
      return response(wrong.status,
                      wrong.code.empty() ? "" : sts_error(wrong.code, "no hidden-secret for you."));
    };
    const base::Error error = refused();
    EXPECT_EQ(error.kind(), wrong.kind) << wrong.code;
    EXPECT_THAT(server_.sent, SizeIs(wrong.requests)) << wrong.code;
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("arn:R"), HasSubstr("'default'"), HasSubstr(config_path() + ":5"),
                      HasSubstr(wrong.code), Not(HasSubstr("hidden"))));
    if (!wrong.code.empty()) {
      EXPECT_THAT(error.what(), HasSubstr("no *** for you"));
    }
  }
  for (
      const char* body :
      {"<a", "{}", "", "<AssumeRoleResponse/>",
       "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
       "<SecretAccessKey>hidden-&bad;</SecretAccessKey></Credentials></AssumeRoleResult></AssumeRoleResponse>"}) {
    server_.answer = [body](const SentRequest&) { return response(200, body); };
    const base::Error error = refused();
    EXPECT_EQ(error.kind(), ErrorKind::corrupt) << body;
    EXPECT_THAT(error.what(), Not(HasSubstr("hidden")));
  }
  server_.answer = {};
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("'default'"), HasSubstr(config_path() + ":5"),
                                      HasSubstr("http://127.0.0.1:1 doesn't answer: Connection refused")));
  EXPECT_THAT(logged_.str(), Not(HasSubstr("hidden")));
}

TEST(WithoutSecrets, AlsoInOtherSpellings) {
  const std::string secret = "hi/+ \"=\\x";
  for (const char* spelled :
       {"hi/+ \"=\\x", "hi%2F%2B%20%22%3D%5Cx", "hi%2f%2b%20%22%3d%5cx", "%68%69%2F%2B+%22%3D%5C%78",
        R"(hi/+ \"=\\x)", R"(hi\/+ \"=\\x)", R"(hi\u002f\u002B\u0020\u0022\u003D\u005cx)",
        R"(hi\\/+ \\\"=\\\\x)", "hi%252F%252B%2520%2522%253D%255Cx"}) {
    EXPECT_EQ(without_secrets(std::string("a=") + spelled + "&b", {secret}), "a=***&b") << spelled;
  }
  EXPECT_EQ(without_secrets("hi/+ x%2", {secret}), "hi/+ x%2");
  EXPECT_EQ(without_secrets("100%25 abc%25", {"abc%25"}), "100%25 ***");
}

TEST_F(RoleTest, CredentialsThatHaveExpiredAreNoCredentials) {
  config(std::string(kBase) + "[default]\nrole_arn = arn:R\nsource_profile = base\n");
  server_.answer = [](const SentRequest&) {
    return response(200, sts_answer("AssumeRole", "X", "2026-07-31T00:00:00Z"));
  };
  EXPECT_THAT(refused().what(), HasSubstr("expired at 2026-07-31"));
}

TEST_F(RoleTest, WhereStsIsAsked) {
  config(std::string(kBase) +
         "[default]\nrole_arn = arn:R\nsource_profile = base\nservices = mine\n"
         "[services mine]\nsts =\n  endpoint_url = http://services/sts/\n");
  const auto asked = [&] {
    server_.sent.clear();
    found();
    return server_.sent.at(0).request.url;
  };
  EXPECT_EQ(asked(), "http://127.0.0.1:1/");
  variables_.erase("AWS_ENDPOINT_URL_STS");
  EXPECT_EQ(asked(), "http://services/sts/");
  variables_["AWS_ENDPOINT_URL"] = "http://all";
  EXPECT_EQ(asked(), "http://all/");
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(asked(), "https://sts.eu-west-1.amazonaws.com/");
  variables_["AWS_USE_FIPS_ENDPOINT"] = "true";
  EXPECT_EQ(asked(), "https://sts-fips.eu-west-1.amazonaws.com/");
}

TEST_F(RoleTest, AWebIdentityOfTheEnvironmentOrOfTheProfile) {
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("/jwt", "hidden-jwt");
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("AWS_WEB_IDENTITY_TOKEN_FILE"), HasSubstr("AWS_ROLE_ARN")));
  variables_["AWS_ROLE_ARN"] = "arn:POD";
  EXPECT_EQ(found().access_key_id, "POD");
  EXPECT_EQ(winner_, "assume-role-with-web-identity");
  EXPECT_EQ(server_.sent[0].header("Authorization"), "(none)");
  EXPECT_THAT(server_.sent[0].body,
              AllOf(HasSubstr("Action=AssumeRoleWithWebIdentity"), HasSubstr("WebIdentityToken=hidden-jwt"),
                    HasSubstr("RoleSessionName=s3compress-")));
  // A profile that was named by option doesn't see the variables; its own settings count.
  config(
      "[profile pod]\nrole_arn = arn:PROFILE\nweb_identity_token_file = ~/jwt\n[profile none]\nregion = x\n");
  EXPECT_EQ(found("pod", true).access_key_id, "PROFILE");
  EXPECT_EQ(refused("none", true).kind(), ErrorKind::access_denied);
  std::filesystem::remove(folder_ + "/jwt");
  EXPECT_THAT(refused("pod", true).what(),
              AllOf(HasSubstr("can't be read: No such file"), HasSubstr(config_path() + ":3")));
  write("/jwt", "hidden-jwt");
  server_.answer = [](const SentRequest&) {
    return response(400, sts_error("InvalidIdentityToken", "bad hidden-jwt"));
  };
  EXPECT_THAT(refused("pod", true).what(), AllOf(HasSubstr("bad ***"), Not(HasSubstr("hidden"))));
}

/// A person who has signed in, and the two services of IAM Identity Center.
class SsoTest : public RoleTest {
 protected:
  SsoTest() {
    variables_["AWS_ENDPOINT_URL_SSO"] = "http://127.0.0.1:2";
    variables_["AWS_ENDPOINT_URL_SSO_OIDC"] = "http://127.0.0.1:3";
    config(
        "[default]\nsso_session = corp\nsso_account_id = 123\nsso_role_name = Admin\n"
        "[sso-session corp]\nsso_start_url = https://corp/start\nsso_region = eu-north-1\n"
        "[profile old]\nsso_start_url = https://old/start\nsso_region = eu-north-1\nsso_account_id = 1\nsso_role_name = R\n");
    server_.answer = [this](const SentRequest& sent) {
      if (sent.request.url == "http://127.0.0.1:3/token") return response(renewal_status_, renewal_);
      return response(status_, body_);
    };
  }
  std::string cache_file(const std::string& name) const {
    base::Digest digest = base::Digest::sha1();
    digest.update(name);
    return "/.aws/sso/cache/" + base::to_hex(digest.finish()) + ".json";
  }
  void signed_in(const std::string& name, const std::string& until, const std::string& more = "") {
    write(cache_file(name), R"({"accessToken": "hidden-token", "expiresAt": ")" + until + "\"" + more + "}");
  }
  std::string cached(const std::string& name) const {
    std::ifstream in(folder_ + cache_file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static constexpr const char* kRenewable =
      R"(, "refreshToken": "hidden-refresh", "clientId": "id", "clientSecret": "hidden-client",
         "registrationExpiresAt": "2026-09-01T00:00:00Z", "startUrl": "https://corp/start")";
  int status_ = 200;
  // 2026-08-01T06:00:00Z
  std::string body_ =
      R"({"roleCredentials": {"accessKeyId": "SSO", "secretAccessKey": "hidden-s", "sessionToken": "hidden-t", "expiration": 1785564000000}})";
  int renewal_status_ = 200;
  std::string renewal_ = R"({"accessToken": "hidden-new", "expiresIn": 3600, "refreshToken": "hidden-next"})";
};

TEST_F(SsoTest, AValidTokenGetsTheRole) {
  signed_in("corp", "2026-08-01T08:00:00Z");
  const Credentials credentials = found();
  EXPECT_EQ(winner_, "sso");
  EXPECT_EQ(credentials.access_key_id, "SSO");
  EXPECT_EQ(credentials.expires_at, base::parse_iso8601("2026-08-01T06:00:00Z"));
  ASSERT_THAT(server_.sent, SizeIs(1));
  EXPECT_EQ(server_.sent[0].request.url,
            "http://127.0.0.1:2/federation/credentials?account_id=123&role_name=Admin");
  EXPECT_EQ(server_.sent[0].header("x-amz-sso_bearer_token"), "hidden-token");
  signed_in("https://old/start", "2026-08-01T08:00:00UTC");
  EXPECT_EQ(found("old", true).access_key_id, "SSO");
}

TEST_F(SsoTest, ATokenNearItsEndIsRenewedAndWrittenBack) {
  signed_in("corp", "2026-08-01T00:10:00Z", kRenewable);
  found();
  EXPECT_EQ(server_.sent[0].request.url, "http://127.0.0.1:3/token");
  EXPECT_THAT(server_.sent[0].body,
              AllOf(HasSubstr(R"("grantType":"refresh_token")"), HasSubstr("hidden-refresh")));
  EXPECT_EQ(server_.sent[1].header("x-amz-sso_bearer_token"), "hidden-new");
  EXPECT_THAT(cached("corp"), AllOf(HasSubstr("hidden-new"), HasSubstr("hidden-next"),
                                    HasSubstr("2026-08-01T01:00:00Z"), HasSubstr("https://corp/start")));
  EXPECT_EQ(std::filesystem::status(folder_ + cache_file("corp")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SsoTest, ARenewalThatFailsIsToldAndTheOldTokenUsedWhileItHolds) {
  renewal_status_ = 400;
  renewal_ = R"({"error": "invalid_grant", "error_description": "no hidden-refresh"})";
  signed_in("corp", "2026-08-01T00:10:00Z", kRenewable);
  EXPECT_EQ(found().access_key_id, "SSO");
  EXPECT_THAT(logged_.str(), AllOf(HasSubstr("invalid_grant"), Not(HasSubstr("hidden"))));
  signed_in("corp", "2026-07-31T00:00:00Z", kRenewable);
  EXPECT_THAT(refused().what(),
              AllOf(HasSubstr("expired at 2026-07-31"), HasSubstr("aws sso login"), HasSubstr("'default'")));
}

TEST_F(SsoTest, WithoutAValidTokenItSaysWhatToRun) {
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("nobody has signed in"), HasSubstr("aws sso login")));
  signed_in("corp", "2026-07-31T00:00:00Z");
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("expired"), HasSubstr("aws sso login")));
  signed_in("https://old/start", "2026-07-31T00:00:00Z", kRenewable);
  EXPECT_THAT(refused("old", true).what(), AllOf(HasSubstr("expired"), HasSubstr("'old'")));
  EXPECT_THAT(server_.sent, SizeIs(0));
  write(cache_file("corp"), "hidden");
  EXPECT_THAT(refused().what(),
              AllOf(HasSubstr("no JSON"), HasSubstr(cache_file("corp")), Not(HasSubstr("hidden"))));
  signed_in("corp", "2026-08-01T08:00:00Z");
  status_ = 401;
  body_ = R"({"message": "Session token not found or invalid"})";
  EXPECT_THAT(refused().what(), AllOf(HasSubstr("aws sso login"), Not(HasSubstr("hidden"))));
}

TEST_F(SsoTest, WhatTheServiceRefusesOrGarbles) {
  signed_in("corp", "2026-08-01T08:00:00Z");
  for (const auto& [status, kind] : std::map<int, ErrorKind>{{400, ErrorKind::invalid_argument},
                                                             {403, ErrorKind::access_denied},
                                                             {404, ErrorKind::invalid_argument},
                                                             {500, ErrorKind::transient}}) {
    status_ = status;
    body_ = R"({"__type": "com.amazonaws#ForbiddenException", "message": "No access for hidden-token."})";
    const base::Error error = refused();
    EXPECT_EQ(error.kind(), kind) << status;
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Admin"), HasSubstr("123"), HasSubstr("No access for ***"),
                                    HasSubstr("ForbiddenException"), Not(HasSubstr("hidden"))));
  }
  status_ = 200;
  for (const char* body :
       {"hidden", "{}", R"({"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "hidden"}})"}) {
    body_ = body;
    const base::Error error = refused();
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_THAT(error.what(), Not(HasSubstr("hidden")));
  }
}

TEST_F(SsoTest, SettingsThatAreMissingOrContradictEachOther) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[default]\nsso_account_id = 1\nsso_role_name = R\nsso_region = r\n", "no sso_start_url"},
      {"[default]\nsso_account_id = 1\nsso_start_url = u\nsso_region = r\n", "no sso_role_name"},
      {"[default]\nsso_account_id = 1\nsso_role_name = R\nsso_session = x\n", "[sso-session x]"},
      {"[default]\nsso_account_id = 1\nsso_role_name = R\nsso_session = x\nsso_region = a\n[sso-session x]\nsso_region = b\nsso_start_url = u\n",
       "contradicts"},
  };
  for (const auto& [text, what] : cases) {
    config(text);
    EXPECT_THAT(refused().what(), AllOf(HasSubstr(what), HasSubstr(config_path())));
  }
  config("[default]\nsso_session = corp\nsso_start_url = u\n");  // for other programs
  EXPECT_EQ(refused().kind(), ErrorKind::access_denied);
}

}  // namespace
}  // namespace s3c::aws
