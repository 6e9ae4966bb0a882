// Profile files, credentials and client settings, over an environment and files of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "aws/credentials_chain.h"
#include "base/error.h"
#include "s3/client_settings.h"
#include "tests/unit/aws/world_fixture.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;
using testing::HasSubstr;

class SettingsTest : public aws::test::WorldTest {
 protected:
  SettingsTest() {
    variables_["AWS_EC2_METADATA_DISABLED"] = "true";
    variables_["BOTO_CONFIG"] = "/nonexistent";
  }

  ClientSettings resolve(const SettingsOverrides& overrides = {}) const {
    return resolve_client_settings(world_.environment, overrides);
  }
  /// The credentials that the settings lead to.
  aws::Credentials signer(const SettingsOverrides& overrides = {}) const {
    const ClientSettings settings = resolve(overrides);
    return aws::CredentialsChain(world_, settings.files, {.profile = settings.profile}).find({});
  }
  Error failure(const SettingsOverrides& overrides = {}) const {
    return error_of([&] { signer(overrides); });
  }
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
  EXPECT_EQ(aws::parse_profile_file("[a]\nx: y=z\nu = v:w\n", "f"),
            (aws::ProfileFile{{"a", {{"x", "y=z"}, {"u", "v:w"}}}}));
}

TEST(ParseProfileFile, ABracketStartsASectionBehindAStrayCarriageReturnToo) {
  EXPECT_EQ(aws::parse_profile_file("\r[a]\r\nx = 1\r\n", "config"), (aws::ProfileFile{{"a", {{"x", "1"}}}}));
  EXPECT_THROW(aws::parse_profile_file("[a]\n\r[=\n", "config"), Error);
}

/// As Python's RawConfigParser: only what is deeper than the setting above it belongs to that.
TEST(ParseProfileFile, AWholeSectionMayBeIndented) {
  using File = aws::ProfileFile;
  const auto parse = [](std::string_view text) { return aws::parse_profile_file(text, "f"); };
  const File two{{"a", {{"x", "1"}, {"y", "2"}}}};
  for (const char* text :
       {"[a]\n  x = 1\n  y = 2\n", "[a]\n\tx = 1\n\ty = 2\n", "  [a]\nx = 1\ny = 2\n",
        "  [a]\n  x = 1\n  y = 2\n", "[a]\n   x = 1\n # c\n\n  y = 2\n", "[a]\r   x = 1\ry = 2"})
    EXPECT_EQ(parse(text), two) << text;
  EXPECT_EQ(parse("[a]\n  s3 =\n    x = 1\n  y = 2\n"),
            (File{{"a", {{"s3", ""}, {"s3.x", "1"}, {"y", "2"}}}}));
  EXPECT_EQ(parse("[a]\nx = 1\n  y = 2\n  [b]\n"), (File{{"a", {{"x", "1\ny = 2\n[b]"}}}}));
  EXPECT_EQ(parse("[a]\nx = 1\n  [b]\n[b]\n  x = 2\n"),
            (File{{"a", {{"x", "1\n[b]"}}}, {"b", {{"x", "2"}}}}));
}

TEST(ParseProfileFile, DefaultInCapitalsIsForAllSections) {
  EXPECT_EQ(aws::parse_profile_file("[a]\nx = 1\ns3 =\n  p = q\n[DEFAULT]\nx = 2\ns3 =\n  u = v\n[b]\n", "f"),
            (aws::ProfileFile{{"a", {{"x", "1"}, {"s3", ""}, {"s3.p", "q"}}},
                              {"b", {{"x", "2"}, {"s3", ""}, {"s3.u", "v"}}}}));
}

TEST(ParseProfileFile, ErrorsNameFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[default]\nnonsense\n", "f:2"}, {"[default\n", "f:1"},
      {"\n\nregion = x\n", "f:3"},      {"[]\n", "f:1"},
      {"[a]\nb =\n  c\n", "f:3"},       {"[a]\nb = c\nB: d\n", "f:3"},
      {"[a]\n[b]\n[a]\n", "f:3"},       {"[a]\n= c\n", "f:2"}};
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
  EXPECT_EQ(signer().access_key_id, "ENV");
  EXPECT_EQ(signer().session_token, "t");
}

TEST_F(SettingsTest, AProfileAskedForByOptionWinsOverTheEnvironment) {
  credentials("[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n");
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "e";
  EXPECT_EQ(signer({.profile = "work"}).access_key_id, "WORK");
  variables_["AWS_PROFILE"] = "work";  // by variable it doesn't: so does the AWS CLI
  EXPECT_EQ(signer().access_key_id, "ENV");
}

TEST_F(SettingsTest, CredentialsFileBeforeConfigFile) {
  config("[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n");
  EXPECT_EQ(signer().access_key_id, "CONFIG");
  credentials(kDefaultKeys);
  EXPECT_EQ(signer().access_key_id, "FILE");
}

