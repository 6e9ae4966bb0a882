// Buckets that aren't there or aren't ours, and clients that are set up wrongly.
#include "tests/contract/store_under_test.h"

namespace s3c::contract {
namespace {

using base::ErrorKind;

class Access : public Contract {
 protected:
  void expect_everything_fails(s3::ObjectStore& client, const std::string& bucket, ErrorKind kind) {
    auto kind_of = [](const std::function<void()>& call) { return base::to_string(error_of(call).kind()); };
    EXPECT_EQ(kind_of([&] { client.head_bucket(bucket); }), base::to_string(kind));
    EXPECT_EQ(kind_of([&] { client.list_objects({.bucket = bucket}); }), base::to_string(kind));
    EXPECT_EQ(kind_of([&] { client.get_object({.bucket = bucket, .key = "k"}); }), base::to_string(kind));
    EXPECT_EQ(kind_of([&] { client.put_object({.bucket = bucket, .key = "k"}, "x"); }),
              base::to_string(kind));
    EXPECT_EQ(kind_of([&] { client.create_multipart_upload({.bucket = bucket, .key = "k"}); }),
              base::to_string(kind));
  }
};

/// A clock that goes wrong by a fixed time.
class WrongClock final : public base::Clock {
 public:
  base::Timestamp now() const override { return right_.now() - std::chrono::hours(3); }
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    return right_.sleep_for(duration, stop);
  }

 private:
  base::SystemClock right_;
};

TEST_P(Access, HeadBucket) {
  client().head_bucket(bucket_);
}

TEST_P(Access, MissingBucket) {
  expect_everything_fails(client(), bucket_ + "-gone", ErrorKind::no_bucket);
  EXPECT_EQ(error_of([&] {
              client().delete_objects(bucket_ + "-gone", {{.key = "k"}}, s3::ObjectStore::Resend::allowed);
            })
                .context()
                .code,
            "NoSuchBucket");
}

TEST_P(Access, WrongSecret) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  aws::Credentials wrong = store_.owner;
  wrong.secret_access_key += "x";
  expect_everything_fails(*client_of(wrong), bucket_, ErrorKind::access_denied);
}

TEST_P(Access, UnknownAccessKey) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  expect_everything_fails(*client_of({"NOBODYKNOWSME", "secret", ""}), bucket_, ErrorKind::access_denied);
}

TEST_P(Access, SomebodyElsesBucket) {
  if (!store_.stranger) GTEST_SKIP() << "no second user";
  put("k", "body");
  expect_everything_fails(*client_of(*store_.stranger), bucket_, ErrorKind::access_denied);
}

TEST_P(Access, AWrongClockIsPutRight) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  WrongClock clock;
  const auto late = client_of(store_.owner, &clock);
  late->put_object({.bucket = bucket_, .key = "k"}, "body");
  EXPECT_EQ(late->get_object({.bucket = bucket_, .key = "k"}).body, "body");
  client_of(store_.owner, &clock)->head_bucket(bucket_);  // its answer can't say why it refuses
}

TEST_P(Access, AWrongRegionIsPutRight) {
  if (!speaks_http()) GTEST_SKIP() << kNoHttp;
  client_of(store_.owner, nullptr, "eu-central-1")->put_object({.bucket = bucket_, .key = "k"}, "body");
  EXPECT_EQ(
      client_of(store_.owner, nullptr, "eu-central-1")->get_object({.bucket = bucket_, .key = "k"}).body,
      "body");
}

S3C_CONTRACT(Access);

}  // namespace
}  // namespace s3c::contract
