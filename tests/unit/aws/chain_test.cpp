// The order of the sources, what is told of those that had nothing, and the renewal of what was found.
#include <gmock/gmock.h>

#include <thread>

#include "aws/credentials_chain.h"
#include "aws/refreshing_credentials.h"
#include "tests/unit/aws/world_fixture.h"

namespace s3c::aws {
namespace {

using base::ErrorKind;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ChainTest : public test::WorldTest {
 protected:
  ChainTest() {
    variables_["BOTO_CONFIG"] = "/nonexistent";
    server_.answer = [](const test::SentRequest& sent) {
      const std::string& url = sent.request.url;
      if (url.ends_with("/api/token")) return test::response(200, "t");
      if (url.ends_with("/security-credentials/")) return test::response(200, "role");
      if (url.find("169.254.169.254") != std::string::npos)
        return test::response(200, test::metadata_answer("IMDS"));
      if (url.find("sso") != std::string::npos) {
        return test::response(
            200,
            R"({"roleCredentials": {"accessKeyId": "SSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 1785564000000}})");
      }
      if (sent.body.find("AssumeRoleWith") != std::string::npos)
        return test::response(200, test::sts_answer("AssumeRoleWithWebIdentity", "WEB"));
      if (!sent.body.empty()) return test::response(200, test::sts_answer("AssumeRole", "ROLE"));
      return test::response(200, test::metadata_answer("CONTAINER"));
    };
    programs_.program = [](const auto&) {
      return ProcessResult{0, R"({"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "s"})", ""};
    };
  }

  std::string winner(bool is_explicit = false) {
    CredentialsChain chain(world_, files(), {.profile = {"default", is_explicit}});
    const Credentials found = chain.find({});
    tried_ = chain.tried();
    EXPECT_EQ(tried_.back().source, chain.winner().name());
    EXPECT_EQ(tried_.back().result, "found");
    return std::string(chain.winner().name()) + " " + found.access_key_id;
  }

  std::vector<Tried> tried_;
};

TEST_F(ChainTest, EachSourceWinsOverThoseBehindIt) {
  // All of them at once; the first is taken away, one after the other.
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("/jwt", "jwt");
  variables_["AWS_ROLE_ARN"] = "arn:WEB";
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  write("/.aws/sso/cache/0ba2d3e39b1a5a1b8cf1a9ee09bd8ccde4d4c5ab.json", "");
  const std::string sso =
      "sso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = R\n";
  // sha1("u")
  write("/.aws/sso/cache/51e69892ab49df85c6230ccc57f8e1d1606caccc.json",
        R"({"accessToken": "t", "expiresAt": "2026-09-01T00:00:00Z"})");
  const std::string role = "role_arn = arn:ROLE\ncredential_source = EcsContainer\n";
  const std::string process = "credential_process = p\n";
  const std::string keys = "aws_access_key_id = CONFIG\naws_secret_access_key = s\n";
  config("[default]\n" + role + sso + process + keys);
  credentials("[default]\naws_access_key_id = SHARED\naws_secret_access_key = s\n");

  EXPECT_EQ(winner(), "env ENV");
  variables_.erase("AWS_ACCESS_KEY_ID");
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(winner(), "assume-role ROLE");
  config("[default]\n" + sso + process + keys);
  EXPECT_EQ(winner(), "assume-role-with-web-identity WEB");
  variables_.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(winner(), "sso SSO");
  config("[default]\n" + process + keys);
  EXPECT_EQ(winner(), "shared-credentials-file SHARED");
  credentials("");
  EXPECT_EQ(winner(), "custom-process PROCESS");
  config("[default]\n" + keys);
  EXPECT_EQ(winner(), "config-file CONFIG");
  config("");
  EXPECT_EQ(winner(), "container-role CONTAINER");
  variables_.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  EXPECT_EQ(winner(), "iam-role IMDS");
  std::vector<std::string> sources;
  for (const Tried& tried : tried_) sources.push_back(tried.source);
  EXPECT_THAT(sources, testing::ElementsAre("env", "assume-role", "assume-role-with-web-identity", "sso",
                                            "shared-credentials-file", "custom-process", "config-file",
                                            "container-role", "iam-role"));
}

TEST_F(ChainTest, AProfileByOptionBeatsTheEnvironmentAndByVariableDoesNot) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  credentials("[default]\naws_access_key_id = SHARED\naws_secret_access_key = s\n");
  EXPECT_EQ(winner(true), "shared-credentials-file SHARED");
  EXPECT_THAT(tried_[0].result, HasSubstr("don't count"));
  EXPECT_EQ(winner(false), "env ENV");
}

