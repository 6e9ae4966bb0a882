#include "source/inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "index/json_fields.h"

namespace s3c::source {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::invalid_argument, why);
}

/// "arn:aws:s3:::bucket" is how the manifest names the destination.
std::string bucket_of(const std::string& arn) {
  constexpr std::string_view kBeforeBucket = ":::";
  const std::size_t at = arn.find(kBeforeBucket);
  return at == std::string::npos ? arn : arn.substr(at + kBeforeBucket.size());
}

std::vector<RowColumn> columns_of(const std::string& schema) {
  std::vector<RowColumn> columns;
  for (std::size_t at = 0; at <= schema.size();) {
    const std::size_t comma = std::min(schema.find(',', at), schema.size());
    columns.push_back(column_named(schema.substr(at, comma - at)).value_or(RowColumn::other));
    at = comma + 1;
  }
  for (const RowColumn needed : {RowColumn::bucket, RowColumn::key}) {
    if (std::count(columns.begin(), columns.end(), needed) != 1)
      refuse(fmt::format("its fileSchema \"{}\" must name Bucket and Key once", base::printable(schema)));
  }
  for (const RowColumn column : columns) {
    if (column != RowColumn::other && std::count(columns.begin(), columns.end(), column) != 1)
      refuse(fmt::format("its fileSchema \"{}\" names a column twice", base::printable(schema)));
  }
  return columns;
}

InventoryFile file_of(const index::Fields& fields) {
  InventoryFile file{fields.nonempty_text("key"), fields.number("size"),
                     base::lower(fields.text("MD5checksum"))};
  const auto digest = base::from_hex(file.md5);
  constexpr std::size_t kMd5Bytes = 16;
  if (!digest || digest->size() != kMd5Bytes) fields.fail("MD5checksum", "no MD5 in 32 hex digits");
  return file;
}

void check_format(const std::string& format) {
  if (format == "CSV") return;
  if (format != "Parquet" && format != "ORC")
    refuse(fmt::format("its fileFormat is \"{}\"", base::printable(format)));
  throw Error(
      ErrorKind::unsupported,
      fmt::format(
          "its files are {}, and only CSV can be read. Have the inventory written as CSV; or let Athena "
          "convert this one, and give what it writes as manifest: UNLOAD (SELECT bucket, key, size, "
          "e_tag, last_modified_date, is_latest, is_delete_marker FROM your_inventory_table WHERE dt = "
          "'...') TO 's3://bucket/rows/' WITH (format = 'JSON', compression = 'GZIP')",
          format));
}

}  // namespace

Inventory parse_inventory(std::string_view text, const std::string& source_bucket) {
  try {
    const nlohmann::json object = index::parse_object(text);
    const index::Fields fields(object, "");
    Inventory inventory;
    inventory.source_bucket = fields.nonempty_text("sourceBucket");
    if (inventory.source_bucket != source_bucket) {
      refuse(fmt::format("it is an inventory of bucket \"{}\", but the sources are in \"{}\"",
                         base::printable(inventory.source_bucket), base::printable(source_bucket)));
    }
    check_format(fields.text("fileFormat"));
    if (fields.has("destinationBucket")) inventory.bucket = bucket_of(fields.text("destinationBucket"));
    inventory.columns = columns_of(fields.nonempty_text("fileSchema"));
    fields.for_each("files", [&](const index::Fields& file) { inventory.files.push_back(file_of(file)); });
    return inventory;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    refuse(fmt::format("it is no manifest.json of an S3 Inventory: {}", error.message()));
  }
}

}  // namespace s3c::source
