#include "cli/wiring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/error.h"
#include "s3/object_store.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Variables = std::map<std::string, std::string>;

/// An environment whose AWS files are made up; nothing of the machine's own shows through.
class Wiring : public ::testing::Test {
 protected:
  Wiring() {
    std::string name = (std::filesystem::temp_directory_path() / "s3c-wiring-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::ofstream(folder_ / "config")
        << "[default]\nregion = eu-central-1\n"
           "[profile ops]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:1\n"
           "ca_bundle = ops.pem\ns3 =\n  addressing_style = virtual\n";
    std::ofstream(folder_ / "credentials")
        << "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret-of-the-test\n"
           "[ops]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret-of-the-test\n";
  }
  ~Wiring() override { std::filesystem::remove_all(folder_); }

  Environment environment(Variables variables) const {
    variables.emplace("AWS_CONFIG_FILE", (folder_ / "config").string());
    variables.emplace("AWS_SHARED_CREDENTIALS_FILE", (folder_ / "credentials").string());
    return Environment(std::move(variables));
  }

  /// What -v says about the connection that is made.
  std::string connection(const ConnectionOptions& options, const Variables& variables = {}) const {
    std::ostringstream log;
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log);
    base::SystemClock clock;
    const StoreConnection made(options, environment(variables), clock,
                               std::make_shared<base::Logger>("test", sink));
    EXPECT_EQ(made.requests().total(), 0U);
    EXPECT_THAT(log.str(), Not(HasSubstr("secret-of-the-test")));
    return log.str();
  }

  std::filesystem::path folder_;
};

TEST_F(Wiring, WithoutOptionsTheAwsSettingsHold) {
  EXPECT_THAT(connection({}), HasSubstr("store AWS, region eu-central-1, profile default, addressing auto"));
  EXPECT_THAT(
      connection({}, {{"AWS_PROFILE", "ops"}, {"AWS_MAX_ATTEMPTS", "5"}}),
      HasSubstr("store http://127.0.0.1:1, region eu-north-1, profile ops, addressing virtual, CA bundle "
                "ops.pem, 5 attempts"));
}

TEST_F(Wiring, OptionsBeatTheAwsSettings) {
  const ConnectionOptions options{"http://127.0.0.1:4", "ap-south-1", "ops", "flag.pem", Addressing::path, 6};
  EXPECT_THAT(
      connection(options, {{"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3"},
                           {"AWS_REGION", "us-west-2"},
                           {"AWS_PROFILE", "default"},
                           {"AWS_CA_BUNDLE", "env.pem"},
                           {"AWS_MAX_ATTEMPTS", "5"}}),
      HasSubstr("store http://127.0.0.1:4, region ap-south-1, profile ops, addressing path, CA bundle "
                "flag.pem, 6 attempts"));
}

base::ErrorKind refusal_kind(const std::function<void()>& connect) {
  try {
    connect();
  } catch (const base::Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "was accepted";
  return base::ErrorKind::internal;
}

TEST_F(Wiring, WhatCannotWorkIsRefusedBeforeAnyRequest) {
  using base::ErrorKind;
  EXPECT_EQ(refusal_kind([&] { connection({.endpoint_url = "127.0.0.1:9000"}); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(refusal_kind([&] { connection({.profile = "nobody"}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal_kind([&] {
              connection({}, {{"AWS_MAX_ATTEMPTS", "many"}});
            }),
            ErrorKind::invalid_argument);
  std::filesystem::remove(folder_ / "credentials");
  EXPECT_EQ(refusal_kind([&] { connection({}); }), ErrorKind::access_denied);
}

TEST_F(Wiring, WithoutLeaveToWriteEveryChangeIsRefusedBeforeAnyRequest) {
  base::SystemClock clock;
  const auto connect = [&](StoreAccess access) {
    // A closed port: what isn't refused fails otherwise.
    return StoreConnection({.endpoint_url = "http://127.0.0.1:1", .max_attempts = 1, .access = access},
                           environment({}), clock, base::make_null_logger());
  };
  using base::ErrorKind;
  StoreConnection reading = connect(StoreAccess::read_only);
  s3::ObjectStore& store = reading.store();
  EXPECT_EQ(refusal_kind([&] { store.put_object({.bucket = "b", .key = "k"}, "x"); }), ErrorKind::internal);
  EXPECT_EQ(
      refusal_kind([&] { store.delete_objects("b", {{.key = "k"}}, s3::ObjectStore::Resend::forbidden); }),
      ErrorKind::internal);
  EXPECT_EQ(reading.requests().total(), 0U);
  EXPECT_EQ(ConnectionOptions().access, StoreAccess::read_only) << "forgotten, it can't write";

  StoreConnection writing = connect(StoreAccess::read_write);
  EXPECT_EQ(refusal_kind([&] { writing.store().put_object({.bucket = "b", .key = "k"}, "x"); }),
            ErrorKind::transient);
  EXPECT_EQ(writing.requests().total(), 1U);
}

}  // namespace
}  // namespace s3c::cli
