#include "support/store_fixture.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "base/task_group.h"
#include "support/bodies.h"

namespace s3c::bench {
namespace {

aws::Credentials credentials() {
  const char* id = std::getenv("AWS_ACCESS_KEY_ID");
  const char* secret = std::getenv("AWS_SECRET_ACCESS_KEY");
  if (id == nullptr || secret == nullptr)
    throw std::runtime_error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
  return {id, secret, ""};
}

s3::S3ClientConfig config(const std::string& endpoint) {
  return {.endpoint = {.url = endpoint}, .region = "us-east-1", .retry = {}};
}

http::Request signed_request(const std::string& endpoint, const std::string& method,
                             const std::string& bucket, const std::string& key, aws::Signer& signer) {
  const aws::BucketAddress address = aws::Endpoint({.url = endpoint}).locate(bucket, "us-east-1");
  std::string path = address.path_root + key;
  if (key.empty()) path.pop_back();
  http::Request request{.method = method, .url = address.origin + path};
  if (method == "GET") request.headers.add("x-amz-checksum-mode", "ENABLED");
  signer.sign({.method = method,
               .host = address.host,
               .path = path,
               .query = "",
               .payload_hash = aws::kEmptyPayloadHash,
               .headers = nullptr},
              request.headers, credentials(), address.region, base::SystemClock().now());
  return request;
}

void fill(const std::string& endpoint, int count, std::size_t size_bytes) {
  Client client(endpoint);
  aws::Signer signer;
  for (const char* bucket : {kBucket, kArchiveBucket}) {
    const http::Response made =
        client.transport().send(signed_request(endpoint, "PUT", bucket, "", signer), {}, std::stop_token{});
    if (made.status != 200) throw std::runtime_error(fmt::format("CreateBucket answered {}", made.status));
  }
  std::atomic<int> next{0};
  base::TaskGroup writers;
  for (int t = 0; t < 32; ++t) {
    writers.spawn([&](const std::stop_token&) {
      for (int i = next++; i < count; i = next++) {
        const std::string body = xml_body(static_cast<std::uint64_t>(i), size_bytes).substr(0, size_bytes);
        client.store().put_object({.bucket = kBucket, .key = object_key(i)}, body);
      }
    });
  }
  writers.wait();
}

}  // namespace

Client::Client(const std::string& endpoint)
    : transport_(curl_, {}),
      store_(config(endpoint), std::make_shared<aws::StaticCredentials>(credentials()), transport_, clock_,
             base::make_null_logger(), std::stop_token{}) {}

void fill_bucket(const std::string& endpoint, int count, std::size_t size_bytes) {
  const std::vector<Sample> done = run_rounds({{"filling the bucket",
                                                [&] {
                                                  const Stopwatch watch;
                                                  fill(endpoint, count, size_bytes);
                                                  return watch.stop(count);
                                                }}},
                                              1);
  if (done[0].items == 0) throw std::runtime_error("the bucket could not be filled");
}

std::vector<std::string> object_keys(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back(object_key(i));
  return keys;
}

std::vector<http::Request> signed_gets(const std::string& endpoint, const std::string& bucket,
                                       const std::vector<std::string>& keys) {
  aws::Signer signer;
  std::vector<http::Request> requests;
  for (const std::string& key : keys)
    requests.push_back(signed_request(endpoint, "GET", bucket, key, signer));
  return requests;
}

Sample run_s3compress(const std::string& program, const std::string& endpoint, int threads, int objects) {
  return run_program(
      {program, "--endpoint-url", endpoint, "--bucket", kBucket, "--arch-bucket", kArchiveBucket,
       "--archive-name", fmt::format("{{bucket}}/{}/{{yyyy}}{{mm}}{{dd}}.zip", getpid()), "--threads",
       std::to_string(threads), "--keep-sources", "--quiet"},
      objects);
}

}  // namespace s3c::bench
