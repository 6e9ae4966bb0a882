// Makes the index of a foreign archive, that is, of a ZIP that another program made. The rows come from the
// central directory and the local headers. Fields that a ZIP doesn't have stay empty: ETag, content type,
// metadata, tags. docs/format.md, "Foreign archives".
#pragma once

#include <cstdint>
#include <string>

#include "base/counted.h"
#include "catalog/forward_reader.h"
#include "index/index_file.h"
#include "zip/reader.h"

namespace s3c::catalog {

/// Entries of a foreign archive that have no row. Only programs like unzip can read them.
struct UnlistedEntries {
  std::uint64_t directories = 0;      ///< named "…/" and empty: these are no objects
  std::uint64_t shadowed = 0;         ///< a later entry has the same name; that one has the row
  std::uint64_t no_keys = 0;          ///< empty names, and names of more than 1,024 bytes
  base::Counted<std::string> hidden;  ///< the names of shadowed and no_keys, cut to 1,024 bytes

  std::uint64_t count() const { return directories + hidden.count(); }
};

struct ForeignIndex {
  index::IndexFile file;
  std::uint64_t source_size_bytes = 0;  ///< sum of the members' sizes
  UnlistedEntries unlisted;
  std::uint32_t crc32 = 0;  ///< of the whole archive
};

/// What is said (unsupported) of an archive without an id that has a volume's own index in it.
base::Error copy_of_volume();

/// Makes a row of each entry that can be an object. Its key is the entry's name, byte for byte. If several
/// entries have one name, the last one in the central directory counts. Reads the archive once from begin to
/// end in ranges of 4 MiB, and each local header with it. Decodes nothing: the caller must audit what the
/// rows say. zip: a reader of the same bytes. memory_bytes: the limit for the entries that are sorted, 56
/// bytes and the central directory's name and extra fields for each. Blocks. Throws Error: invalid_argument
/// when they need more than memory_bytes; corrupt when the ZIP is; unsupported for a volume of ours that lost
/// its id, and when no entry can be an object; and what fetch throws.
ForeignIndex index_foreign(const zip::Reader& zip, const ForwardReader::Fetch& fetch,
                           std::uint64_t archive_size_bytes, std::uint64_t memory_bytes);

}  // namespace s3c::catalog
