// Reads the rows of an S3 Inventory, or of manifests that somebody made.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/temp_file.h"
#include "s3/object_store.h"
#include "source/row_text.h"
#include "source/split_set.h"

namespace s3c::source {

/// Where the rows are.
struct RowInput {
  enum class Kind {
    inventory,  ///< places has one s3://bucket/key, of a manifest.json
    manifest,  ///< places has files, "-" for standard input, s3://bucket/key, and s3://bucket/prefix/ for all objects
               ///< below it
  };
  Kind kind = Kind::manifest;
  std::vector<std::string> places;
  std::string temp_directory = base::default_temp_directory();
};

/// Throws base::Error (invalid_argument) for places that can't be read as kind.
void validate(const RowInput& input);

/// Calls row and other as RowReader does, for all places in their order. bucket: of the sources. Files may be
/// compressed with gzip. Each file of an inventory is compared with its MD5 before its rows count. Blocks. Throws
/// base::Error: what RowReader and parse_inventory() throw; invalid_argument for a file, an object or a folder that
/// isn't there or can't be read; corrupt for a file that isn't what the inventory says; cancelled after a stop; the
/// store's errors. invalid_argument also for a manifest in which nothing is, and for what SplitSets refuses: of a
/// split that is read by its folder, all must be there. Returns which part of a split the rows are; nullopt: they
/// aren't a part of one.
std::optional<SplitTasks> read_rows(s3::ObjectStore& store, const RowInput& input, const std::string& bucket,
                                    const std::stop_token& stop, const std::function<void(ObjectRow)>& row,
                                    const std::function<void()>& other);

}  // namespace s3c::source
