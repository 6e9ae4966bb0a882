// What is known of one entry of a volume. The encoder and the writer make it, the reader reads it back, and
// archive/ turns it into an index row. Values, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace s3c::zip {

/// How an entry's bytes are kept. The numbers are ZIP's own (APPNOTE 4.4.5).
enum class Method : std::uint16_t { stored = 0, deflate = 8 };

/// The entry that holds the volume's own index. The name is reserved: no member can get it (entry_name.h).
inline constexpr const char* kIndexEntryName = "s3compress-index.jsonl";

struct EntryInfo {
  std::string name;  ///< UTF-8, as it stands in the ZIP
  Method method = Method::stored;
  std::uint32_t crc32 = 0;                  ///< of the uncompressed bytes
  std::uint64_t size_bytes = 0;             ///< uncompressed
  std::uint64_t compressed_size_bytes = 0;  ///< in the ZIP; equal to size_bytes when stored
  base::Timestamp modified{};               ///< ZIP keeps whole seconds only
  std::uint64_t offset = 0;                 ///< of the local header, from the start of the archive, in bytes
  std::uint64_t data_offset = 0;  ///< of the first data byte; 0: not known (the central directory lacks it)
};

}  // namespace s3c::zip
