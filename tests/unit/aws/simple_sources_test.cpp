// The sources that need no network: environment, files, programs; and the words of credential_process.
#include <gmock/gmock.h>

#include <stop_token>
#include <thread>

#include "aws/command_words.h"
#include "aws/environment_source.h"
#include "aws/expiry.h"
#include "aws/file_sources.h"
#include "aws/process_runner.h"
#include "aws/process_source.h"
#include "aws/unsupported_sources.h"
#include "tests/unit/aws/world_fixture.h"

namespace s3c::aws {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SimpleSources : public test::WorldTest {};

TEST_F(SimpleSources, EnvironmentKeysWithTheOlderNameOfTheTokenFirst) {
  EnvironmentSource source(world_.environment);
  EXPECT_EQ(why_passed(source), "AWS_ACCESS_KEY_ID is not set");
  variables_["AWS_ACCESS_KEY_ID"] = "AK";
  variables_["AWS_SECRET_ACCESS_KEY"] = "SK";
  variables_["AWS_SESSION_TOKEN"] = "newer";
  EXPECT_EQ(found_by(source).session_token, "newer");
  EXPECT_EQ(found_by(source).expires_at, std::nullopt);
  variables_["AWS_SECURITY_TOKEN"] = "older";
  EXPECT_EQ(found_by(source).session_token, "older");
  variables_["AWS_CREDENTIAL_EXPIRATION"] = "2026-08-01T02:00:00+01:00";
  EXPECT_EQ(found_by(source).expires_at, base::parse_iso8601("2026-08-01T01:00:00Z"));
  variables_["AWS_CREDENTIAL_EXPIRATION"] = "soon";
  EXPECT_EQ(failure_of(source).kind(), ErrorKind::invalid_argument);
}

TEST_F(SimpleSources, HalfAPairInTheEnvironmentNamesBothVariables) {
  EnvironmentSource source(world_.environment);
  variables_["AWS_SECRET_ACCESS_KEY"] = "SK-of-the-test";
  EXPECT_THAT(failure_of(source).what(),
              testing::AllOf(HasSubstr("AWS_ACCESS_KEY_ID is not"), Not(HasSubstr("SK-of-the-test"))));
}

TEST_F(SimpleSources, WhatNoHeaderCarriesIsRefusedWithoutBeingShown) {
  EnvironmentSource source(world_.environment);
  variables_["AWS_ACCESS_KEY_ID"] = "AK";
  variables_["AWS_SECRET_ACCESS_KEY"] = "SK";
  variables_["AWS_SESSION_TOKEN"] = "hidden-token\n";
  const base::Error error = failure_of(source);
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("AWS_SESSION_TOKEN from the environment"),
                                           HasSubstr("set it anew"), Not(HasSubstr("hidden-token"))));
}

TEST_F(SimpleSources, FilesNameProfileFileAndLine) {
  credentials("[work]\n\naws_access_key_id = ONLY\n");
  config("[profile work]\naws_secret_access_key = hidden-secret\n");
  const base::Error shared = failure_of(*make_shared_file_source(files(), "work"));
  EXPECT_THAT(shared.what(), testing::AllOf(HasSubstr("'work'"), HasSubstr(credentials_path() + ":3"),
                                            HasSubstr("no aws_secret_access_key")));
  const base::Error in_config = failure_of(*make_config_file_source(files(), "work"));
  EXPECT_THAT(in_config.what(),
              testing::AllOf(HasSubstr(config_path() + ":2"), Not(HasSubstr("hidden-secret"))));
  EXPECT_THAT(why_passed(*make_config_file_source(files(), "other")), HasSubstr("no profile 'other'"));
}

TEST_F(SimpleSources, AKeyWithADeeperLineBelowItSaysSo) {
  credentials("[default]\naws_access_key_id = AK\n aws_secret_access_key = hidden-secret\n");
  EXPECT_THAT(failure_of(*make_shared_file_source(files(), "default")).what(),
              testing::AllOf(HasSubstr("below " + credentials_path() + ":2 is indented deeper"),
                             Not(HasSubstr("hidden-secret"))));
}

TEST_F(SimpleSources, ProfileNamesMayBeQuoted) {
  config("[profile \"night shift\"]\naws_access_key_id = AK\naws_secret_access_key = SK\n");
  EXPECT_EQ(found_by(*make_config_file_source(files(), "night shift")).access_key_id, "AK");
}

