#include "catalog/part_copy.h"

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "base/task_group.h"

namespace s3c::catalog {

std::vector<s3::UploadedPart> copy_parts_of(s3::ObjectStore& store, const std::string& archive_bucket,
                                            const index::Manifest& manifest, const std::string& upload_id,
                                            const std::string& source_key, const std::string& source_etag,
                                            base::Slots& slots, const std::stop_token& stop) {
  std::vector<s3::UploadedPart> copies(manifest.parts);
  const auto copy_part = [&](std::size_t index) {
    s3::UploadPartCopyRequest request;
    request.bucket = archive_bucket;
    request.key = manifest.archive_key;
    request.upload_id = upload_id;
    request.part_number = static_cast<int>(index + 1);
    request.source_key = source_key;
    request.source_etag = source_etag;
    // An object of one part may be too small for a copy of a range.
    if (copies.size() > 1) {
      const std::uint64_t offset = index * manifest.part_size_bytes;
      request.range =
          s3::ByteRange{offset, std::min(manifest.part_size_bytes, manifest.archive_size_bytes - offset)};
    }
    copies[index] = store.upload_part_copy(request);
  };
  std::atomic<std::size_t> next{0};
  base::TaskGroup crew;
  for (int i = 0; i < slots.count(); ++i) {
    crew.spawn([&](const std::stop_token& failed) {
      for (std::size_t index = next++; index < copies.size() && !failed.stop_requested(); index = next++) {
        if (stop.stop_requested())
          throw base::Error(base::ErrorKind::cancelled, "stopped while copying an archive");
        const base::Slots::Slot slot = slots.acquire(failed);
        copy_part(index);
      }
    });
  }
  crew.wait();
  return copies;
}

}  // namespace s3c::catalog
