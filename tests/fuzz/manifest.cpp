// Input: a manifest. A value, or Error corrupt, or unsupported for a newer format. What was read can be
// written, and reads back the same: so it kept every rule of docs/format.md that to_json() stands for.
#include "index/manifest.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = fuzz::value_of({ErrorKind::corrupt, ErrorKind::unsupported},
                                       [&] { return index::parse_manifest(fuzz::text_of(data, size)); });
  if (!manifest) return 0;
  require(index::parse_manifest(index::to_json(*manifest)) == *manifest, "a manifest reads back the same");
  std::uint64_t end = 0;
  std::uint64_t rows = 0;
  for (const index::Block& block : manifest->blocks) {
    require(block.offset_bytes == end, "blocks follow each other");
    require(block.length_bytes <= index::kMaxBlockBytes, "no block is longer than one can be");
    end += block.length_bytes;
    rows += block.rows;
  }
  require(end == manifest->index_size_bytes && rows == manifest->objects,
          "blocks are the index and the members");
  return 0;
}
