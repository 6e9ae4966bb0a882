#include "catalog/archive_origin.h"

#include <optional>
#include <string_view>

#include "base/error.h"
#include "catalog/archive_ranges.h"
#include "catalog/committed_volume.h"
#include "zip/reader.h"

namespace s3c::catalog {

using base::Error;
using base::ErrorKind;

bool may_be_ours(ArchiveOrigin origin) {
  return origin != ArchiveOrigin::foreign;
}

ArchiveOrigin origin_of(s3::ObjectStore& store, const std::string& archive_bucket,
                        const std::string& archive_key, const s3::ObjectHead& head) {
  if (!id_of(head).empty()) return ArchiveOrigin::ours;
  if (!head.thaw.is_readable()) return ArchiveOrigin::unknown;
  constexpr std::string_view kBegin("PK\x03\x04", 4);  // of the first entry's local header
  const zip::Reader::ReadAt read = ranges_of(store, archive_bucket, archive_key, head.etag);
  if (head.size_bytes < kBegin.size()) return ArchiveOrigin::foreign;
  try {
    const std::optional<zip::EntryInfo> last = zip::Reader(read, head.size_bytes).last_entry();
    return last && last->name == zip::kIndexEntryName ? ArchiveOrigin::copied : ArchiveOrigin::foreign;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::wrong_state) return ArchiveOrigin::unknown;
    if (error.kind() != ErrorKind::corrupt) throw;
  }
  return read(0, kBegin.size()) == kBegin ? ArchiveOrigin::cut_off : ArchiveOrigin::foreign;
}

}  // namespace s3c::catalog