TEST(CommandWords, AsAShellWouldSplitThemAndNoMore) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"a b  c", {"a", "b", "c"}},
      {"  a\tb\n", {"a", "b"}},
      {R"("/opt/my tool" --x "a \"b\" \\ \n $HOME")", {"/opt/my tool", "--x", R"(a "b" \ \n $HOME)"}},
      {R"('a \ "b"' c\ d e\\f)", {R"(a \ "b")", "c d", R"(e\f)"}},
      {R"(a"b"'c'd)", {"abcd"}},
      {R"('' "")", {"", ""}},
      {"a # b ; c | d *", {"a", "#", "b", ";", "c", "|", "d", "*"}},
      {"", {}},
  };
  for (const auto& [text, words] : cases) EXPECT_EQ(command_words(text), words) << text;
  for (const char* text : {"a 'b", "a \"b", "a\\"}) EXPECT_THROW(command_words(text), base::Error) << text;
}

TEST(ParseExpiry, InTheFormsThatProgramsWrite) {
  const auto expected = base::parse_iso8601("2026-08-01T12:00:00Z");
  for (const char* text : {"2026-08-01T12:00:00Z", "2026-08-01T12:00:00UTC", "2026-08-01 12:00:00 UTC",
                           "2026-08-01T14:00:00+02:00", "2026-08-01T06:30:00-0530", "2026-08-01T12:00:00",
                           "2026-08-01T12:00:00.000Z", "2026-08-01T12:00:00.000+00:00"})
    EXPECT_EQ(parse_expiry(text), expected) << text;
  for (const char* text : {"", "soon", "2026-08-01", "2026-08-01T12:00:00+", "2026-08-01T12:00:00+1:0",
                           "2026-13-01T12:00:00Z", "1767268800"})
    EXPECT_EQ(parse_expiry(text), std::nullopt) << text;
}

class ProcessSourceTest : public test::WorldTest {
 protected:
  ProcessSource source() {
    config("[default]\nregion = x\ncredential_process = tool --for 'the job'\n");
    return {world_, files(), "default"};
  }
  void prints(const std::string& text, int exit_code = 0, const std::string& errors = "") {
    programs_.program = [=](const auto&) { return ProcessResult{exit_code, text, errors}; };
  }
};

TEST_F(ProcessSourceTest, TakesWhatTheProgramPrints) {
  prints(R"({"Version": 1, "AccessKeyId": "AK", "SecretAccessKey": "SK", "SessionToken": "T",
             "Expiration": "2026-08-01T01:00:00Z", "Other": []})");
  ProcessSource process = source();
  const Credentials found = found_by(process);
  EXPECT_EQ(found.access_key_id, "AK");
  EXPECT_EQ(found.session_token, "T");
  EXPECT_EQ(found.expires_at, base::parse_iso8601("2026-08-01T01:00:00Z"));
  EXPECT_THAT(programs_.runs, ElementsAre(ElementsAre("tool", "--for", "the job")));
}

TEST_F(ProcessSourceTest, WhatIsWrongWithItsOutputIsToldAndNotShown) {
  const std::vector<std::tuple<std::string, std::string, ErrorKind>> cases = {
      {"hidden-secret", "is no JSON object", ErrorKind::corrupt},
      {R"(["hidden-secret"])", "is no JSON object", ErrorKind::corrupt},
      {R"({"AccessKeyId": "hidden-secret"})", "has no Version", ErrorKind::corrupt},
      {R"({"Version": 2, "AccessKeyId": "hidden-secret"})", "Version that isn't 1", ErrorKind::corrupt},
      {R"({"Version": 1, "AccessKeyId": "AK"})", "has no SecretAccessKey", ErrorKind::corrupt},
      {R"({"Version": 1, "SecretAccessKey": "hidden-secret"})", "has no AccessKeyId", ErrorKind::corrupt},
      {R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hidden-secret", "Expiration": "x"})",
       "no time", ErrorKind::corrupt},
      {R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hidden-secret\n"})", "line break",
       ErrorKind::invalid_argument},
  };
  for (const auto& [output, what, kind] : cases) {
    prints(output);
    ProcessSource process = source();
    const base::Error error = failure_of(process);
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(what), HasSubstr(config_path() + ":3"),
                                             Not(HasSubstr("hidden-secret"))));
    EXPECT_EQ(error.kind(), kind) << output;
  }
}

TEST_F(ProcessSourceTest, AFailureShowsTheProgramsLastWordAndNothingOfItsOutput) {
  prints("hidden-secret", 3, "Traceback:\nplease log in first\n\n");
  ProcessSource process = source();
  const base::Error error = failure_of(process);
  EXPECT_EQ(error.kind(), ErrorKind::access_denied);
  EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("'default'"),
                                           HasSubstr("exit code 3: please log in first; run it by itself"),
                                           Not(HasSubstr("hidden-secret")), Not(HasSubstr("Traceback"))));
}

