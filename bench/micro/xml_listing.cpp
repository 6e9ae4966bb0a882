// What reading a full page of ListObjectsV2 costs, and writing the DeleteObjects request for as many keys; an
// item is one key.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "s3/xml.h"
#include "support/bodies.h"

namespace s3c::bench {
namespace {

constexpr int kKeys = 1000;  // as many as S3 puts on a page, and takes in one DeleteObjects

std::string make_page() {
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>source-bucket</Name>"
      "<Prefix>sources%2F2017%2F02%2F10%2F</Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys>"
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>";
  for (int i = 0; i < kKeys; ++i) {
    std::string key;
    for (const char c : object_key(i)) key += c == '/' ? std::string("%2F") : std::string(1, c);
    xml += fmt::format(
        "<Contents><Key>{}</Key><LastModified>2017-02-10T{:02}:{:02}:00.000Z</LastModified>"
        "<ETag>&quot;{:032x}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
        "<ChecksumType>FULL_OBJECT</ChecksumType><Size>{}</Size><StorageClass>STANDARD</StorageClass>"
        "</Contents>",
        key, i / 60 % 24, i % 60, 1'000'003ULL * static_cast<unsigned>(i + 1), 4000 + i);
  }
  return xml + "</ListBucketResult>";
}

void parse_list_page(benchmark::State& state) {
  const std::string xml = make_page();
  for (auto _ : state) {
    const s3::ListObjectsPage page = s3::parse_list_objects(xml);
    if (page.objects.size() != kKeys) state.SkipWithError("the page lost keys");
    benchmark::DoNotOptimize(page);
  }
  state.SetItemsProcessed(state.iterations() * kKeys);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(xml.size()));
}
BENCHMARK(parse_list_page)->Unit(benchmark::kMicrosecond);

void write_delete_request(benchmark::State& state) {
  std::vector<s3::DeleteItem> items;
  for (int i = 0; i < kKeys; ++i) items.push_back({.key = object_key(i), .etag = fmt::format("{:032x}", i)});
  std::vector<const s3::DeleteItem*> pointers;
  for (const s3::DeleteItem& item : items) pointers.push_back(&item);
  for (auto _ : state) benchmark::DoNotOptimize(s3::write_delete_objects(pointers));
  state.SetItemsProcessed(state.iterations() * kKeys);
}
BENCHMARK(write_delete_request)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace s3c::bench
