// What a worker thread does with one source object: lease memory, GET it, prove the bytes, compress, append.
#pragma once

#include <atomic>
#include <cstdint>
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

/// Shared by all worker threads; any thread.
class MemberPacker {
 public:
  /// Everything handed in outlives the packer.
  MemberPacker(s3::ObjectStore& store, const ArchiveOptions& options, base::MemoryBudget& bodies,
               EncoderPool& encoders, base::Logger& log)
      : store_(store), options_(options), bodies_(bodies), encoders_(encoders), log_(log) {}

  /// Packs the object, leaves it out, or fails the volume: the admission is answered in every case. True if
  /// packed.
  bool pack(VolumeBuilder& volume, const SourceObject& object);

 private:
  bool pack_in_memory(VolumeBuilder& volume, const SourceObject& object);
  bool pack_streamed(VolumeBuilder& volume, const SourceObject& object);
  bool leave_out(VolumeBuilder& volume, const SourceObject& object, const base::Error& error);
  s3::GetObjectResult get_checked(const s3::ObjectSummary& summary);
  s3::GetObjectRequest get_request(const s3::ObjectSummary& summary) const;
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
