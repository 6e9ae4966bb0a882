// The credentials endpoint of a container, and the metadata service of an instance.
#include <gmock/gmock.h>

#include "aws/container_source.h"
#include "aws/instance_source.h"
#include "tests/unit/aws/world_fixture.h"

namespace s3c::aws {
namespace {

using base::ErrorKind;
using test::metadata_answer;
using test::response;
using test::SentRequest;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class ContainerSourceTest : public test::WorldTest {
 protected:
  ContainerSourceTest() {
    variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:8080/creds?id=hidden-id";
    server_.answer = [](const SentRequest&) { return response(200, metadata_answer("CONTAINER")); };
  }
  ContainerSource source_{world_};
};

TEST_F(ContainerSourceTest, AsksTheFullUriDirectlyWithTheTokenOfThatMoment) {
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
  EXPECT_EQ(found_by(source_).access_key_id, "CONTAINER");
  EXPECT_EQ(server_.sent[0].request.url, "http://127.0.0.1:8080/creds?id=hidden-id");
  EXPECT_EQ(server_.sent[0].header("Authorization"), "Basic abc");
  EXPECT_TRUE(server_.sent[0].request.direct);
  EXPECT_GT(server_.sent[0].request.time_limit.count(), 0);
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write("/token", "first");
  found_by(source_);
  write("/token", "second");
  found_by(source_);
  EXPECT_EQ(server_.sent[1].header("Authorization"), "first");
  EXPECT_EQ(server_.sent[2].header("Authorization"), "second");
}

TEST_F(ContainerSourceTest, TheRelativeUriWinsAndMeansTheTaskEndpoint) {
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/x";
  const Credentials found = found_by(source_);
  EXPECT_EQ(found.session_token, "meta-token");
  EXPECT_EQ(found.expires_at, base::parse_iso8601("2026-08-01T06:00:00Z"));
  EXPECT_EQ(server_.sent[0].request.url, "http://169.254.170.2/v2/credentials/x");
}

TEST_F(ContainerSourceTest, WithoutTheVariablesItPasses) {
  variables_.clear();
  EXPECT_THAT(why_passed(source_), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
  EXPECT_THAT(server_.sent, SizeIs(0));
}

TEST(ContainerHosts, OnlyThisMachineTheKnownAddressesAndTls) {
  for (const char* url : {"http://127.0.0.1/x", "http://127.9.8.7:80", "http://localhost:1/x",
                          "http://LOCALHOST/", "http://[::1]:5/", "http://169.254.170.2/x",
                          "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1", "https://example.com/x"})
    EXPECT_TRUE(may_see_container_token(url)) << url;
  for (const char* url : {"http://example.com/",
                          "http://169.254.169.254/",
                          "http://127.0.0.1.example.com/",
                          "http://127.0.0.1@evil/",
                          "http://169.254.170.2@evil",
                          "http://evil/127.0.0.1",
                          "http://127.0.0.256/",
                          "http://127.1/",
                          "http://127.0.0.1:x/",
                          "http://[::1]evil/",
                          "http://[::2]/",
                          "http://localhost.example.com",
                          "ftp://127.0.0.1/",
                          "127.0.0.1",
                          "",
                          "http://",
                          "http://127.0.0.1\\@evil/",
                          "http://127.0.0.1.",
                          "http://127.0.0.1.evil",
                          "http://127.0.0.1.2@evil/",
                          "http://[",
                          "HTTP://127.0.0.1/"})
    EXPECT_FALSE(may_see_container_token(url)) << url;
}

TEST_F(ContainerSourceTest, ARelativeUriIsAPath) {
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "x?secret";
  const base::Error error = failure_of(source_);
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("RELATIVE_URI is 'x?...'"), HasSubstr("must begin with '/'")));
  EXPECT_THAT(server_.sent, SizeIs(0));
}

TEST_F(ContainerSourceTest, AForeignHostIsNeverAsked) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.com/creds?hidden-id";
  const base::Error error = failure_of(source_);
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                                  HasSubstr("http://example.com"), Not(HasSubstr("hidden-id"))));
  EXPECT_THAT(server_.sent, SizeIs(0));
}

TEST_F(ContainerSourceTest, ATokenThatCannotBeSentIsRefusedAndNotShown) {
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write("/token", "hidden-token\n");
  EXPECT_THAT(failure_of(source_).what(),
              AllOf(HasSubstr("line break"), HasSubstr(folder_ + "/token"), Not(HasSubstr("hidden-token"))));
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/nonexistent/token";
  EXPECT_THAT(failure_of(source_).what(), HasSubstr("can't be read"));
}

