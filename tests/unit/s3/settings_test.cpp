// Profile files, credentials and client settings, over an environment and files of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/error.h"
#include "s3/client_settings.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;
using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        testing::TempDir() + "s3c-settings-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ + "/.aws");
    variables_["HOME"] = folder_;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void config(const std::string& text) { std::ofstream(folder_ + "/.aws/config") << text; }
  void credentials(const std::string& text) { std::ofstream(folder_ + "/.aws/credentials") << text; }
  ClientSettings resolve(const SettingsOverrides& overrides = {}) {
    return resolve_client_settings(
        [this](const std::string& name) {
          const auto found = variables_.find(name);
          return found == variables_.end() ? std::nullopt : std::optional(found->second);
        },
        overrides);
  }
  Error failure(const SettingsOverrides& overrides = {}) {
    try {
      resolve(overrides);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorKind::internal, ""};
  }

  std::string folder_;
  std::map<std::string, std::string> variables_;
};

constexpr const char* kDefaultKeys = "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n";

TEST(ParseProfileFile, SectionsSettingsCommentsAndNesting) {
  const aws::ProfileFile file = aws::parse_profile_file(
      "# c\n; c\n\n[default]\r\nRegion=eu-west-1\r\n[profile   a b]\ns3 =\n  addressing_style = "
      "path\n\tx=1\nregion = = y \n",
      "f");
  EXPECT_EQ(file.at("default").at("region"), "eu-west-1");
  EXPECT_EQ(file.at("profile a b").at("s3.addressing_style"), "path");
  EXPECT_EQ(file.at("profile a b").at("s3.x"), "1");
  EXPECT_EQ(file.at("profile a b").at("region"), "= y");
}

TEST(ParseProfileFile, ABracketStartsASectionBehindAStrayCarriageReturnToo) {
  EXPECT_EQ(aws::parse_profile_file("\r[a]\r\nx = 1\r\n", "config"), (aws::ProfileFile{{"a", {{"x", "1"}}}}));
  EXPECT_THROW(aws::parse_profile_file("[a]\n\r[=\n", "config"), Error);
}

TEST(ParseProfileFile, ErrorsNameFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[default]\nnonsense\n", "f:2"}, {"[default\n", "f:1"}, {"\n\nregion = x\n", "f:3"}, {"[]\n", "f:1"},
      {"[a]\n  b = c\n", "f:2"},        {"[a]\n= c\n", "f:2"}};
  for (const auto& [text, where] : cases) {
    try {
      aws::parse_profile_file(text, "f");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_EQ(error.context().resource, where);
    }
  }
}

TEST_F(SettingsTest, EnvironmentWinsOverFiles) {
  credentials(kDefaultKeys);
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "e";
  variables_["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(resolve().credentials.access_key_id, "ENV");
  EXPECT_EQ(resolve().credentials.session_token, "t");
}

TEST_F(SettingsTest, AProfileAskedForByOptionWinsOverTheEnvironment) {
  credentials("[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n");
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "e";
  EXPECT_EQ(resolve({.profile = "work"}).credentials.access_key_id, "WORK");
  variables_["AWS_PROFILE"] = "work";  // by variable it doesn't: so does the AWS CLI
  EXPECT_EQ(resolve().credentials.access_key_id, "ENV");
}

TEST_F(SettingsTest, CredentialsFileBeforeConfigFile) {
  config("[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n");
  EXPECT_EQ(resolve().credentials.access_key_id, "CONFIG");
  credentials(kDefaultKeys);
  EXPECT_EQ(resolve().credentials.access_key_id, "FILE");
}

TEST_F(SettingsTest, FilesWhereTheVariablesSay) {
  std::ofstream(folder_ + "/c") << "[x]\naws_access_key_id = C\naws_secret_access_key = s\n";
  std::ofstream(folder_ + "/d") << "[profile x]\nregion = eu-north-1\n";
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = folder_ + "/c";
  variables_["AWS_CONFIG_FILE"] = "~/d";
  variables_["AWS_PROFILE"] = "x";
  EXPECT_EQ(resolve().credentials.access_key_id, "C");
  EXPECT_EQ(resolve().region, "eu-north-1");
}

TEST_F(SettingsTest, NoCredentialsSaysWhereWeLooked) {
  const Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::access_denied);
  EXPECT_THAT(error.message(), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(error.message(), HasSubstr(folder_ + "/.aws/credentials"));
  EXPECT_THAT(error.message(), HasSubstr(folder_ + "/.aws/config"));
}

TEST_F(SettingsTest, HalfAPairIsAnError) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
  variables_.erase("AWS_ACCESS_KEY_ID");
  credentials("[default]\naws_access_key_id = X\n");
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
}

