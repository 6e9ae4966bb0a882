// Rows and errors for the tests of this folder.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "index/index_writer.h"

namespace s3c::index::testing {

/// The i-th of many rows, in key order.
inline Row sample_row(std::uint64_t i) {
  Row row;
  row.key = fmt::format("sources/2017/02/10/{:02}/{:02}/{:08}.xml", i / 60000, i / 1000 % 60, i);
  row.size_bytes = 4000 + i % 97;
  row.etag = fmt::format("{:016x}{:016x}", i * 0x9e3779b97f4a7c15, i * 0xc2b2ae3d27d4eb4f);
  row.last_modified =
      base::Timestamp{std::chrono::milliseconds{1486684800123 + static_cast<std::int64_t>(i) * 37}};
  row.storage_class = "STANDARD";
  row.crc32 = static_cast<std::uint32_t>(i * 2654435761);
  row.method = 8;
  row.offset = i * 1100;
  row.data_offset = i * 1100 + 80;
  row.compressed_size_bytes = 1000 + i % 19;
  row.content_type = "application/xml";
  return row;
}

inline IndexFile sample_index(std::uint64_t rows) {
  IndexWriter writer;
  for (std::uint64_t i = 0; i < rows; ++i) writer.add(sample_row(i));
  return writer.finish();
}

/// The message of the Error that call throws; empty when it throws none. kind: what it has to be.
template <typename Call>
std::string error_message(Call&& call, base::ErrorKind kind = base::ErrorKind::corrupt) {
  try {
    call();
  } catch (const base::Error& e) {
    if (e.kind() != kind) return "not of the kind asked for: " + std::string(e.what());
    return e.message();
  }
  return {};
}

}  // namespace s3c::index::testing