TEST_F(ContainerSourceTest, RefusalsAreFinalAndTroubleIsTriedThreeTimes) {
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "hidden-token";
  const auto answers = [&](int status) {
    server_.sent.clear();
    server_.answer = [status](const SentRequest&) {
      return response(status, R"({"code": "Nope", "message": "not for hidden-token"})");
    };
    return failure_of(source_);
  };
  for (const int status : {400, 401, 403, 404}) {
    const base::Error error = answers(status);
    EXPECT_THAT(server_.sent, SizeIs(1)) << status;
    EXPECT_EQ(error.context().http_status, status);
    EXPECT_FALSE(error.worth_retrying()) << status;
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("127.0.0.1:8080/creds"), HasSubstr("not for ***"), Not(HasSubstr("hidden"))));
  }
  for (const int status : {429, 500, 503}) {
    EXPECT_EQ(answers(status).kind(), ErrorKind::transient) << status;
    EXPECT_THAT(server_.sent, SizeIs(3)) << status;
  }
  server_.sent.clear();
  server_.answer = {};
  EXPECT_THAT(failure_of(source_).what(),
              AllOf(HasSubstr("no answer: Connection refused"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(server_.sent, SizeIs(3));
}

TEST_F(ContainerSourceTest, AnswersThatAreNoCredentials) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"hidden", "is no JSON object"},
      {"{\"AccessKeyId\": \"hid", "is no JSON object"},
      {R"({"SecretAccessKey": "hidden", "Token": "hidden", "Expiration": "2026-09-01T00:00:00Z"})",
       "has no AccessKeyId"},
      {R"({"AccessKeyId": "A", "SecretAccessKey": "hidden", "Expiration": "2026-09-01T00:00:00Z"})",
       "has no Token"},
      {R"({"AccessKeyId": "A", "SecretAccessKey": "hidden", "Token": "hidden"})", "has no Expiration"},
      {R"({"AccessKeyId": "A", "SecretAccessKey": 1, "Token": "hidden", "Expiration": "x"})",
       "has no SecretAccessKey"},
      {R"({"AccessKeyId": "A", "SecretAccessKey": "hidden", "Token": "hidden", "Expiration": "x"})",
       "no time"},
  };
  for (const auto& [body, what] : cases) {
    server_.answer = [text = body](const SentRequest&) { return response(200, text); };
    EXPECT_THAT(failure_of(source_).what(), AllOf(HasSubstr(what), Not(HasSubstr("hidden"))));
  }
}

class InstanceSourceTest : public test::WorldTest {
 protected:
  InstanceSourceTest() {
    server_.answer = [this](const SentRequest& sent) { return imds(sent); };
  }
  http::Response imds(const SentRequest& sent) {
    const std::string& url = sent.request.url;
    if (sent.request.method == "PUT")
      return response(token_status_, token_status_ == 200 ? "imds-token" : "");
    if (sent.header("x-aws-ec2-metadata-token") != "imds-token" && !takes_version_1_) return response(401);
    if (url.ends_with("/security-credentials/"))
      return response(role_status_, role_status_ == 200 ? "my-role\n" : "");
    if (url.ends_with("/security-credentials/my-role")) return response(200, body_);
    return response(404);
  }
  InstanceSource source() { return {world_, files(), "default"}; }
  std::string why() {
    InstanceSource made = source();
    return why_passed(made);
  }
  Credentials found() {
    InstanceSource made = source();
    return found_by(made);
  }

  int token_status_ = 200;
  int role_status_ = 200;
  bool takes_version_1_ = false;
  std::string body_ = metadata_answer("INSTANCE");
};

TEST_F(InstanceSourceTest, TokenFirstThenTheRoleAndItsCredentials) {
  EXPECT_EQ(found().access_key_id, "INSTANCE");
  ASSERT_THAT(server_.sent, SizeIs(3));
  EXPECT_EQ(server_.sent[0].request.url, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(server_.sent[0].header("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  for (const SentRequest& sent : server_.sent) {
    EXPECT_TRUE(sent.request.direct);
    EXPECT_EQ(sent.request.time_limit, std::chrono::seconds(1));
  }
}

TEST_F(InstanceSourceTest, WhereItIsAskedIsSetByVariablesAndByTheProfile) {
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  found();
  EXPECT_EQ(server_.sent[0].request.url, "http://[fd00:ec2::254]/latest/api/token");
  config("[default]\nec2_metadata_service_endpoint = http://127.0.0.1:5/x/\nmetadata_service_timeout = 3\n");
  server_.sent.clear();
  found();
  EXPECT_EQ(server_.sent[0].request.url, "http://127.0.0.1:5/x/latest/api/token");
  EXPECT_EQ(server_.sent[0].request.time_limit, std::chrono::seconds(3));
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:6";
  server_.sent.clear();
  found();
  EXPECT_EQ(server_.sent[0].request.url, "http://127.0.0.1:6/latest/api/token");
  config("[default]\nimds_use_ipv6 = true\n");
  variables_.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  variables_.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  server_.sent.clear();
  found();
  EXPECT_THAT(server_.sent[0].request.url, HasSubstr("[fd00:ec2::254]"));
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv5"},
                                          {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "many"}}) {
    variables_[name] = value;
    InstanceSource made = source();
    EXPECT_EQ(failure_of(made).kind(), ErrorKind::invalid_argument) << name;
    variables_.erase(name);
  }
}

TEST_F(InstanceSourceTest, DisabledItAsksNobody) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_EQ(why(), "AWS_EC2_METADATA_DISABLED is true");
  EXPECT_THAT(server_.sent, SizeIs(0));
}

