// The store a contract case runs on, and the fixture that brings it up with an empty bucket.
//
//   full, lesser   s3sim in that profile, started for the case (S3C_S3SIM names another program)
//   rgw            the Ceph gateway of scripts/rgw-up: S3C_RGW_ENDPOINT, _ACCESS_KEY, _SECRET_KEY, _ACCESS_KEY2, _SECRET_KEY2
//   fake           the unit tests' FakeStore with all powers; fake_lesser: with none. No server: cases that need HTTP are skipped
//   given          any store, as scripts/test --endpoint names it: S3C_GIVEN_ENDPOINT, _ACCESS_KEY, _SECRET_KEY, _SESSION_TOKEN,
//                  _REGION, _BUCKET_PREFIX, and _POWERS: the members of Powers that it has, with - for _ and commas between;
//                  _ACCESS_KEY2, _SECRET_KEY2 for another user, if there is one
//
// A case is skipped where its store isn't there.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "http/curl_transport.h"
#include "s3/s3_client.h"
#include "support/fake_store.h"

namespace s3c::contract {

/// What this store promises beyond the common ground.
struct Powers {
  bool conditional_complete = true;
  bool conditional_delete = true;
  bool checksums = true;
  bool upload_tags = true;  ///< x-amz-tagging on CreateMultipartUpload is kept
  bool restores = true;     ///< RestoreObject, and GETs of what is archived are refused until then
  bool conditional_single_delete = true;  ///< If-Match on DeleteObject
  // What s3sim and Ceph have, and some store of a user's may lack.
  bool key_encodings = true;    ///< takes odd_keys(), and lists them as they are
  bool storage_classes = true;  ///< tells the class that was asked for
  bool versions = true;         ///< keeps versions, once it is told to
  bool strict = true;           ///< answers as S3 does: the eleventh tag is refused
};

struct StoreUnderTest {
  std::string endpoint;
  std::string region = "us-east-1";
  aws::Credentials owner;
  std::optional<aws::Credentials> stranger;
  std::string bucket_prefix;  ///< of each bucket that a case makes
  Powers powers;
};

/// An s3sim process, where a thaw takes an hour; ended with the object.
class SimProcess {
 public:
  /// Throws std::runtime_error when it doesn't come up.
  explicit SimProcess(const std::string& profile);
  ~SimProcess();
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;
  const std::string& endpoint() const { return endpoint_; }

 private:
  pid_t pid_ = -1;
  std::string endpoint_;
};

class Contract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// False: the store is no server. Then raw() and client_of() mustn't be called.
  bool speaks_http() const { return fake_ == nullptr; }
  /// Any signed request, for what the client under test can't say. Throws base::Error when there is no
  /// answer.
  http::Response raw(const std::string& method, const std::string& bucket, const std::string& key,
                     std::vector<std::pair<std::string, std::string>> query = {},
                     const std::vector<std::pair<std::string, std::string>>& headers = {},
                     std::string_view body = "");
  std::unique_ptr<s3::S3Client> client_of(const aws::Credentials& credentials, base::Clock* clock = nullptr,
                                          const std::string& region = "");

  std::string put(const std::string& key, std::string_view body) {
    return client().put_object({.bucket = bucket_, .key = key}, body);
  }
  std::vector<std::string> all_keys(const std::string& prefix = "", int max_keys = 1000);
  void enable_versioning();
  /// Thaws, and the days of thawed copies, are this much further on: at least an hour, which ends each thaw.
  /// False on a store whose time can't be set.
  bool advance_thaws(std::chrono::seconds time);

  s3::ObjectStore& client() { return fake_ ? static_cast<s3::ObjectStore&>(*fake_) : *client_; }
  const Powers& powers() const { return store_.powers; }
  /// What the store tells of an object that was put into GLACIER.
  std::string glacier() const { return powers().storage_classes ? "GLACIER" : "STANDARD"; }

  /// The error that call must throw.
  static base::Error error_of(const std::function<void()>& call);

  StoreUnderTest store_;
  std::string bucket_;

 private:
  void set_up_fake(bool lesser);
  void remove_bucket();

  base::SystemClock clock_;
  std::unique_ptr<SimProcess> sim_;
  http::CurlGlobal curl_;
  std::unique_ptr<http::CurlTransport> transport_;
  std::unique_ptr<s3::S3Client> client_;
  base::Timestamp fake_time_ = support::FakeClock().now();
  std::unique_ptr<support::FakeStore> fake_;
};

/// Keys that break things: each must come back from a listing, a HEAD and a GET as the same bytes.
std::vector<std::string> odd_keys();

/// Why a case is skipped on a store in memory.
inline constexpr const char* kNoHttp = "the store is no server";
/// Why a case is skipped on some stores.
inline constexpr const char* kNoOddKeys = "the store changes or refuses some of the keys that S3 takes";
inline constexpr const char* kNoVersions = "the store keeps no versions";
inline constexpr const char* kNotStrict = "the store is known to answer otherwise than S3";

#define S3C_CONTRACT(Suite)                                                                          \
  INSTANTIATE_TEST_SUITE_P(Stores, Suite,                                                            \
                           testing::Values("full", "lesser", "rgw", "given", "fake", "fake_lesser"), \
                           [](const auto& param) { return std::string(param.param); })

}  // namespace s3c::contract
