// --verify readback, between steps 4 and 5 of the protocol. First the volume lies at a staging key and is
// read back whole. Only then does the store copy it into the parts of the upload that the committer
// completes. docs/ordering.md, "Readback", says why that changes none of the steps of the protocol.
#pragma once

#include <string>

#include "archive/open_volume.h"
#include "archive/options.h"
#include "base/log.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "catalog/store_powers.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// One for all groups of a run; holds no state between calls; any thread.
class Readback {
 public:
  /// All arguments outlive it. bodies: the budget that leases memory for the ranges that are read.
  Readback(s3::ObjectStore& store, const ArchiveOptions& options, const catalog::StorePowers& powers,
           base::MemoryBudget& bodies, base::Slots& slots, base::Logger& log)
      : store_(store), options_(options), powers_(powers), bodies_(bodies), slots_(slots), log_(log) {}

  /// volume: sealed, its parts uploaded to the staging key. Afterwards its parts and manifest.upload_id are
  /// those of an upload of the same bytes at the archive's own name, and the staging copy is gone.
  /// Throws base::Error: corrupt when a byte of the copy is not what was packed (names the first such
  /// member); unsupported or invalid_argument from a store that can't copy parts; and what the store throws.
  /// Then neither upload nor staging copy is left, as far as the store allows. Blocks.
  void promote(SealedVolume& volume);

 private:
  /// Returns the ETag of the staging copy. Every read and every copy of it has that ETag as condition.
  std::string complete_staged(const SealedVolume& volume);
  void read_back(const SealedVolume& volume, const std::string& etag);
  /// Without a checksum of the whole archive, if the store refuses to copy parts into an upload with one.
  void copy_parts(SealedVolume& volume, const std::string& etag);
  void copy_parts_into_upload(SealedVolume& volume, const std::string& etag);
  std::vector<s3::UploadedPart> copies_of_parts(const index::Manifest& manifest, const std::string& etag);
  void discard(const SealedVolume& volume);

  s3::ObjectStore& store_;
  const ArchiveOptions& options_;
  const catalog::StorePowers& powers_;
  base::MemoryBudget& bodies_;
  base::Slots& slots_;
  base::Logger& log_;
};

}  // namespace s3c::archive
