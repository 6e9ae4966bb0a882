#include "support/index_rows.h"

#include <fmt/format.h>

#include <random>

#include "support/bodies.h"

namespace s3c::bench {

std::vector<index::Row> make_index_rows(int count) {
  std::mt19937_64 random(3);
  std::uint64_t offset = 0;
  std::vector<index::Row> rows;
  for (int i = 0; i < count; ++i) {
    index::Row row;
    row.key = object_key(i);
    row.size_bytes = 3000 + random() % 3000;
    row.etag = fmt::format("{:016x}{:016x}", random(), random());
    row.last_modified = base::Timestamp(std::chrono::milliseconds(1'486'684'800'000 + i * 431 / 1000 * 1000));
    row.storage_class = "STANDARD";
    row.crc32 = static_cast<std::uint32_t>(random());
    row.method = 8;
    row.offset = offset;
    row.data_offset = offset + 30 + row.key.size() + 9;
    row.compressed_size_bytes = row.size_bytes / 4 + random() % 200;
    row.content_type = "application/xml";
    offset = row.data_offset + row.compressed_size_bytes;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace s3c::bench
