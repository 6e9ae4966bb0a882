#include "cli/wiring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stop_token>
#include <utility>

#include "base/error.h"
#include "s3/object_store.h"
#include "tests/unit/cli/request.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Variables;

/// A certificate of nobody's; only that it can be read matters.
constexpr const char* kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdTCCARugAwIBAgIUHTYn/ob4hPRD3bP/4U8g+wg3ArcwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjgyMDQxMDNaGA8yMTI2MTEwNDIwNDEw\n"
    "M1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIqI\n"
    "fmiyOg+P3aLC/cCM8NkkVHgtkUmZpFwFTQRytuwzQR2VezY27Qy8lXuJuuiUmu+5\n"
    "iUd+bcHeVbPBEkVLTPKjUzBRMB0GA1UdDgQWBBRtIinPwE5JeD/TFvBt3YScSnsp\n"
    "azAfBgNVHSMEGDAWgBRtIinPwE5JeD/TFvBt3YScSnspazAPBgNVHRMBAf8EBTAD\n"
    "AQH/MAoGCCqGSM49BAMCA0gAMEUCIGCFPlXOBvEA3QEUoJDyw9F0vWmmdlvs/ixS\n"
    "I/8W+ShYAiEA3T6LTaFMOfmWDPxsISa/j4tkpG8vADZuSu6strGf9Tg=\n"
    "-----END CERTIFICATE-----\n";

/// An environment whose AWS files are made up; nothing of the machine's own shows through.
class Wiring : public ::testing::Test {
 protected:
  Wiring() {
    std::string name = (std::filesystem::temp_directory_path() / "s3c-wiring-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::ofstream(folder_ / "config")
        << "[default]\nregion = eu-central-1\n"
           "[profile ops]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:1\n"
           "ca_bundle = "
        << bundle("ops.pem") << "\ns3 =\n  addressing_style = virtual\n";
    std::ofstream(folder_ / "credentials")
        << "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret-of-the-test\n"
           "[ops]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret-of-the-test\n";
  }
  ~Wiring() override { std::filesystem::remove_all(folder_); }

  /// The path of a bundle of that name, which can be read.
  std::string bundle(const std::string& name) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << kCertificate;
    return path.string();
  }

  Environment environment(Variables variables) const {
    variables.emplace("AWS_CONFIG_FILE", (folder_ / "config").string());
    variables.emplace("AWS_EC2_METADATA_DISABLED", "true");
    variables.emplace("BOTO_CONFIG", "/nonexistent");
    variables.emplace("AWS_SHARED_CREDENTIALS_FILE", (folder_ / "credentials").string());
    return Environment(std::move(variables));
  }

  /// What -v says about the connection that is made.
  std::string connection(const StoreOptions& store, const Variables& variables = {},
                         const ConnectionOptions& options = {}) const {
    std::ostringstream log;
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log);
    base::SystemClock clock;
    const Environment with = environment(variables);
    const StoreConnection made(store, options, with, clock, std::make_shared<base::Logger>("test", sink),
                               OnInterrupt{});
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
      HasSubstr("store http://127.0.0.1:1, region eu-north-1, profile ops, addressing virtual, CA bundle " +
                (folder_ / "ops.pem").string() + ", 5 attempts"));
}

TEST_F(Wiring, OptionsBeatTheAwsSettings) {
  const StoreOptions store{.endpoint_url = "http://127.0.0.1:4", .region = "ap-south-1", .profile = "ops"};
  const ConnectionOptions options{
      .ca_bundle = bundle("flag.pem"), .addressing = Addressing::path, .max_attempts = 6};
  EXPECT_THAT(
      connection(store,
                 {{"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3"},
                  {"AWS_REGION", "us-west-2"},
                  {"AWS_PROFILE", "default"},
                  {"AWS_CA_BUNDLE", bundle("env.pem")},
                  {"AWS_MAX_ATTEMPTS", "5"}},
                 options),
      HasSubstr("store http://127.0.0.1:4, region ap-south-1, profile ops, addressing path, CA bundle " +
                (folder_ / "flag.pem").string() + ", 6 attempts"));
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
  EXPECT_EQ(refusal_kind([&] { connection({}, {}, {.ca_bundle = "absent.pem"}); }),
            ErrorKind::invalid_argument);
  std::filesystem::remove(folder_ / "credentials");
  EXPECT_EQ(refusal_kind([&] { connection({}); }), ErrorKind::access_denied);
}

