// A volume while it is being made: its multipart upload, and the ZIP that flows into it. Nothing of it is
// visible to readers before the committer completes the upload.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/options.h"
#include "archive/volume_builder.h"
#include "base/clock.h"
#include "base/memory_budget.h"
#include "catalog/layout.h"
#include "catalog/store_powers.h"
#include "index/manifest.h"
#include "s3/object_store.h"
#include "s3/part_uploader.h"

namespace s3c::archive {

/// A volume whose every byte is uploaded but which isn't completed: what the committer works on.
struct SealedVolume {
  index::Manifest manifest;
  index::IndexFile index;
  std::vector<s3::UploadedPart> parts;
  std::uint32_t crc32 = 0;  ///< of the whole archive
  std::uint64_t vanished = 0;
  LeftObjects left;
};

/// The multipart upload that makes the archive at its own name: with the volume's id, class, tags,
/// encryption.
s3::CreateMultipartUploadRequest create_request(const index::Manifest& manifest,
                                                const ArchiveOptions& options,
                                                const catalog::StorePowers& powers);

/// Completes the upload of manifest.upload_id at the archive's own name, if nothing stands there: with every
/// check of the whole that the store is able to make.
s3::CompleteMultipartUploadRequest complete_request(const SealedVolume& volume,
                                                    const catalog::StorePowers& powers);

/// Made and sealed by one thread; builder() is for all of them. Neither commits nor aborts in its destructor.
class OpenVolume {
 public:
  struct Setup {
    s3::ObjectStore& store;
    base::Slots& slots;
    const ArchiveOptions& options;
    const catalog::StorePowers& powers;
    base::Clock& clock;
    const catalog::Group& group;
    std::function<void(std::uint64_t)>
        on_bytes;  ///< told how many archive bytes were produced, from any thread
  };

  /// Starts the multipart upload under a fresh id, at the staging key if the volume is to be read back.
  /// buffers: a lease for part_size (and what larger parts cost in flight).
  OpenVolume(const Setup& setup, std::string archive_key, std::uint64_t part_size_bytes,
             base::MemoryLease buffers);

  const std::string& archive_key() const { return manifest_.archive_key; }
  VolumeBuilder& builder() { return builder_; }

  /// Waits for every admitted object, finishes ZIP and upload. manifest.objects is 0 when nothing was packed:
  /// then nothing but abandon() may follow. Throws what made the volume fail.
  SealedVolume seal();
  /// Waits for every admitted object and aborts the upload; returns once the store acknowledged that.
  void abandon();

 private:
  index::Manifest manifest_;  ///< upload_id: of the upload that the parts go to
  base::MemoryLease buffers_;
  s3::PartUploader uploader_;
  VolumeBuilder builder_;
};

}  // namespace s3c::archive