TEST_F(ChainTest, WithoutAnySaysWhereItLooked) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "true";
  CredentialsChain chain(world_, files(), {});
  const base::Error error = error_of([&] { chain.find({}); });
  EXPECT_EQ(error.kind(), ErrorKind::access_denied);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("AWS_ACCESS_KEY_ID"), HasSubstr(credentials_path()),
                                  HasSubstr(config_path()), HasSubstr("AWS_EC2_METADATA_DISABLED is true")));
  EXPECT_EQ(chain.tried().size(), 9U);
}

TEST_F(ChainTest, ASourceThatFailsEndsTheSearch) {
  credentials("[default]\naws_access_key_id = SHARED\n");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  CredentialsChain chain(world_, files(), {});
  const base::Error error = error_of([&] { chain.find({}); });
  EXPECT_EQ(chain.tried().back().source, "shared-credentials-file");
  EXPECT_EQ(chain.tried().back().result, error.message());
}

TEST_F(ChainTest, AProfileThatIsNowhereIsAnErrorAlsoBesideKeysInTheEnvironment) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  CredentialsChain chain(world_, files(), {.profile = {"nobody", false}});
  EXPECT_THAT(error_of([&] { chain.find({}); }).what(),
              AllOf(HasSubstr("no profile 'nobody'"), HasSubstr("there are none at all")));
}

TEST_F(ChainTest, AProfileThatIsNowhereIsAnErrorThatNamesThoseThatExist) {
  config("[default]\n[profile \"night shift\"]\n[profile prod]\n[services local]\n");
  credentials("[dev]\n[prod]\n");
  CredentialsChain chain(world_, files(), {.profile = {"nobody", false}});
  EXPECT_THAT(error_of([&] { chain.find({}); }).what(),
              HasSubstr("there are: default, dev, night shift, prod: name another one"));
}

TEST_F(ChainTest, ASectionWithoutTheWordProfileIsNamed) {
  config("[prod]\nregion = eu-west-1\n");
  CredentialsChain chain(world_, files(), {.profile = {.name = "prod", .is_explicit = true}});
  EXPECT_THAT(error_of([&] { chain.find({}); }).what(),
              HasSubstr("the section [prod] of '" + config_path() + "' must be [profile prod]"));
}

TEST_F(ChainTest, AnInstanceInTroubleIsWorthAnotherRun) {
  variables_.erase("AWS_EC2_METADATA_DISABLED");
  server_.answer = [](const test::SentRequest&) { return test::response(500); };
  CredentialsChain chain(world_, files(), {});
  EXPECT_EQ(error_of([&] { chain.find({}); }).kind(), ErrorKind::transient);
  server_.answer = {};
  EXPECT_EQ(error_of([&] { chain.find({}); }).kind(), ErrorKind::access_denied);
}

TEST_F(ChainTest, WhoWonLooksIntoTheFilesAgain) {
  credentials("[default]\naws_access_key_id = OLD\naws_secret_access_key = s\naws_session_token = one\n");
  CredentialsChain chain(world_, files(), {});
  EXPECT_EQ(chain.find({}).session_token, "one");
  credentials("[default]\naws_access_key_id = NEW\naws_secret_access_key = s\naws_session_token = two\n");
  EXPECT_EQ(found_by(chain.winner()).session_token, "two");
  EXPECT_EQ(chain.winner().name(), "shared-credentials-file");
  credentials("[default]\naws_access_key_id = HALF\n");
  EXPECT_THAT(failure_of(chain.winner()).what(), HasSubstr(credentials_path() + ":2"));
}

TEST(RenewalWindows, OfLongAndShortLives) {
  EXPECT_EQ(windows_of(minutes(60)).advisory, minutes(15));
  EXPECT_EQ(windows_of(minutes(60)).mandatory, minutes(10));
  EXPECT_EQ(windows_of(seconds(4)).advisory, seconds(2));
  EXPECT_EQ(windows_of(minutes(15)).advisory, seconds(450));
  for (const auto life : {seconds(4), seconds(60), seconds(900), seconds(901), seconds(3600)})
    EXPECT_LT(windows_of(life).mandatory, windows_of(life).advisory);
}

/// Gives what the test says, and counts.
class ScriptedSource final : public CredentialsSource {
 public:
  std::string_view name() const override { return "scripted"; }
  Finding find(const std::stop_token&) override {
    ++calls;
    if (during) during();
    if (error) throw *error;
    return next;
  }
  Finding next = Passed{"nothing scripted"};
  std::optional<base::Error> error;
  std::function<void()> during;
  int calls = 0;
};

/// Keeps the work until the test runs it.
class HeldBackground final : public Background {
 public:
  bool start(std::function<void()> work) override {
    held = std::move(work);
    ++started;
    return true;
  }
  void run() { std::exchange(held, {})(); }
  std::function<void()> held;
  int started = 0;
};

