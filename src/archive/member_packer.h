// What becomes of one source object: lease memory, GET it, prove the bytes, compress, append. pack() does all
// of it; whoever has made the first GET already hands over what came of that.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "archive/encoder_pool.h"
#include "archive/options.h"
#include "archive/volume_builder.h"
#include "base/log.h"
#include "base/memory_budget.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// An object on its way into a volume.
struct SourceObject {
  s3::ObjectSummary summary;
  VolumeBuilder::Admission admission;
};

/// What came of a first GET outside pack(), for pack() to go on from.
struct FirstTry {
  std::optional<base::MemoryLease> lease = {};     ///< for the object
  std::optional<s3::FailedTry> failed = {};        ///< the GET failed
  int damaged = 0;                                 ///< bodies that came and were wrong
  std::optional<s3::GetObjectResult> proven = {};  ///< the right body came
};

/// Shared by all threads that pack; any thread.
class MemberPacker {
 public:
  /// Everything handed in outlives the packer.
  MemberPacker(s3::ObjectStore& store, const ArchiveOptions& options, base::MemoryBudget& bodies,
               EncoderPool& encoders, base::Logger& log)
      : store_(store), options_(options), bodies_(bodies), encoders_(encoders), log_(log) {}

  /// Packs the object, leaves it out, or fails the volume: the admission is answered in every case. True if
  /// packed. first: what was done for it before.
  bool pack(VolumeBuilder& volume, const SourceObject& object, FirstTry first = {});

  /// An object that can be fetched outside pack(): in memory, and packed in no time.
  bool is_small(const SourceObject& object) const;
  /// What a small object takes while it is fetched and packed; waits for it.
  base::MemoryLease lease(const SourceObject& object);
  /// Without waiting; nullopt: not now.
  std::optional<base::MemoryLease> try_lease(const SourceObject& object);
  /// The GET that accept() takes the answer of.
  s3::GetObjectRequest get_request(const s3::ObjectSummary& summary) const;
  /// Proves the body that a first GET brought; first then has what came of it. True: pack() has nothing more
  /// to ask the store for.
  bool accept(const SourceObject& object, s3::GetObjectResult got, FirstTry& first) const;

 private:
  bool fits_in_memory(std::uint64_t size_bytes) const;
  bool pack_in_memory(VolumeBuilder& volume, const SourceObject& object, FirstTry first);
  bool pack_streamed(VolumeBuilder& volume, const SourceObject& object);
  bool leave_out(VolumeBuilder& volume, const SourceObject& object, const base::Error& error);
  s3::GetObjectResult get_checked(const s3::ObjectSummary& summary, FirstTry first);
  index::Row make_row(const s3::ObjectSummary& summary, const s3::ObjectHead& head);

  s3::ObjectStore& store_;
  const ArchiveOptions& options_;
  base::MemoryBudget& bodies_;
  EncoderPool& encoders_;
  base::Logger& log_;
  /// Objects that could not be read since the last one that could: a store that is down or refuses everything
  /// must end the group, not list a million objects one by one.
  std::atomic<int> unreadable_in_a_row_{0};
};

}  // namespace s3c::archive
