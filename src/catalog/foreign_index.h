// The index of a foreign archive, that is of a ZIP which another program made: rows out of its two
// directories. What a ZIP doesn't tell stays empty: ETag, content type, metadata, tags. docs/format.md,
// "Foreign archives".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/forward_reader.h"
#include "index/index_writer.h"
#include "zip/reader.h"

namespace s3c::catalog {

/// Entries of a foreign archive that have no row, so that only unzip reaches them.
struct UnlistedEntries {
  static constexpr std::size_t kMaxNamed = 1000;

  std::uint64_t directories = 0;   ///< named "…/" and empty: no objects
  std::uint64_t shadowed = 0;      ///< a later entry has the same name, and the row
  std::uint64_t no_keys = 0;       ///< empty names and those of more than 1,024 bytes
  std::vector<std::string> named;  ///< the first kMaxNamed of the last two kinds, cut to 1,024 bytes

  std::uint64_t count() const { return directories + shadowed + no_keys; }
};

struct ForeignIndex {
  index::IndexFile file;
  std::uint64_t source_size_bytes = 0;  ///< sum of the members' sizes
  UnlistedEntries unlisted;
  std::uint32_t crc32 = 0;  ///< of the whole archive
};

/// Makes a row of each entry that can be an object: its key is the entry's name, byte for byte, and of
/// several with one name the last in the central directory counts. Reads the archive once from begin to end
/// in ranges of 4 MiB, each local header with it, and decodes nothing: what the rows say is to be audited.
/// zip: over the same bytes. memory_bytes: bound for what is sorted, 56 bytes and the central directory's
/// name and extra fields for each entry. Blocks. Throws Error: invalid_argument beyond memory_bytes; corrupt
/// where the ZIP is; unsupported for a volume of ours that lost its id, and when no entry can be an object;
/// what fetch throws.
ForeignIndex index_foreign(const zip::Reader& zip, const ForwardReader::Fetch& fetch,
                           std::uint64_t archive_size_bytes, std::uint64_t memory_bytes);

}  // namespace s3c::catalog