class RefreshTest : public test::WorldTest {
 protected:
  Credentials lasting(const std::string& id, std::chrono::milliseconds life) const {
    return {id, "hidden-s", "hidden-t", clock_.now() + life};
  }
  std::unique_ptr<RefreshingCredentials> hold(Credentials found) {
    return std::make_unique<RefreshingCredentials>(source_, std::move(found), clock_, *log_, background_,
                                                   std::stop_token());
  }
  static std::string id_of(RefreshingCredentials& credentials) { return credentials.get()->access_key_id; }

  ScriptedSource source_;
  HeldBackground background_;
};

TEST_F(RefreshTest, OneRenewalBesideTheRequestsWhileTheOldOnesAreUsed) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  EXPECT_EQ(id_of(*credentials), "OLD");
  clock_.move(minutes(44));
  id_of(*credentials);
  EXPECT_EQ(background_.started, 0);
  clock_.move(minutes(2));
  source_.next = lasting("NEW", minutes(60));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_EQ(background_.started, 1) << "a single flight";
  background_.run();
  EXPECT_EQ(id_of(*credentials), "NEW");
  EXPECT_EQ(source_.calls, 1);
  EXPECT_THAT(logged_.str(), Not(HasSubstr("hidden")));
}

TEST_F(RefreshTest, InTheLastTenMinutesTheRequestWaits) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  clock_.move(minutes(51));
  source_.next = lasting("NEW", minutes(60));
  EXPECT_EQ(id_of(*credentials), "NEW");
  EXPECT_EQ(background_.started, 0);
}

TEST_F(RefreshTest, AFailedRenewalWarnsOnceAndTheOldOnesAreUsedWhileTheyHold) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  source_.error = base::Error(ErrorKind::transient, "STS is asleep");
  clock_.move(minutes(46));
  EXPECT_EQ(id_of(*credentials), "OLD");
  background_.run();
  EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_EQ(background_.started, 1) << "not again at once";
  EXPECT_THAT(logged_.str(), HasSubstr("STS is asleep; the old ones are used until"));
  clock_.move(minutes(7));  // into the window in which requests wait
  EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_EQ(source_.calls, 2);
  const std::string log = logged_.str();
  EXPECT_EQ(log.find("[warning]"), log.rfind("[warning]")) << log;
  clock_.move(minutes(10));
  const base::Error error = error_of([&] { credentials->get(); });
  EXPECT_EQ(error.kind(), ErrorKind::transient);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("expired at"), HasSubstr("STS is asleep")));
  clock_.move(minutes(2));
  source_.error.reset();
  source_.next = lasting("NEW", minutes(60));
  EXPECT_EQ(id_of(*credentials), "NEW");
}

TEST_F(RefreshTest, ShortLivesAreRenewedAtHalfTime) {
  const auto credentials = hold(lasting("A", seconds(4)));
  clock_.move(std::chrono::milliseconds(1900));
  id_of(*credentials);
  EXPECT_EQ(background_.started, 0);
  clock_.move(std::chrono::milliseconds(200));
  source_.error = base::Error(ErrorKind::transient, "once");
  id_of(*credentials);
  background_.run();
  clock_.move(std::chrono::milliseconds(400));
  source_.error.reset();
  source_.next = lasting("B", seconds(4));
  id_of(*credentials);
  EXPECT_EQ(background_.started, 2) << "tried again soon";
  background_.run();
  EXPECT_EQ(id_of(*credentials), "B");
}

TEST_F(RefreshTest, WhatDoesNotExpireIsNeverRenewedUnlessTheStoreRefusesIt) {
  const auto credentials = hold({"OLD", "s", "t"});
  clock_.move(std::chrono::hours(1000));
  EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_EQ(source_.calls, 0);
  source_.next = Credentials{"NEW", "s", "t"};
  EXPECT_TRUE(credentials->replace(*credentials->get()));
  EXPECT_EQ(id_of(*credentials), "NEW");
}

TEST_F(RefreshTest, ARefusalThatAnotherRequestHasMendedCostsNothing) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  const auto refused = credentials->get();
  source_.next = lasting("NEW", minutes(60));
  EXPECT_TRUE(credentials->replace(*refused));
  EXPECT_TRUE(credentials->replace(*refused));
  EXPECT_EQ(source_.calls, 1);
  EXPECT_FALSE(credentials->replace(*credentials->get())) << "the same ones are no better";
}

TEST_F(RefreshTest, SourcesWithNothingNewSaySo) {
  const auto credentials = hold(lasting("OLD", minutes(20)));
  source_.next = *credentials->get();
  clock_.move(minutes(12));
  EXPECT_EQ(id_of(*credentials), "OLD");
  EXPECT_THAT(logged_.str(), HasSubstr("has the same ones still"));
  clock_.move(minutes(9));
  const base::Error error = error_of([&] { credentials->get(); });
  EXPECT_EQ(error.kind(), ErrorKind::access_denied);
  EXPECT_EQ(error.context().code, "ExpiredToken") << "the caller's trouble, not one object's";
}