TEST_F(SettingsTest, FilesWhereTheVariablesSay) {
  std::ofstream(folder_ + "/c") << "[x]\naws_access_key_id = C\naws_secret_access_key = s\n";
  std::ofstream(folder_ + "/d") << "[profile x]\nregion = eu-north-1\n";
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = folder_ + "/c";
  variables_["AWS_CONFIG_FILE"] = "~/d";
  variables_["AWS_PROFILE"] = "x";
  EXPECT_EQ(signer().access_key_id, "C");
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

TEST_F(SettingsTest, WaysThatAreAskedForAndFailAreNamedNotPassedOver) {
  credentials(kDefaultKeys);
  for (const char* line : {"role_arn = r", "sso_role_name = s", "web_identity_token_file = f"}) {
    config("[default]\n" + std::string(line) + "\n");
    const Error error = failure();
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << line;
    EXPECT_THAT(error.message(), HasSubstr(std::string(line).substr(0, 3)));
  }
  // A process comes after the credentials file in the chain, so its keys still count.
  config("[default]\ncredential_process = /bin/x\n");
  EXPECT_EQ(signer().access_key_id, "FILE");
  config("[default]\nlogin_session = x\n");
  EXPECT_EQ(signer().access_key_id, "FILE");
  credentials("");
  EXPECT_EQ(failure().kind(), ErrorKind::unsupported);
  config("[default]\ncredential_process = /bin/x\n");
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
  config("");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://x";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
}

TEST_F(SettingsTest, EachSettingSaysWhereItComesFrom) {
  config("[profile p]\nregion = eu-west-3\nendpoint_url = http://e\n");
  ClientSettings settings = resolve({.profile = "p"});
  EXPECT_EQ(settings.profile.place, "");
  EXPECT_EQ(settings.places.region, config_path() + ":2");
  EXPECT_EQ(settings.places.endpoint, config_path() + ":3");
  variables_["AWS_DEFAULT_PROFILE"] = "p";
  variables_["AWS_REGION"] = "x";
  variables_["AWS_ENDPOINT_URL"] = "http://v";
  settings = resolve();
  EXPECT_EQ(settings.profile.name, "p");
  EXPECT_FALSE(settings.profile.is_explicit);
  EXPECT_EQ(settings.profile.place, "AWS_DEFAULT_PROFILE");
  EXPECT_EQ(settings.places.region, "AWS_REGION");
  EXPECT_EQ(settings.places.endpoint, "AWS_ENDPOINT_URL");
}

TEST_F(SettingsTest, TheCredentialsFilesSettingsWinOverTheConfigFiles) {
  config("[default]\nregion = config\n");
  credentials("[default]\nregion = shared\n");
  EXPECT_EQ(resolve().region, "shared");
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
  EXPECT_TRUE(settings.endpoint.use_arn_region);
  config("[default]\ns3 =\n  use_arn_region = false\n  use_dualstack_endpoint = true\n");
  EXPECT_FALSE(resolve().endpoint.use_arn_region);
  EXPECT_TRUE(resolve().endpoint.dual_stack);
  variables_["AWS_S3_USE_ARN_REGION"] = "true";
  EXPECT_TRUE(resolve().endpoint.use_arn_region);
  variables_["AWS_MAX_ATTEMPTS"] = "0";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
  variables_["AWS_MAX_ATTEMPTS"] = "3";
  EXPECT_EQ(resolve().max_attempts, 3);
  variables_["AWS_USE_FIPS_ENDPOINT"] = "maybe";
  EXPECT_EQ(failure().kind(), ErrorKind::invalid_argument);
}

/// Of each value that can't be right, the message names the variable, the flag, or the line.
TEST_F(SettingsTest, WhatCannotBeRightNamesItsPlace) {
  credentials(kDefaultKeys);
  config("[default]\nregion = us east\nmax_attempts = many\nuse_fips_endpoint = ja\n");
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"AWS_REGION", "us east", "'us east' (AWS_REGION)"},
      {"AWS_MAX_ATTEMPTS", "many", "'many' (AWS_MAX_ATTEMPTS)"},
      {"AWS_USE_FIPS_ENDPOINT", "ja", "'ja' (AWS_USE_FIPS_ENDPOINT)"}};
  for (const auto& [variable, value, told] : cases) {
    variables_ = {{"HOME", folder_},
                  {"AWS_REGION", "eu-west-1"},
                  {"AWS_MAX_ATTEMPTS", "3"},
                  {"AWS_USE_FIPS_ENDPOINT", "false"}};
    variables_[variable] = value;
    EXPECT_THAT(failure().what(), ::testing::HasSubstr(told));
    variables_[variable] = "";
    EXPECT_THAT(failure().what(), ::testing::HasSubstr("'" + value + "' (" + config_path() + ":"));
  }
  EXPECT_THAT(failure({.region = "us west", .region_place = "--region"}).what(),
              ::testing::HasSubstr("'us west' (--region)"));
  variables_ = {{"HOME", folder_},
                {"AWS_REGION", "eu-west-1"},
                {"AWS_MAX_ATTEMPTS", "3"},
                {"AWS_USE_FIPS_ENDPOINT", "false"}};
  EXPECT_EQ(resolve({.endpoint_url = "x", .endpoint_place = "--endpoint-url"}).endpoint.place,
            "--endpoint-url");
  variables_["AWS_ENDPOINT_URL"] = "http://x";
  EXPECT_EQ(resolve({}).endpoint.place, "AWS_ENDPOINT_URL");
}

}  // namespace
}  // namespace s3c::s3
