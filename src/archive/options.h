// What one archive run is asked to do: the meaning of the command line, as values and not as text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "archive/delete_conditions.h"
#include "base/prices.h"
#include "base/temp_file.h"
#include "base/time.h"
#include "catalog/layout.h"
#include "s3/types.h"
#include "source/row_input.h"
#include "source/selection.h"

namespace s3c::archive {

/// How much of the machine a run may use.
struct Resources {
  int threads = 256;                                      ///< objects in flight
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;  ///< object bodies and upload buffers together
  /// Beside memory_bytes: the indexes and central directories of all volumes in work. At least what one volume needs.
  std::uint64_t directory_bytes = 80'000'000;
  int open_groups = 16;  ///< groups in work at once
  int upload_slots = 4;  ///< parts in flight
};

/// The Object Lock that archives get. Records and staging copies get none: the protocol must be able to remove
/// them.
struct ArchiveLock {
  std::string mode;  ///< "GOVERNANCE", "COMPLIANCE"; empty: no retention
  /// One of these, with a mode.
  std::optional<base::Timestamp> retain_until;
  int retain_days = 0;  ///< from the moment when the archive's upload is made
  bool legal_hold = false;

  /// now: by the store's clock.
  s3::ObjectLock at(base::Timestamp now) const;
};

struct ArchiveOptions {
  source::Selection selection;
  /// Where the objects are known from; nullopt: from listings of the source bucket.
  std::optional<source::RowInput> rows;
  /// Where the objects of groups by time are sorted.
  std::string temp_directory = base::default_temp_directory();
  std::string archive_bucket;
  catalog::Layout layout = catalog::Layout::parse(catalog::kDefaultLayout);
  catalog::ArchiveName archive_name = catalog::ArchiveName::parse(catalog::kDefaultArchiveName);
  std::string storage_class = "GLACIER";
  s3::Encryption encryption;  ///< what the store is told to use; the archive's HEAD must tell it
  /// Another class, encryption or lock than asked for isn't reported.
  bool accept_class = false;
  std::string tagging;                    ///< of the archive objects, as x-amz-tagging takes it
  ArchiveLock lock;                       ///< of the archive objects; their HEAD must tell it
  std::uint64_t max_objects = 1'000'000;  ///< members of one volume
  std::uint64_t max_size_bytes = std::uint64_t{50} << 30;  ///< source bytes of one volume
  int level = 6;                                           ///< libdeflate's, 0..12
  int delete_batch = 1000;                                 ///< keys in one DeleteObjects, 1..1000
  /// --verify readback: each volume is read back from a staging copy before it is committed.
  bool readback = false;
  bool keep_sources = false;
  /// Archive objects without their tags, and don't ask for tags.
  bool without_tags = false;
  /// Before an object is deleted, compare its tags and metadata once more with what was archived.
  bool recheck_attributes = false;
  /// In a bucket that keeps versions: after the delete marker is there, delete exactly the archived version,
  /// permanently.
  bool delete_versions = false;
  /// Leftovers of killed runs in a group are cleared once they are this old.
  std::chrono::seconds gc_age = std::chrono::days(7);
  /// Of the archive's store; nullopt: found out by a probe.
  std::optional<bool> conditional_complete, additional_checksums;
  /// Of the source's store; nullopt: found out by the run's first deletes.
  std::optional<DeleteConditions> delete_conditions;
  std::string tool_version;                           ///< goes into manifests
  const base::Prices* prices = &base::list_prices();  ///< of what the run reports; it outlives the run
  Resources resources;
};

/// Throws base::Error (invalid_argument) naming the option when values contradict each other or can't work,
/// for example a memory bound too small for the parts a volume needs.
void validate(const ArchiveOptions& options);

/// What index and central directory of a volume take in memory at most, until it is committed: some 80 bytes for each
/// object, of which they have one lease for each kDirectoryStep objects.
inline constexpr std::uint64_t kDirectoryStep = 4096;
constexpr std::uint64_t directory_bytes(std::uint64_t objects) {
  constexpr std::uint64_t kBytesPerObject = 80;
  return (objects + kDirectoryStep - 1) / kDirectoryStep * kDirectoryStep * kBytesPerObject;
}

}  // namespace s3c::archive
