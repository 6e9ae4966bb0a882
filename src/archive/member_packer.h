// Packs one source object: leases memory, GETs the object, proves the bytes, compresses and appends them.
// pack() does all of it. A caller that has already made the first GET passes its outcome to pack().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "archive/encoder_pool.h"
#include "archive/left_log.h"
#include "archive/options.h"
#include "archive/source_tags.h"
#include "archive/volume_builder.h"
#include "base/memory_budget.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// An object on its way into a volume.
struct SourceObject {
  s3::ObjectSummary summary;
  VolumeBuilder::Admission admission;
};

/// The outcome of a first GET outside pack(). pack() goes on from there.
struct FirstTry {
  std::optional<base::MemoryLease> lease = {};          ///< for the object
  std::optional<s3::GetObjectRequest> failed_get = {};  ///< the GET failed: get_object() goes on from it
  int damaged = 0;                                      ///< bodies that came with wrong bytes
  std::optional<s3::GetObjectResult> proven = {};       ///< the right body
};

/// Shared by all threads that pack; any thread.
class MemberPacker {
 public:
  /// All arguments outlive the packer. stop: once it is requested, objects whose bytes haven't come yet are put
  /// back, so that a later run takes them.
  MemberPacker(s3::ObjectStore& store, const ArchiveOptions& options, SourceTags& tags,
               base::MemoryBudget& bodies, EncoderPool& encoders, LeftLog& left, std::stop_token stop)
      : store_(store),
        options_(options),
        tags_(tags),
        bodies_(bodies),
        encoders_(encoders),
        left_(left),
        stop_(std::move(stop)) {}

  /// Packs the object, leaves it out, puts it back, or fails the volume: the admission is answered in every
  /// case. True if packed. first: the outcome of a GET that was made before.
  bool pack(VolumeBuilder& volume, const SourceObject& object, FirstTry first = {});

  /// Whether pack() fetches no object any more.
  bool is_stopped() const { return stop_.stop_requested(); }
  /// Whether the object may be fetched outside pack(): it fits in memory, and packing it takes little time.
  bool is_small(const SourceObject& object) const;
  /// Leases the memory that a small object takes while it is fetched and packed. Waits for it.
  base::MemoryLease lease(const SourceObject& object);
  /// The same without waiting. nullopt: the memory isn't free now.
  std::optional<base::MemoryLease> try_lease(const SourceObject& object);
  /// The GET request whose answer accept() takes.
  s3::GetObjectRequest get_request(const s3::ObjectSummary& summary) const;
  /// Checks the body that a first GET brought, and writes the outcome into first. md5: the body's, as
  /// s3::md5s_of() gave it. True: pack() needs no further request to the store.
  bool accept(const SourceObject& object, s3::GetObjectResult got, std::string_view md5,
              FirstTry& first) const;

 private:
  bool fits_in_memory(std::uint64_t size_bytes) const;
  /// Throws Error (precondition_failed) if the object that came is another one than the summary tells of.
  void expect_same(const s3::ObjectSummary& summary, const s3::ObjectHead& head) const;
  /// What is wrong with the bytes that came; nullopt: nothing. Throws as expect_same().
  std::optional<std::string> complaint_of(const s3::ObjectSummary& summary, const s3::GetObjectResult& got,
                                          std::string_view md5 = {}) const;
  LeftReason reason_of(const base::Error& error) const;
  bool pack_in_memory(VolumeBuilder& volume, const SourceObject& object, FirstTry first);
  bool pack_streamed(VolumeBuilder& volume, const SourceObject& object);
  bool leave_out(VolumeBuilder& volume, const SourceObject& object, const base::Error& error);
  /// What an answer of 404 to a request for a listed object means; nullopt: the object is gone.
  std::optional<base::Error> meaning_of_404(const s3::ObjectSummary& summary, const base::Error& error);
  bool leave(VolumeBuilder& volume, const SourceObject& object, LeftReason reason, const std::string& detail);
  s3::GetObjectResult get_checked(const s3::ObjectSummary& summary, FirstTry first);
  index::Row make_row(const s3::ObjectSummary& summary, const s3::ObjectHead& head,
                      std::map<std::string, std::string> tags) const;

  s3::ObjectStore& store_;
  const ArchiveOptions& options_;
  SourceTags& tags_;
  base::MemoryBudget& bodies_;
  EncoderPool& encoders_;
  LeftLog& left_;
  const std::stop_token stop_;
  /// Objects that could not be read since the last one that could. Many in a row mean that the store is down
  /// or refuses everything. That must end the group; otherwise the run would list a million objects one by
  /// one.
  std::atomic<int> unreadable_in_a_row_{0};
};

}  // namespace s3c::archive