TEST_F(ProcessSourceTest, NoProgramNoWordsAndOpenQuotesNameTheLine) {
  ProcessSource process = source();
  EXPECT_THAT(failure_of(process).what(), testing::AllOf(HasSubstr("can't be started"), HasSubstr(":3")));
  config("[default]\ncredential_process = tool 'open\n");
  ProcessSource open(world_, files(), "default");
  EXPECT_THAT(failure_of(open).what(), testing::AllOf(HasSubstr("quote"), HasSubstr(":2")));
}

TEST(SystemProcessRunner, RunsWithoutAShellAndTellsHowItEnded) {
  SystemProcessRunner runner;
  EXPECT_EQ(runner.run({"printf", "%s|", "$HOME", "a b"}, {}).output, "$HOME|a b|");
  const ProcessResult failed = runner.run({"sh", "-c", "echo out; echo wrong >&2; exit 7"}, {});
  EXPECT_EQ(failed.exit_code, 7);
  EXPECT_EQ(failed.output, "out\n");
  EXPECT_EQ(failed.errors, "wrong\n");
  EXPECT_EQ(runner.run({"sh", "-c", "kill -TERM $$"}, {}).exit_code, 128 + SIGTERM);
  EXPECT_EQ(runner.run({"cat"}, {}).output, "") << "standard input is empty";
  EXPECT_THROW(runner.run({"/nonexistent/tool"}, {}), base::Error);
  EXPECT_THROW(runner.run({"sh", "-c", "yes | head -c 1000000"}, {}), base::Error);
}

TEST(SystemProcessRunner, DoesNotWaitForAProgramThatWasLeftBehind) {
  SystemProcessRunner runner;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(runner.run({"sh", "-c", "sleep 5 & echo done"}, {}).output, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(SystemProcessRunner, AStopEndsTheProgram) {
  SystemProcessRunner runner;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(runner.run({"sleep", "60"}, stop.get_token()), base::Error);
}

TEST(SystemProcessRunner, AStopEndsWhatTheProgramStartedToo) {
  SystemProcessRunner runner(SystemProcessRunner::Where::alone);
  std::string path = (std::filesystem::temp_directory_path() / "s3c-pids-XXXXXX").string();
  ASSERT_GE(::mkstemp(path.data()), 0);
  std::stop_source stop;
  const std::jthread stopper([&] {
    for (int i = 0; i < 2000 && std::filesystem::file_size(path) == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop.request_stop();
  });
  EXPECT_THROW(runner.run({"sh", "-c", "trap : INT TERM; sleep 60 & echo $! > " + path + "; wait; sleep 60"},
                          stop.get_token()),
               base::Error);
  pid_t grandchild = 0;
  std::ifstream(path) >> grandchild;
  ASSERT_GT(grandchild, 0);
  // Dead, or a zombie that nobody has collected yet.
  const auto runs = [&] {
    std::string text;
    std::ifstream status("/proc/" + std::to_string(grandchild) + "/stat");
    std::getline(status, text);
    return !text.empty() && text.find(") Z") == std::string::npos && text.find(") X") == std::string::npos;
  };
  for (int i = 0; i < 400 && runs(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(runs());
  std::filesystem::remove(path);
}

TEST_F(SimpleSources, WaysThatWeDontTakeAreRefusedWithAWayOut) {
  config("[default]\nregion = x\nlogin_session = arn:x\n");
  const base::Error login = failure_of(*make_login_refusal(files(), "default"));
  EXPECT_EQ(login.kind(), ErrorKind::unsupported);
  EXPECT_THAT(login.what(), testing::AllOf(HasSubstr("'default'"), HasSubstr(config_path() + ":3"),
                                           HasSubstr("export-credentials")));
  variables_["BOTO_CONFIG"] = folder_ + "/none";
  EXPECT_EQ(why_passed(*make_old_files_refusal(world_.environment)), "");
  variables_["BOTO_CONFIG"] =
      write("/boto", "[Boto]\naws_access_key_id = X\n[Credentials]\nAWS_ACCESS_KEY_ID = X\n");
  EXPECT_THAT(failure_of(*make_old_files_refusal(world_.environment)).what(), HasSubstr(folder_ + "/boto:4"));
  variables_["AWS_CREDENTIAL_FILE"] = "/x";
  EXPECT_THAT(failure_of(*make_old_files_refusal(world_.environment)).what(),
              HasSubstr("AWS_CREDENTIAL_FILE"));
}

}  // namespace
}  // namespace s3c::aws
