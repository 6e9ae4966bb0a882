// Writes rows as row_text.h reads them: CSV with a first line that names the columns, compressed with gzip. CSV and
// not JSON Lines, because a key may have any bytes, and the strings of JSON have only Unicode. Compressed, because
// the keys of a group are much alike: a tenth is left of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/temp_file.h"
#include "s3/types.h"

namespace s3c::source {

/// The end of the names of such files.
inline constexpr std::string_view kRowFileEnd = ".csv.gz";

/// One thread. Memory is the same for any number of rows.
class RowWriter {
 public:
  /// file: gets the bytes, and outlives the writer. bucket: of all rows. Throws what TempFile throws, as all methods
  /// do.
  RowWriter(base::TempFile& file, std::string bucket);
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void write(const s3::ObjectSummary& object);
  /// Call once, last. Afterwards the file can be read.
  void finish();

 private:
  struct Stream;
  /// Compresses text_ and empties it.
  void compress(int flush);

  base::TempFile& file_;
  const std::string bucket_;
  std::string text_;  // not compressed yet
  std::unique_ptr<Stream> stream_;
};

}  // namespace s3c::source
