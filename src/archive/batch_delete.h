// Up to a thousand members leave the source: with the strongest condition that its store honours, and where
// it honours none, right behind a look that covers only what the request deletes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "archive/delete_conditions.h"
#include "archive/delete_license.h"
#include "archive/report.h"
#include "archive/stores.h"
#include "base/clock.h"
#include "base/log.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct DeleteReport {
  std::uint64_t deleted = 0;        ///< by us, or gone before our delete came
  std::uint64_t markers = 0;        ///< of them: hidden by a delete marker, as the bucket keeps versions
  std::uint64_t versions_kept = 0;  ///< archived versions that stay under these markers
  std::uint64_t versions_kept_bytes = 0;
  LeftObjects left;

  void add(const DeleteReport& other);
};

/// A source object that is to go.
struct Doomed {
  s3::ObjectSummary object;
  std::string version_id;  ///< the version that was archived; empty: the bucket keeps none
};

/// One batch of one volume. Used once, by one thread.
class BatchDelete {
 public:
  using Batch = std::vector<Doomed>;

  struct Setup {
    Stores stores;
    KnownDeleteConditions& conditions;
    int delete_batch;  ///< keys in one DeleteObjects at most
    base::Clock& clock;
    base::Logger& log;
  };
  BatchDelete(const Setup& setup, const index::Manifest& manifest, DeleteLicense& license)
      : s_(setup), manifest_(manifest), license_(license) {}

  /// batch: in key order. Each object that is still the one that was listed is deleted, or left in the
  /// report. Throws base::Error: what the license throws, and what a look throws; what happens to single keys
  /// is in the report.
  DeleteReport run(Batch batch);
  /// What was done before run() threw.
  const DeleteReport& so_far() const { return report_; }

 private:
  enum class Seen { unchanged, changed, gone };
  struct Look {
    std::size_t covered = 0;  ///< objects, from the first one on, of which it tells; at least one
    Batch unchanged;          ///< of these
  };

  // One try for each object: what is to be tried again is in again_ afterwards.
  void send(Batch batch);
  void delete_in_batches(Batch batch);
  void delete_behind_looks(Batch batch);
  /// A request for each object, several at a time.
  void delete_each(const Batch& batch, bool look, bool conditional);
  s3::DeleteResult delete_one(const Doomed& doomed, bool look, bool conditional);

  /// Tries conditions that can't hold on members of batch, which may be gone afterwards: they are archived,
  /// and were looked at just before. What can't be found out counts as ignored, for this batch only.
  DeleteConditions find_conditions(Batch& batch);
  /// nullopt: not found out.
  std::optional<bool> is_honoured(Batch& batch,
                                  const std::function<s3::DeleteResult(const s3::DeleteItem&)>& send);

  /// By one page of a listing that begins right before the first object.
  Look look_at(const Batch& batch);
  Seen look_at(const Doomed& doomed);
  /// What a look found that is no reason to delete is counted, or left; true: still the object we know.
  bool is_there(const Doomed& doomed, Seen seen);
  Batch still_there(const Batch& batch);

  void settle(const Doomed& doomed, const s3::DeleteResult& result);
  void leave(const Doomed& doomed, LeftReason reason, const std::string& detail);

  const Setup s_;
  const index::Manifest& manifest_;
  DeleteLicense& license_;
  DeleteReport report_;
  Batch again_;          ///< may still be there, and may be tried again
  std::string trouble_;  ///< why
};

}  // namespace s3c::archive
