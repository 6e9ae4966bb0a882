// What one member's encoding costs, by kind of document and level, and how small it gets (ratio: encoded by
// original bytes). zlib beside libdeflate: docs/decisions/0006.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/bodies.h"
#include "zip/member_encoder.h"

namespace s3c::bench {
namespace {

using MakeBody = std::string (*)(std::uint64_t seed, std::size_t size_bytes);

/// Argument: the level.
void encode(benchmark::State& state, MakeBody make, std::size_t size_bytes) {
  constexpr std::size_t kBodies = 200;  // many, for one body alone would be learnt by the branch predictor
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < kBodies; ++i) bodies.push_back(make(i, size_bytes));
  zip::MemberEncoder encoder(static_cast<int>(state.range(0)));
  std::size_t next = 0, bytes = 0, encoded = 0;
  for (auto _ : state) {
    const std::string& body = bodies[next++ % kBodies];
    const zip::EncodedMember member = encoder.encode("name", body, base::Timestamp{});
    bytes += body.size();
    encoded += member.data.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["ratio"] = static_cast<double>(encoded) / static_cast<double>(bytes);
}

void levels(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("level")->Unit(benchmark::kMicrosecond);
  for (const int level : {0, 1, 3, 6, 9, 12}) benchmark->Arg(level);
}
BENCHMARK_CAPTURE(encode, orders_4_KB, xml_body, 4000)->Apply(levels);
BENCHMARK_CAPTURE(encode, logs_1_KB, json_body, 1000)->Apply(levels);
BENCHMARK_CAPTURE(encode, mixed_64_KB, mixed_body, 64'000)->Apply(levels);

}  // namespace
}  // namespace s3c::bench