TEST_F(InstanceSourceTest, VersionOneOnlyWhereTheServiceHasNoTokens) {
  takes_version_1_ = true;
  for (const int status : {403, 404, 405, 500}) {
    token_status_ = status;
    EXPECT_EQ(found().access_key_id, "INSTANCE") << status;
  }
  token_status_ = 400;
  EXPECT_THAT(why(), HasSubstr("400"));
  token_status_ = 404;
  variables_["AWS_EC2_METADATA_V1_DISABLED"] = "true";
  EXPECT_THAT(why(), HasSubstr("version 1 is disabled"));
}

TEST_F(InstanceSourceTest, ATokenThatNeverComesHintsAtTheHopLimit) {
  server_.answer = [this](const SentRequest& sent) {
    return sent.request.method == "PUT" ? test::time_out() : imds(sent);
  };
  EXPECT_THAT(why(), AllOf(HasSubstr("401"), HasSubstr("hop limit")));
  takes_version_1_ = true;
  EXPECT_EQ(found().access_key_id, "INSTANCE");
}

/// What answers and is in trouble is worth asking again. What isn't there, or has no role, is not.
TEST_F(InstanceSourceTest, TroubleOfAServiceThatIsThereMayPass) {
  const auto may_pass = [this] { return std::get<Passed>(source().find({})).worth_retrying; };
  server_.answer = {};
  EXPECT_FALSE(may_pass()) << "nobody there";
  server_.answer = [](const SentRequest&) -> http::Response { test::time_out(); };
  EXPECT_FALSE(may_pass()) << "packets vanish: no instance";
  server_.answer = [](const SentRequest&) -> http::Response {
    throw base::Error(ErrorKind::transient, "Empty reply from server");
  };
  EXPECT_TRUE(may_pass());
  for (const auto& [status, expected] :
       std::map<int, bool>{{500, true}, {503, true}, {429, true}, {404, false}}) {
    server_.answer = [status = status](const SentRequest&) { return response(status); };
    EXPECT_EQ(may_pass(), expected) << status;
  }
  server_.answer = [](const SentRequest& sent) {
    return sent.request.method == "PUT" ? response(200, "token") : test::time_out();
  };
  EXPECT_TRUE(may_pass()) << "it gave a token";
}

TEST_F(InstanceSourceTest, NobodyThere) {
  server_.answer = {};
  EXPECT_EQ(why(), "http://169.254.169.254 doesn't answer: Connection refused");
  EXPECT_THAT(server_.sent, SizeIs(1));
  variables_["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "3";
  why();
  EXPECT_THAT(server_.sent, SizeIs(4));
}

TEST_F(InstanceSourceTest, NoRoleAndAnswersThatAreNoCredentials) {
  role_status_ = 404;
  EXPECT_THAT(why(), HasSubstr("has no role"));
  role_status_ = 200;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"hidden", "no JSON"},
      {R"({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume imds-token"})",
       "AssumeRoleUnauthorizedAccess: EC2 cannot assume ***"},
      {R"({"Code": "Success", "AccessKeyId": "A", "SecretAccessKey": "hidden"})", "has no Token"}};
  for (const auto& [body, what] : cases) {
    body_ = body;
    EXPECT_THAT(why(), AllOf(HasSubstr(what), Not(HasSubstr("hidden"))));
  }
}

TEST_F(InstanceSourceTest, WhatTheServiceHasNotRenewedYetIsUsedAndAskedForAgain) {
  body_ = metadata_answer("INSTANCE", "2026-07-31T23:00:00Z");
  const Credentials late = found();
  EXPECT_GT(*late.expires_at, clock_.now());
  EXPECT_THAT(logged_.str(), HasSubstr("have expired"));
  body_ = metadata_answer("INSTANCE", "2026-08-01T00:00:04Z");
  EXPECT_EQ(found().expires_at, base::parse_iso8601("2026-08-01T00:00:04Z"));
}

TEST_F(InstanceSourceTest, TellsItsRegion) {
  server_.answer = [](const SentRequest& sent) {
    if (sent.request.method == "PUT") return response(200, "token");
    EXPECT_EQ(sent.request.url, "http://169.254.169.254/latest/meta-data/placement/region");
    EXPECT_EQ(sent.header("x-aws-ec2-metadata-token"), "token");
    return response(200, "eu-west-3\n");
  };
  EXPECT_EQ(source().region({}), "eu-west-3");
}

TEST_F(InstanceSourceTest, WithoutAUsableAnswerItHasNoRegion) {
  for (const auto& [status, text] : std::vector<std::pair<int, std::string>>{
           {404, ""}, {500, "eu-west-3"}, {200, ""}, {200, "<html>"}, {200, "evil.example/"}}) {
    server_.answer = [status = status, text = text](const SentRequest& sent) {
      return sent.request.method == "PUT" ? response(200, "token") : response(status, text);
    };
    EXPECT_EQ(source().region({}), std::nullopt) << status << text;
  }
  server_.sent.clear();
  variables_["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(source().region({}), std::nullopt);
  EXPECT_THAT(server_.sent, SizeIs(0));
}

}  // namespace
}  // namespace s3c::aws
