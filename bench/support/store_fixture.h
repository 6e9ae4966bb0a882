// A bucket of small objects on s3sim, and requests for them signed beforehand: what is measured with them is
// the sending and receiving alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/curl_transport.h"
#include "s3/s3_client.h"
#include "support/measure.h"

namespace s3c::bench {

inline constexpr const char* kBucket = "bench-bucket";
inline constexpr const char* kArchiveBucket = "bench-archive";

/// The client as the program wires it, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: one per measured
/// process.
class Client {
 public:
  explicit Client(const std::string& endpoint);

  s3::S3Client& store() { return store_; }
  http::CurlTransport& transport() { return transport_; }

 private:
  http::CurlGlobal curl_;
  http::CurlTransport transport_;
  base::SystemClock clock_;
  s3::S3Client store_;
};

/// Makes both buckets and count objects of size_bytes in kBucket, in a child process so that the caller stays
/// small. Throws std::runtime_error when that fails.
void fill_bucket(const std::string& endpoint, int count, std::size_t size_bytes);
/// The keys of fill_bucket()'s objects.
std::vector<std::string> object_keys(int count);
/// GET requests as S3Client sends them; good for 15 minutes.
std::vector<http::Request> signed_gets(const std::string& endpoint, const std::string& bucket,
                                       const std::vector<std::string>& keys);
/// The whole program over the bucket, deletes left out so that the next round finds the same objects; the
/// archive's name has the calling process's number, so each round has an archive of its own.
Sample run_s3compress(const std::string& program, const std::string& endpoint, int threads, int objects);

}  // namespace s3c::bench