TEST_F(Wiring, WithoutLeaveToWriteEveryChangeIsRefusedBeforeAnyRequest) {
  base::SystemClock clock;
  const Environment with = environment({});
  const auto connect = [&](StoreAccess access) {
    // A closed port: what isn't refused fails otherwise.
    return StoreConnection({.endpoint_url = "http://127.0.0.1:1"}, {.max_attempts = 1, .access = access},
                           with, clock, base::make_null_logger(), {});
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

TEST_F(Wiring, AStoreWithoutCredentialsLooksForNoneAndIsNeverChanged) {
  std::filesystem::remove(folder_ / "credentials");
  base::SystemClock clock;
  const Environment with = environment({});
  const StoreOptions store{.endpoint_url = "http://127.0.0.1:1", .is_signed = false};
  StoreConnection made(store, {.max_attempts = 1, .access = StoreAccess::read_write}, with, clock,
                       base::make_null_logger(), {});
  EXPECT_EQ(refusal_kind([&] { made.store().put_object({.bucket = "b", .key = "k"}, "x"); }),
            base::ErrorKind::internal);
  EXPECT_EQ(made.requests().total(), 0U);
  EXPECT_EQ(refusal_kind([&] { made.store().head_bucket("b"); }), base::ErrorKind::transient);
  EXPECT_THAT(connection(store), HasSubstr("without credentials"));
}

TEST_F(Wiring, SidesWithEqualOptionsHaveOneStore) {
  base::SystemClock clock;
  const Environment with = environment({});
  const StoreOptions here{.endpoint_url = "http://127.0.0.1:1"};
  StoreOptions there = here;
  there.profile = "ops";
  const auto connect = [&](const StoreOptions& source, const StoreOptions& archive) {
    return StoreConnections({Side::source, Side::archive}, {.source = source, .archive = archive}, with,
                            clock, base::make_null_logger(), {});
  };
  StoreConnections one = connect(here, here);
  EXPECT_EQ(&one.of(Side::source), &one.of(Side::archive));
  StoreConnections two = connect(here, there);
  EXPECT_NE(&two.of(Side::source), &two.of(Side::archive));
  EXPECT_NE(&two.of(Side::source).store(), &two.of(Side::archive).store());
  EXPECT_LE(two.of(Side::source).max_connections() + two.of(Side::archive).max_connections(),
            one.of(Side::source).max_connections())
      << "they share the limit of open files";
  EXPECT_THROW(two.of(Side::target), std::out_of_range) << "the command has no such store";
}

TEST_F(Wiring, EveryStoresRequestsAreCounted) {
  base::SystemClock clock;
  const Environment with = environment({});
  StoreConnections two({Side::archive, Side::target},
                       {.archive = {.endpoint_url = "http://127.0.0.1:1"},
                        .target = {.endpoint_url = "http://127.0.0.1:2"},
                        .max_attempts = 1},
                       with, clock, base::make_null_logger(), {});
  for (const Side side : {Side::archive, Side::target, Side::target})
    EXPECT_EQ(refusal_kind([&] { two.of(side).store().head_bucket("b"); }), base::ErrorKind::transient);
  EXPECT_EQ(two.requests().by_operation.at("HeadBucket"), 3U);
}

TEST_F(Wiring, AfterCtrlCNothingIsWaitedForAndReadersEndAtOnce) {
  base::SystemClock clock;
  std::stop_source signal;
  signal.request_stop();
  const auto logger = std::make_shared<base::Logger>("test");
  const Environment with = environment({});
  const auto head = [&](OnInterrupt::Then then) {
    // Nobody listens there: ten tries would wait for seconds between them.
    StoreConnection made({.endpoint_url = "http://127.0.0.1:1"}, {}, with, clock, logger,
                         {signal.get_token(), then});
    const auto kind = refusal_kind([&] { made.store().head_bucket("b"); });
    return std::pair(kind, made.requests().total());
  };
  EXPECT_EQ(head(OnInterrupt::Then::finish), std::pair(base::ErrorKind::transient, std::uint64_t{3}));
  EXPECT_EQ(head(OnInterrupt::Then::end).first, base::ErrorKind::cancelled);
}

}  // namespace
}  // namespace s3c::cli
