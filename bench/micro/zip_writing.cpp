// What the ZIP's framing costs per member, compression left out: local header, the row kept for the central
// directory, and that directory at the end.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/hash.h"
#include "support/bodies.h"
#include "zip/writer.h"

namespace s3c::bench {
namespace {

/// Argument: members in the ZIP.
void write_zip(benchmark::State& state) {
  const std::string body = xml_body(1, 1000);  // what a 4 KB document is when encoded
  const auto crc = base::crc32(body);
  const auto members = static_cast<int>(state.range(0));
  std::uint64_t archive_bytes = 0;
  for (auto _ : state) {
    std::uint64_t size = 0;
    zip::Writer writer([&size](std::string_view bytes) { size += bytes.size(); });
    for (int i = 0; i < members; ++i) {
      zip::EncodedMember member;
      member.info.name = object_key(i);
      member.info.crc32 = crc;
      member.info.size_bytes = member.info.compressed_size_bytes = body.size();
      member.data = body;
      writer.add(std::move(member));
    }
    writer.finish();
    archive_bytes += size;
  }
  state.SetItemsProcessed(state.iterations() * members);
  state.SetBytesProcessed(static_cast<std::int64_t>(archive_bytes));
}
BENCHMARK(write_zip)->ArgName("members")->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace s3c::bench
