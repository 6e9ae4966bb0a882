// The manifest.json of an S3 Inventory. Pure: text in, value out. Source: Amazon S3 User Guide, "Amazon S3 Inventory
// list".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/row_text.h"

namespace s3c::source {

struct InventoryFile {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string md5;  ///< 32 lower-case hex digits
};

struct Inventory {
  std::string source_bucket;
  std::string bucket;  ///< where the files are; empty: it isn't told
  std::vector<RowColumn> columns;
  std::vector<InventoryFile> files;
};

/// Throws base::Error: invalid_argument if it is no manifest of an inventory, or has another source bucket;
/// unsupported for files that aren't CSV: the message has the query that converts them.
Inventory parse_inventory(std::string_view text, const std::string& source_bucket);

}  // namespace s3c::source
