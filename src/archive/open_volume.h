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
#include "base/storage_bill.h"
#include "catalog/layout.h"
#include "catalog/store_powers.h"
#include "index/manifest.h"
#include "s3/object_store.h"
#include "s3/part_uploader.h"

namespace s3c::archive {

/// A volume whose bytes are all uploaded, but whose upload isn't completed. The committer works on it.
struct SealedVolume {
  index::Manifest manifest;
  index::IndexFile index;
  std::vector<s3::UploadedPart> parts;
  std::uint32_t crc32 = 0;  ///< of the whole archive
  /// False: the upload was made without a checksum, because the store refuses it for copied parts.
  bool upload_has_checksum = true;
  std::uint64_t vanished = 0;
  LeftObjects left;
  base::StorageBill sources;  ///< what its members are billed for in the source bucket
};

/// The multipart upload that makes the archive at its own name: with the volume's id, class, tags and Object
/// Lock. The store's client adds encryption and ACL, as it does to every object that it writes. now: by the
/// store's clock.
s3::CreateMultipartUploadRequest create_request(const index::Manifest& manifest,
                                                const ArchiveOptions& options,
                                                const catalog::StorePowers& powers, base::Timestamp now);

/// How the archive is stored otherwise than asked: class, encryption and lock, as far as the store tells them. Empty:
/// not at all. storage_class: that was asked for when it was made. archive: what HEAD says of it.
std::string stored_otherwise(const ArchiveOptions& options, const std::string& storage_class,
                             const s3::ObjectHead& archive);

/// Completes the upload of manifest.upload_id at the archive's own name, if nothing stands there. Has every
/// check of the whole archive that the store can make.
s3::CompleteMultipartUploadRequest complete_request(const SealedVolume& volume,
                                                    const catalog::StorePowers& powers);

/// One thread makes and seals it; any thread may use builder(). The destructor neither commits nor aborts.
class OpenVolume {
 public:
  struct Setup {
    s3::ObjectStore& store;
    base::Slots& slots;
    const ArchiveOptions& options;
    const catalog::StorePowers& powers;
    base::Clock& clock;
    const catalog::Group& group;
    /// Called with the number of archive bytes that were just produced. Called from any thread.
    std::function<void(std::uint64_t)> on_bytes;
  };

  /// Starts the multipart upload under a fresh id, at the staging key if the volume is to be read back.
  /// buffers: a lease for the part that is being filled, and for what larger parts cost in flight.
  OpenVolume(const Setup& setup, std::string archive_key, std::uint64_t part_size_bytes,
             base::MemoryLease buffers);

  const std::string& archive_key() const { return manifest_.archive_key; }
  VolumeBuilder& builder() { return builder_; }

  /// Waits for every admitted object, finishes ZIP and upload. manifest.objects is 0 when nothing was packed;
  /// then only abandon() may follow. Throws the error that made the volume fail.
  SealedVolume seal();
  /// Waits for every admitted object and aborts the upload. Returns once the store has acknowledged the
  /// abort.
  void abandon();

 private:
  index::Manifest manifest_;  ///< upload_id: of the upload that the parts go to
  base::MemoryLease buffers_;
  s3::PartUploader uploader_;
  VolumeBuilder builder_;
};

}  // namespace s3c::archive
