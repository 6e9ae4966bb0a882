// What SigV4 costs per request: a GET, the request there are most of.
#include <benchmark/benchmark.h>

#include "aws/sigv4.h"
#include "base/clock.h"
#include "support/bodies.h"

namespace s3c::bench {
namespace {

void sign_get(benchmark::State& state) {
  const aws::Credentials credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  const std::string path = "/" + object_key(12'345);
  const base::Timestamp now = base::SystemClock().now();
  aws::Signer signer;
  for (auto _ : state) {
    http::Headers headers;
    headers.add("if-match", "\"0123456789abcdef0123456789abcdef\"");
    headers.add("x-amz-checksum-mode", "ENABLED");
    signer.sign({.method = "GET",
                 .host = "source-bucket.s3.us-east-1.amazonaws.com",
                 .path = path,
                 .query = "",
                 .payload_hash = aws::kEmptyPayloadHash,
                 .headers = nullptr},
                headers, credentials, "us-east-1", now);
    benchmark::DoNotOptimize(headers);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sign_get)->Unit(benchmark::kMicrosecond);

/// Once a day and region.
void derive_signing_key(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        aws::signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20180401", "us-east-1"));
  }
}
BENCHMARK(derive_signing_key)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace s3c::bench