TEST_F(SettingsTest, UnknownProfile) {
  credentials(kDefaultKeys);
  EXPECT_EQ(failure({.profile = "nobody"}).kind(), ErrorKind::invalid_argument);
  variables_["AWS_PROFILE"] = "nobody";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
}

TEST_F(SettingsTest, WaysThisBuildCannotAreNamedNotPassedOver) {
  credentials(kDefaultKeys);
  for (const char* line :
       {"role_arn = r", "sso_session = s", "sso_start_url = u", "web_identity_token_file = f"}) {
    config("[default]\n" + std::string(line) + "\n");
    const Error error = failure();
    EXPECT_EQ(error.kind(), ErrorKind::unsupported) << line;
    EXPECT_THAT(error.message(), HasSubstr(std::string(line).substr(0, 4)));
  }
  // A process comes after the credentials file in the chain, so its keys still count.
  config("[default]\ncredential_process = /bin/x\n");
  EXPECT_EQ(resolve().credentials.access_key_id, "FILE");
  credentials("");
  EXPECT_EQ(failure().kind(), ErrorKind::unsupported);
  config("");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://x";
  EXPECT_EQ(failure().kind(), ErrorKind::unsupported);
}

TEST_F(SettingsTest, RegionPrecedence) {
  credentials(kDefaultKeys);
  EXPECT_EQ(resolve().region, "us-east-1");
  config("[default]\nregion = r-profile\n");
  EXPECT_EQ(resolve().region, "r-profile");
  variables_["AWS_DEFAULT_REGION"] = "r-default";
  EXPECT_EQ(resolve().region, "r-default");
  variables_["AWS_REGION"] = "r-env";
  EXPECT_EQ(resolve().region, "r-env");
  EXPECT_EQ(resolve({.region = "r-option"}).region, "r-option");
}

TEST_F(SettingsTest, EndpointPrecedence) {
  credentials(kDefaultKeys);
  EXPECT_EQ(resolve().endpoint.url, "");
  config("[default]\nendpoint_url = http://profile\n");
  EXPECT_EQ(resolve().endpoint.url, "http://profile");
  config(
      "[default]\nendpoint_url = http://profile\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = "
      "http://services\n");
  EXPECT_EQ(resolve().endpoint.url, "http://services");
  variables_["AWS_ENDPOINT_URL"] = "http://env";
  EXPECT_EQ(resolve().endpoint.url, "http://env");
  variables_["AWS_ENDPOINT_URL_S3"] = "http://env-s3";
  EXPECT_EQ(resolve().endpoint.url, "http://env-s3");
  EXPECT_EQ(resolve({.endpoint_url = "http://option"}).endpoint.url, "http://option");
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(resolve().endpoint.url, "");
}

TEST_F(SettingsTest, TheRest) {
  credentials(kDefaultKeys);
  config(
      "[default]\nmax_attempts = 7\nca_bundle = /ca\nuse_dualstack_endpoint = True\ns3 =\n  addressing_style "
      "= path\n");
  const ClientSettings settings = resolve();
  EXPECT_EQ(settings.max_attempts, 7);
  EXPECT_EQ(settings.ca_bundle, "/ca");
  EXPECT_TRUE(settings.endpoint.dual_stack);
  EXPECT_FALSE(settings.endpoint.fips);
  EXPECT_EQ(settings.endpoint.addressing, aws::Addressing::path);
  variables_["AWS_MAX_ATTEMPTS"] = "0";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
  variables_["AWS_MAX_ATTEMPTS"] = "3";
  EXPECT_EQ(resolve().max_attempts, 3);
  variables_["AWS_USE_FIPS_ENDPOINT"] = "maybe";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace s3c::s3