TEST_F(RefreshTest, WhatEndsTheRunIsToldByKindAndCode) {
  for (const auto& [thrown, kind] :
       std::map<ErrorKind, ErrorKind>{{ErrorKind::transient, ErrorKind::transient},
                                      {ErrorKind::corrupt, ErrorKind::transient},
                                      {ErrorKind::cancelled, ErrorKind::cancelled},
                                      {ErrorKind::invalid_argument, ErrorKind::access_denied},
                                      {ErrorKind::access_denied, ErrorKind::access_denied}}) {
    const auto credentials = hold(lasting("OLD", minutes(60)));
    clock_.move(minutes(61));
    source_.error = base::Error(thrown, "no more");
    const base::Error error = error_of([&] { credentials->get(); });
    EXPECT_EQ(error.kind(), kind) << base::to_string(thrown);
    EXPECT_EQ(error.context().code, kind == ErrorKind::access_denied ? "ExpiredToken"
                                    : kind == ErrorKind::transient   ? kNotRenewed
                                                                     : "");
    EXPECT_THAT(error.what(), HasSubstr("could not be renewed: no more"));
  }
}

/// A source that is down is asked a few times in all, however many requests there are, and then given up.
TEST_F(RefreshTest, AllRequestsShareOneVerdictOnASourceThatIsDown) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  clock_.move(minutes(61));
  source_.error = base::Error(ErrorKind::transient, "http://127.0.0.1/creds answers 500");
  const base::Timestamp start = clock_.now();
  EXPECT_EQ(error_of([&] { credentials->get(); }).context().code, kNotRenewed);
  EXPECT_GE(clock_.now() - start, kPatience) << "a restart of the source is outlasted";
  EXPECT_LE(clock_.now() - start, kPatience + seconds(10));
  const int asked = source_.calls;
  EXPECT_LE(asked, 20);
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(error_of([&] { credentials->get(); }).what(), HasSubstr("127.0.0.1/creds answers 500"));
  EXPECT_LE(source_.calls, asked + 1);
  clock_.move(minutes(1));
  error_of([&] { credentials->get(); });
  EXPECT_LE(source_.calls, asked + 2) << "a look from time to time, without waiting";
  clock_.move(minutes(1));
  source_.error.reset();
  source_.next = lasting("NEW", minutes(60));
  EXPECT_EQ(id_of(*credentials), "NEW");
}

TEST_F(RefreshTest, ASourceThatComesBackIsWaitedFor) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  clock_.move(minutes(61));
  source_.error = base::Error(ErrorKind::transient, "down");
  source_.during = [this] {
    if (source_.calls < 4) return;
    source_.error.reset();
    source_.next = lasting("NEW", minutes(60));
  };
  EXPECT_EQ(id_of(*credentials), "NEW");
}

TEST_F(RefreshTest, WhoIsInAHurryDoesNotWait) {
  std::stop_source hurry;
  hurry.request_stop();
  RefreshingCredentials credentials(source_, lasting("OLD", minutes(60)), clock_, *log_, background_, {},
                                    hurry.get_token());
  clock_.move(minutes(61));
  source_.error = base::Error(ErrorKind::transient, "down");
  error_of([&] { credentials.get(); });
  EXPECT_EQ(source_.calls, 1);
  EXPECT_TRUE(clock_.slept().empty());
}

TEST_F(RefreshTest, WhatHasExpiredAlreadyIsNoRenewal) {
  const auto credentials = hold(lasting("OLD", minutes(60)));
  clock_.move(minutes(61));
  source_.next = lasting("PAST", minutes(-1));
  EXPECT_EQ(error_of([&] { credentials->get(); }).context().code, "ExpiredToken");
  EXPECT_EQ(source_.calls, 1);
}

TEST_F(RefreshTest, ManyThreadsGetWholeCredentialsAndStartFewRenewals) {
  BackgroundThread background;
  std::atomic<int> number = 0;
  source_.during = [&] { source_.next = lasting("K" + std::to_string(++number), minutes(60)); };
  auto credentials = std::make_unique<RefreshingCredentials>(source_, lasting("K0", minutes(60)), clock_,
                                                             *log_, background, std::stop_token());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        const auto got = credentials->get();
        if (turn % 50 == 0) clock_.move(minutes(10));
        EXPECT_EQ(got->session_token, "hidden-t");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  credentials.reset();  // ends a renewal that is under way
  EXPECT_LE(source_.calls, 32);
  EXPECT_GE(source_.calls, 1);
}

}  // namespace
}  // namespace s3c::aws
